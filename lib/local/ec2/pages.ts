import { Ec2Error } from './ec2-error.ts';

/** What a paged request may say. */
export interface PageRequest {
  readonly MaxResults?: number | undefined;
  readonly NextToken?: string | undefined;
}

/** The page sizes an action accepts. */
export interface PageLimits {
  readonly min: number;
  readonly max: number;
  /** Size of a page when the request names none; absent: everything is one page. */
  readonly default?: number;
}

/**
 * One page of the items in the order of their keys. The token holds the last key, so items that come or go meanwhile
 * are neither repeated nor skipped. Throws on a page size out of bounds and on a token of nobody.
 */
export function pageOf<Item>(
  items: readonly Item[],
  keyOf: (item: Item) => string,
  request: PageRequest,
  limits: PageLimits,
): { items: Item[]; nextToken?: string } {
  const size = request.MaxResults;
  if (size !== undefined && (size < limits.min || size > limits.max)) {
    throw new Ec2Error(
      'InvalidParameterValue',
      `Value ( ${size} ) for parameter maxResults is invalid. Expecting a value between ${limits.min} and ${limits.max}.`,
    );
  }
  const after = request.NextToken ? keyOfToken(request.NextToken) : '';
  const keyed = items.map((item) => ({ item, key: keyOf(item) })).filter(({ key }) => key > after);
  keyed.sort((left, right) => (left.key < right.key ? -1 : 1));
  const page = keyed.slice(0, size ?? limits.default);
  const last = page.at(-1);
  const more = last !== undefined && page.length < keyed.length;
  return { items: page.map(({ item }) => item), ...(more ? { nextToken: tokenOfKey(last.key) } : {}) };
}

const tokenPrefix = 'after:';

function tokenOfKey(key: string): string {
  return Buffer.from(`${tokenPrefix}${key}`).toString('base64url');
}

function keyOfToken(token: string): string {
  const text = Buffer.from(token, 'base64url').toString();
  if (!text.startsWith(tokenPrefix)) throw new Ec2Error('InvalidNextToken', 'The specified NextToken is not valid.');
  return text.slice(tokenPrefix.length);
}
