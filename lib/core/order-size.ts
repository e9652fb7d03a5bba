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
  const capacities = [...new Set(options.map(({ capacity }) => capacity))].filter((capacity) => capacity <= room);
  const candidates = capacities
    .sort((a, b) => a - b)
    .map((largest) =>
      candidate(
        want,
        room,
        largest,
        options.filter(({ capacity }) => capacity <= largest),
      ),
    );
  return candidates.reduce<OrderSize | undefined>((best, next) => {
    if (best === undefined) return next;
    return Math.min(next.targetCapacity, want) >= Math.min(best.targetCapacity, want) ? next : best;
  }, undefined);
}

function candidate(
  want: number,
  room: number,
  largest: number,
  instanceTypes: readonly InstanceTypeOption[],
): OrderSize {
  const step = instanceTypes.map(({ capacity }) => capacity).reduce(greatestCommonDivisor);
  const wanted = Math.ceil(want / step) * step;
  const safe = Math.floor((room - largest + step) / step) * step;
  return { targetCapacity: Math.min(wanted, safe), instanceTypes };
}

const greatestCommonDivisor = (a: number, b: number): number => (b === 0 ? a : greatestCommonDivisor(b, a % b));
