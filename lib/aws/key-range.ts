import { isUnbounded, type NameRange } from '../core/name-range.ts';

/** The smallest text after everything that begins with the prefix. */
const endOf = (prefix: string): string =>
  prefix.slice(0, -1) + String.fromCharCode((prefix.codePointAt(prefix.length - 1) ?? 0) + 1);

/**
 * The condition of a query that a sort key, a prefix and a name behind it, lies in a range of names. DynamoDB knows no
 * condition that leaves the end out: the caller drops a name that is the end (isInRange).
 *
 * @param attribute the sort key, no reserved word
 * @returns a text to put behind the condition on the partition, and its values
 */
export function keyRange(
  attribute: string,
  range: NameRange,
  prefix = '',
): { readonly condition: string; readonly values: Readonly<Record<string, string>> } {
  if (prefix === '' && isUnbounded(range)) return { condition: '', values: {} };
  const from = `${prefix}${range.from ?? ''}`;
  const to = range.to === undefined ? (prefix === '' ? undefined : endOf(prefix)) : `${prefix}${range.to}`;
  if (to === undefined) return { condition: ` AND ${attribute} >= :from`, values: { ':from': from } };
  if (from === '') return { condition: ` AND ${attribute} < :to`, values: { ':to': to } };
  return { condition: ` AND ${attribute} BETWEEN :from AND :to`, values: { ':from': from, ':to': to } };
}
