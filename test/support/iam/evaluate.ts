import type { Condition, Policy, Statement } from './policy.ts';

/** What a request brings along, as IAM sees it: `aws:RequestTag/x`, `aws:TagKeys` (a list), `ec2:CreateAction`, ... */
export type RequestContext = Readonly<Record<string, string | readonly string[]>>;

export interface Request {
  readonly action: string;
  /** One ARN; a request that touches several is allowed when each of them is. */
  readonly resource: string;
  readonly context?: RequestContext;
  /** Who asks; looked at where a statement names principals. */
  readonly principal?: string;
}

/** IAM's decision over the policies: a Deny wins, else an Allow, else it is denied. Throws at an unknown operator. */
export function decide(policies: readonly Policy[], request: Request): 'allow' | 'deny' {
  if (/[*?]/.test(request.resource) && request.resource !== '*')
    throw new Error(`a request names a resource, not a pattern: ${request.resource}`);
  const matching = policies.flatMap(({ statements }) => statements).filter((statement) => applies(statement, request));
  if (matching.some(({ effect }) => effect === 'Deny')) return 'deny';
  return matching.some(({ effect }) => effect === 'Allow') ? 'allow' : 'deny';
}

function applies(statement: Statement, { action, resource, context = {}, principal = '' }: Request): boolean {
  const { actions, resources, principals, conditions } = statement;
  // All conditions are looked at, also when the first fails: an unknown operator must not hide.
  const met = conditions.map((condition) => holds(condition, context));
  return (
    actions.some((pattern) => glob(pattern.toLowerCase(), action.toLowerCase())) &&
    resources.some((pattern) => glob(pattern, resource)) &&
    (principals === undefined || principals.some((name) => name === '*' || name === principal)) &&
    met.every(Boolean)
  );
}

/** `*` and `?` as IAM reads them. Throws at a policy variable, which is not implemented. */
function glob(pattern: string, value: string): boolean {
  if (pattern.includes('${')) throw new Error(`policy variables are not implemented: ${pattern}`);
  const source = pattern
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.');
  return new RegExp(`^${source}$`, 's').test(value);
}

/** The six parts of an ARN are compared one by one, the last with its colons. */
function arnGlob(pattern: string, value: string): boolean {
  const parts = (arn: string): string[] => [...arn.split(':').slice(0, 5), arn.split(':').slice(5).join(':')];
  return parts(pattern).every((part, index) => glob(part, parts(value)[index] ?? ''));
}

const same = (pattern: string, value: string): boolean => pattern === value;
const sameIgnoringCase = (pattern: string, value: string): boolean => same(pattern.toLowerCase(), value.toLowerCase());

type Match = (pattern: string, value: string) => boolean;
const OPERATORS: Readonly<Record<string, { readonly match: Match; readonly negated: boolean }>> = {
  StringEquals: { match: same, negated: false },
  StringNotEquals: { match: same, negated: true },
  StringEqualsIgnoreCase: { match: sameIgnoringCase, negated: false },
  StringLike: { match: glob, negated: false },
  StringNotLike: { match: glob, negated: true },
  ArnEquals: { match: arnGlob, negated: false },
  ArnLike: { match: arnGlob, negated: false },
  ArnNotEquals: { match: arnGlob, negated: true },
  ArnNotLike: { match: arnGlob, negated: true },
  Bool: { match: sameIgnoringCase, negated: false },
};

function holds({ operator, key, values }: Condition, context: RequestContext): boolean {
  const found = context[key];
  if (operator === 'Null') return values.some((value) => sameIgnoringCase(value, String(found === undefined)));
  const [, quantifier, name = '', ifExists] = /^(?:(ForAllValues|ForAnyValue):)?(.*?)(IfExists)?$/.exec(operator) ?? [];
  const known = OPERATORS[name];
  if (known === undefined) throw new Error(`unknown operator: ${operator}`);
  if (quantifier === 'ForAnyValue' && ifExists !== undefined) throw new Error(`unclear in IAM: ${operator}`);
  if (typeof found === 'object' && quantifier === undefined)
    throw new Error(`${key} is a list, ${operator} takes one value`);
  if (found === undefined) return absentHolds(quantifier, known.negated || ifExists !== undefined);
  const one = (value: string): boolean => values.some((pattern) => known.match(pattern, value)) !== known.negated;
  const list = typeof found === 'string' ? [found] : found;
  return quantifier === 'ForAnyValue' ? list.some(one) : list.every(one);
}

/** A key that the request does not carry: nothing to contradict ForAllValues, nothing to satisfy ForAnyValue. */
const absentHolds = (quantifier: string | undefined, otherwise: boolean): boolean =>
  quantifier === undefined ? otherwise : quantifier === 'ForAllValues';
