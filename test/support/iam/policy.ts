/** A policy document, every element made a list. */
export interface Policy {
  readonly statements: readonly Statement[];
}

export interface Statement {
  readonly sid: string;
  readonly effect: 'Allow' | 'Deny';
  readonly actions: readonly string[];
  readonly resources: readonly string[];
  readonly conditions: readonly Condition[];
  /** Services and accounts that a resource or trust policy speaks of; undefined in an identity policy. */
  readonly principals: readonly string[] | undefined;
}

/** One line of a condition block; all must hold. */
export interface Condition {
  readonly operator: string;
  readonly key: string;
  readonly values: readonly string[];
}

type Json = Readonly<Record<string, unknown>>;

const isJson = (value: unknown): value is Json => typeof value === 'object' && value !== null && !Array.isArray(value);

const texts = (value: unknown): string[] =>
  (Array.isArray(value) ? value : [value]).map((item) => {
    if (typeof item !== 'string' && typeof item !== 'boolean' && typeof item !== 'number')
      throw new Error(`not a plain value: ${JSON.stringify(item)}`);
    return String(item);
  });

const ELEMENTS = new Set(['Sid', 'Effect', 'Action', 'Resource', 'Condition', 'Principal']);

/** Reads a resolved document. Throws at anything that the evaluator does not know, such as NotAction. */
export function readPolicy(document: unknown): Policy {
  if (!isJson(document)) throw new Error('a policy is an object');
  const { Statement } = document;
  return { statements: (Array.isArray(Statement) ? Statement : [Statement]).map(readStatement) };
}

function readStatement(raw: unknown): Statement {
  if (!isJson(raw)) throw new Error('a statement is an object');
  const unknown = Object.keys(raw).filter((element) => !ELEMENTS.has(element));
  if (unknown.length > 0) throw new Error(`unknown elements: ${unknown.join(', ')}`);
  const effect = raw['Effect'];
  if (effect !== 'Allow' && effect !== 'Deny') throw new Error(`unknown effect: ${JSON.stringify(effect)}`);
  return {
    sid: typeof raw['Sid'] === 'string' ? raw['Sid'] : texts(raw['Action']).join(),
    effect,
    actions: texts(raw['Action']),
    // A trust policy has no resource: it speaks of the role that carries it.
    resources: raw['Resource'] === undefined ? ['*'] : texts(raw['Resource']),
    conditions: readConditions(raw['Condition']),
    principals: raw['Principal'] === undefined ? undefined : readPrincipals(raw['Principal']),
  };
}

function readConditions(block: unknown): Condition[] {
  if (block === undefined) return [];
  if (!isJson(block)) throw new Error('a condition block is an object');
  return Object.entries(block).flatMap(([operator, keys]) => {
    if (!isJson(keys)) throw new Error(`${operator} needs keys`);
    return Object.entries(keys).map(([key, values]) => ({ operator, key, values: texts(values) }));
  });
}

function readPrincipals(principal: unknown): string[] {
  if (principal === '*') return ['*'];
  if (!isJson(principal)) throw new Error('a principal is an object');
  return Object.values(principal).flatMap(texts);
}
