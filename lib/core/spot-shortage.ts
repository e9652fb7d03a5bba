import type { Attempt } from './launch-attempt.ts';
import type { PoolVerdict } from './pool-verdict.ts';

/**
 * Could spot not give what was asked of it in this tick? Undefined where that is not known: nothing was asked, for
 * reasons of our own (rate, spend, room, budget, a throttle), or EC2 did not answer.
 */
export function spotShortage(
  {
    attempts,
    limits,
    closedRegions,
  }: {
    readonly attempts: readonly Attempt[];
    /** Tasks still to be served. */
    readonly limits: { readonly want: number };
    readonly closedRegions: ReadonlyMap<string, string>;
  },
  spot: readonly PoolVerdict[],
): boolean | undefined {
  const last = attempts.findLast(({ order }) => order.market === 'spot');
  const accepted = spot.filter(({ rejected }) => rejected === undefined);
  // Every pool is dry, cooling down or too dear. Where on-demand served everything, spot was not needed.
  if (last === undefined) return limits.want > 0 && accepted.length === 0 ? true : undefined;
  if (last.launched >= last.order.targetCapacity) return false;
  const isUntried = accepted.some(({ pool }) => closedRegions.has(pool.region));
  return saysNothing(last) || isUntried ? undefined : true;
}

const saysNothing = ({ noAnswer, refusals }: Attempt): boolean =>
  noAnswer !== undefined || refusals.some(({ class: kind }) => kind === 'throttled');
