/** Something that can be launched, and the tasks that it then runs at once. */
interface Option {
  readonly capacity: number;
}

/** How much to ask of EC2, and what it may choose from. */
export interface OrderSize<Choice extends Option> {
  /** Tasks; the sum of the weights that EC2 is to reach. */
  readonly targetCapacity: number;
  readonly options: readonly Choice[];
}

/**
 * Sizes one fleet request so that it cannot pass `room`, whichever instance types EC2 picks.
 *
 * EC2 adds instances until their weights reach the target, so the last one may overshoot it by up to its weight less
 * one step (the step is the greatest common divisor of the weights). Where that would pass `room`, either the target
 * shrinks or the largest types are left out, whichever serves more of `want`; nearly as much with more types is better,
 * since dry pools are then fewer and the next order serves the rest.
 *
 * @param want tasks to serve, 1 or more
 * @param room tasks that may still be added under the maximum
 * @param maxInstances instances of the request, at most
 * @returns undefined when not even the smallest type fits
 */
export function sizeOrder<Choice extends Option>(
  want: number,
  room: number,
  options: readonly Choice[],
  maxInstances = MAX_INSTANCES,
): OrderSize<Choice> | undefined {
  const largestFirst = [...new Set(options.map(({ capacity }) => capacity))].sort((a, b) => b - a);
  const candidates = largestFirst
    .filter((largest) => largest <= room)
    .map((largest) => orderUpTo(largest, want, room, options, Math.min(maxInstances, MAX_INSTANCES)))
    .filter(({ targetCapacity }) => targetCapacity > 0);
  return servesMost(candidates, want);
}

/** The first of several orders, which are to come with the most options first, that serves nearly as much as the best. */
export function servesMost<Size extends { readonly targetCapacity: number }>(
  candidates: readonly Size[],
  want: number,
): Size | undefined {
  const served = ({ targetCapacity }: Size) => Math.min(targetCapacity, want);
  const most = Math.max(...candidates.map(served));
  return candidates.find((candidate) => served(candidate) >= most * GOOD_ENOUGH);
}

/** What counts as nearly as much. */
const GOOD_ENOUGH = 0.8;

/** EC2 takes requests for up to 10,000 units (TargetCapacity of a fleet). */
const MAX_UNITS = 10_000;
/**
 * Instances of one request. AWS prefers several calls of some hundreds, and the record of an order, with all its
 * workers, has to fit into a DynamoDB item of 400 KB. The next tick orders the rest.
 */
const MAX_INSTANCES = 500;

/** The order with all types up to a capacity. Its target stays a multiple of their step, so it overshoots no further. */
function orderUpTo<Choice extends Option>(
  largest: number,
  want: number,
  room: number,
  all: readonly Choice[],
  maxInstances: number,
): OrderSize<Choice> {
  const options = all.filter(({ capacity }) => capacity <= largest);
  const capacities = options.map(({ capacity }) => capacity);
  const step = capacities.reduce(greatestCommonDivisor);
  const limits = [room - largest + step, MAX_UNITS, maxInstances * Math.min(...capacities)];
  const most = Math.floor(Math.min(...limits) / step) * step;
  return { targetCapacity: Math.min(Math.ceil(want / step) * step, most), options };
}

/** By how much the instances of an order may pass its target at most, whichever types EC2 picks. */
export function overshootOf(options: readonly Option[]): number {
  const capacities = options.map(({ capacity }) => capacity);
  return capacities.length === 0 ? 0 : Math.max(...capacities) - capacities.reduce(greatestCommonDivisor);
}

const greatestCommonDivisor = (a: number, b: number): number => (b === 0 ? a : greatestCommonDivisor(b, a % b));
