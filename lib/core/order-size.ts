import type { InstanceTypeOption } from './worker-type-schema.ts';

/** How much to ask of EC2, and with which instance types. */
export interface OrderSize {
  /** Tasks; the sum of the weights that EC2 is to reach. */
  readonly targetCapacity: number;
  readonly instanceTypes: readonly InstanceTypeOption[];
}

/**
 * Sizes one fleet request so that it cannot pass `room`, whichever instance types EC2 picks.
 *
 * EC2 adds instances until their weights reach the target, so the last one may overshoot it by up to its weight less
 * one step (the step is the greatest common divisor of the weights). Where that would pass `room`, either the target
 * shrinks or the largest types are left out, whichever serves more of `want`; more types win a tie.
 *
 * @param want tasks to serve, 1 or more
 * @param room tasks that may still be added under the maximum
 * @returns undefined when not even the smallest type fits
 */
export function sizeOrder(want: number, room: number, options: readonly InstanceTypeOption[]): OrderSize | undefined {
  const largestFirst = [...new Set(options.map(({ capacity }) => capacity))].sort((a, b) => b - a);
  const candidates = largestFirst
    .filter((largest) => largest <= room)
    .map((largest) => orderUpTo(largest, want, room, options));
  // Sorted by what they serve; the sort is stable, so among equals the one with the most types stays first.
  return candidates.sort((a, b) => Math.min(b.targetCapacity, want) - Math.min(a.targetCapacity, want))[0];
}

/** EC2 takes requests for up to 10,000 units (TargetCapacity of a fleet). */
const MAX_UNITS = 10_000;
/**
 * Instances of one request. AWS prefers several calls of some hundreds, and the record of an order, with all its
 * workers, has to fit into a DynamoDB item of 400 KB. The next tick orders the rest.
 */
const MAX_INSTANCES = 500;

/** The order with all types up to a capacity. Its target stays a multiple of their step, so it overshoots no further. */
function orderUpTo(largest: number, want: number, room: number, options: readonly InstanceTypeOption[]): OrderSize {
  const instanceTypes = options.filter(({ capacity }) => capacity <= largest);
  const capacities = instanceTypes.map(({ capacity }) => capacity);
  const step = capacities.reduce(greatestCommonDivisor);
  const limits = [room - largest + step, MAX_UNITS, MAX_INSTANCES * Math.min(...capacities)];
  const most = Math.floor(Math.min(...limits) / step) * step;
  return { targetCapacity: Math.min(Math.ceil(want / step) * step, most), instanceTypes };
}

/** By how much the instances of an order may pass its target at most, whichever types EC2 picks. */
export function overshootOf(instanceTypes: readonly InstanceTypeOption[]): number {
  const capacities = instanceTypes.map(({ capacity }) => capacity);
  return capacities.length === 0 ? 0 : Math.max(...capacities) - capacities.reduce(greatestCommonDivisor);
}

const greatestCommonDivisor = (a: number, b: number): number => (b === 0 ? a : greatestCommonDivisor(b, a % b));
