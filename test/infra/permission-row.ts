import type { RequestContext } from '../support/iam/evaluate.ts';

/** Whose policies a question is put to. */
export type Subject =
  | 'provision'
  | 'reap'
  | 'check'
  | 'worker'
  | 'scheduler'
  | 'function trust'
  | 'scheduler trust'
  | 'worker trust'
  | 'topic'
  | 'dead letters';

/** One question to IAM and the answer that the project relies on. */
export interface Row {
  readonly fact: string;
  readonly who: Subject;
  readonly wanted: 'allow' | 'deny';
  readonly action: string;
  readonly resource: string;
  readonly context: RequestContext;
  readonly principal: string;
}

type Detail = Partial<Pick<Row, 'context' | 'principal'>>;

/** Rows about one subject; the fact completes "`who` may / may not ...". */
export const rowsOf = (who: Subject) => {
  const row =
    (wanted: Row['wanted']) =>
    (fact: string, action: string, resource: string, { context = {}, principal = '' }: Detail = {}): Row => ({
      fact: `${who} ${wanted === 'allow' ? 'may' : 'may not'} ${fact}`,
      who,
      wanted,
      action,
      resource,
      context,
      principal,
    });
  return { may: row('allow'), mayNot: row('deny') };
};
