import type { Attempt } from './launch-attempt.ts';
import type { PoolRejection, PoolVerdict } from './pool-verdict.ts';
import { isLasting } from './refusal.ts';

/** A pool that is left out for one of these comes back by itself. */
const COMES_BACK: ReadonlySet<PoolRejection> = new Set(['cooling-down', 'price-above-ceiling']);

/**
 * Can only somebody mend what EC2 refused in this tick? Every answer has to be of that kind, and no pool may be left that
 * comes back by itself or was not asked: while one region is dry, an error of configuration in another one is no reason
 * to give up both.
 *
 * @param spot every spot pool of the definition, judged after the last answer
 */
export function needsMending(attempts: readonly Attempt[], spot: readonly PoolVerdict[]): boolean {
  const refusals = attempts.flatMap((attempt) => attempt.refusals);
  if (refusals.length === 0 || !refusals.every(isLasting)) return false;
  return !spot.some((verdict) => {
    const asked = attempts.filter(({ order }) => names(order, verdict));
    if (asked.some((attempt) => hasRefused(attempt, verdict))) return false;
    return verdict.rejected === undefined ? asked.length === 0 : COMES_BACK.has(verdict.rejected.reason);
  });
}

const names = (order: Attempt['order'], { pool, market }: PoolVerdict): boolean =>
  order.region === pool.region &&
  order.market === market &&
  order.pools.some(({ subnetId, instanceType }) => subnetId === pool.subnetId && instanceType === pool.instanceType);

/** A refusal of the whole call is one of every pool that it named. */
const hasRefused = ({ refusals }: Attempt, { pool }: PoolVerdict): boolean =>
  refusals.some(({ pools }) => pools === undefined || pools.includes(`${pool.subnetId}/${pool.instanceType}`));
