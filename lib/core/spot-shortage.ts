import type { Attempt } from './launch-attempt.ts';
import type { PoolVerdict } from './pool-verdict.ts';
import { type RegionClosure, untriedRegions } from './region-closure.ts';

/**
 * Could spot not give what was asked of it in this tick, in every region that answered? Undefined where that is not known:
 * nothing was asked, for reasons of our own (rate, spend, room, budget), or EC2 throttled everywhere or did not answer.
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
    readonly closedRegions: ReadonlyMap<string, RegionClosure>;
  },
  spot: readonly PoolVerdict[],
): boolean | undefined {
  const asked = attempts.filter(({ order }) => order.market === 'spot');
  const last = asked.at(-1);
  // Every pool is dry, cooling down or too dear. Where on-demand served everything, spot was not needed.
  if (last === undefined)
    return limits.want > 0 && spot.every(({ rejected }) => rejected !== undefined) ? true : undefined;
  if (!isShort(last)) return false;
  const untried = untriedRegions(closedRegions, spot);
  const isOurDoing = [...untried.values()].some(({ by }) => by === 'budget');
  if (isOurDoing || last.noAnswer !== undefined) return undefined;
  // A region that throttles for long must not hide that there is nothing in the others.
  const answer = asked.findLast(({ order }) => !untried.has(order.region));
  return answer !== undefined && !isThrottled(answer) && isShort(answer) ? true : undefined;
}

const isShort = ({ launched, order }: Attempt): boolean => launched < order.targetCapacity;

const isThrottled = ({ refusals }: Attempt): boolean => refusals.some(({ class: kind }) => kind === 'throttled');
