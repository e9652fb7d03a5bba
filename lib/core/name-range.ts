/** Worker types by name: those from `from` on and before `to`. Absent: without an end on that side. */
export interface NameRange {
  readonly from?: string;
  readonly to?: string;
}

/** Every name there is. */
export const ALL_NAMES: NameRange = {};

/** The range that holds this one name: no name lies between it and itself with the smallest character behind it. */
export const onlyName = (name: string): NameRange => ({ from: name, to: `${name}\u0000` });

/** Names of worker types are ASCII, for which JavaScript's order is that of DynamoDB's keys. */
export const isInRange = (name: string, { from, to }: NameRange): boolean =>
  (from === undefined || name >= from) && (to === undefined || name < to);

/** Does it hold every name? */
export const isUnbounded = ({ from, to }: NameRange): boolean => from === undefined && to === undefined;

/** What both ranges hold; a range that holds nothing ends where it begins. */
export function intersection(a: NameRange, b: NameRange): NameRange {
  const from = [a.from, b.from]
    .filter((name) => name !== undefined)
    .sort()
    .at(-1);
  const to = [a.to, b.to]
    .filter((name) => name !== undefined)
    .sort()
    .at(0);
  return {
    ...(from === undefined ? {} : { from }),
    ...(to === undefined ? {} : { to: from !== undefined && to < from ? from : to }),
  };
}

/** How full the parts of a split are: a shard that is full at once would be split again at the next type. */
const FILL = 0.7;
/** DynamoDB changes up to 100 items at once; what is still too large is split again. */
const MAX_PARTS = 50;

/**
 * Where to cut a range that holds more names than one tick should serve: the first name of each further part.
 *
 * @param names in order
 * @param most names of one part, at least 2
 * @returns nothing when one part suffices
 */
export function splitPoints(names: readonly string[], most: number): string[] {
  if (names.length <= most) return [];
  const parts = Math.min(MAX_PARTS, Math.ceil(names.length / (most * FILL)));
  return Array.from({ length: parts - 1 }, (_, index) => names[Math.round(((index + 1) * names.length) / parts)] ?? '');
}
