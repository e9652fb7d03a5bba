import type { Filter } from '@aws-sdk/client-ec2';
import { Ec2Error } from './ec2-error.ts';
import type { Tags } from './tags.ts';

/** The filters an action knows: what each reads from an item. */
export type FilterFields<Item> = Readonly<Record<string, (item: Item) => string | undefined | readonly string[]>>;

/** Filter values one request may hold (EC2 API reference, DescribeInstances). */
const maxFilterValues = 200;

/**
 * The items that pass every filter; a filter passes when one of its values matches, with `*` and `?` as wildcards.
 * Throws InvalidParameterValue on a filter nobody knows.
 */
export function applyFilters<Item>(
  items: readonly Item[],
  filters: readonly Filter[] | undefined,
  fields: FilterFields<Item>,
  tagsOf?: (item: Item) => Tags,
): Item[] {
  const values = (filters ?? []).reduce((sum, filter) => sum + (filter.Values?.length ?? 0), 0);
  if (values > maxFilterValues) throw new Ec2Error('FilterLimitExceeded', 'The maximum number of filter values is 200');
  const tests = (filters ?? []).map((filter) => filterTest(filter, fields, tagsOf));
  return items.filter((item) => tests.every((test) => test(item)));
}

function filterTest<Item>(
  filter: Filter,
  fields: FilterFields<Item>,
  tagsOf: ((item: Item) => Tags) | undefined,
): (item: Item) => boolean {
  const read = fieldReader(filter.Name ?? '', fields, tagsOf);
  const patterns = (filter.Values ?? []).map(wildcardPattern);
  return (item) => {
    const found = read(item) ?? [];
    const texts = typeof found === 'string' ? [found] : found;
    return texts.some((text) => patterns.some((pattern) => pattern.test(text)));
  };
}

function fieldReader<Item>(
  name: string,
  fields: FilterFields<Item>,
  tagsOf: ((item: Item) => Tags) | undefined,
): (item: Item) => string | undefined | readonly string[] {
  if (tagsOf !== undefined && name.startsWith('tag:')) return (item) => tagsOf(item).get(name.slice('tag:'.length));
  if (tagsOf !== undefined && name === 'tag-key') return (item) => [...tagsOf(item).keys()];
  const read = Object.hasOwn(fields, name) ? fields[name] : undefined;
  if (read === undefined) throw new Ec2Error('InvalidParameterValue', `The filter '${name}' is invalid`);
  return read;
}

/** A filter value as a pattern; a backslash takes a wildcard literally. */
function wildcardPattern(value: string): RegExp {
  const source = value.replace(/\\?[\s\S]/g, (piece) => {
    if (piece === '*') return '.*';
    if (piece === '?') return '.';
    const literal = piece.length === 2 ? piece.slice(1) : piece;
    return literal.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');
  });
  return new RegExp(`^${source}$`, 's');
}
