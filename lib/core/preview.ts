/** What a definition means for launches, without launching: its pools ranked, its requests merged, its next orders. */
import type { LaunchPool } from './launch-cascade.ts';
import { afterAttempt, type LaunchProgress, nextStep } from './launch-progress.ts';
import { templateKey } from './order-groups.ts';
import type { PlannedOrder } from './order-plan.ts';
import type { Market } from './pool-cooldown.ts';
import { isLastResort } from './pool-health.ts';
import { judgePools, type LaunchConditions, type PoolVerdict } from './pool-verdict.ts';
import type { WorkerType } from './worker-type-schema.ts';

/** USD per hour for the work of an instance of utility 1; undefined where the price is not known. */
export const pricePerUtility = ({ pool, priceUsdPerHour }: PoolVerdict): number | undefined =>
  priceUsdPerHour === undefined ? undefined : priceUsdPerHour / pool.utility;

/**
 * Usable pools first, those of last resort behind the others, then the cheapest by utility; among equals the order of the
 * definition.
 */
export function rankPools(verdicts: readonly PoolVerdict[]): PoolVerdict[] {
  const cost = (verdict: PoolVerdict) => pricePerUtility(verdict) ?? Number.POSITIVE_INFINITY;
  const rank = ({ rejected, health }: PoolVerdict) => (rejected !== undefined ? 2 : isLastResort(health) ? 1 : 0);
  return [...verdicts].sort((a, b) => rank(a) - rank(b) || compare(cost(a), cost(b)));
}

const compare = (a: number, b: number): number => (a === b ? 0 : a - b);

/** Can this definition ever launch on demand? */
const usesOnDemand = ({ market }: WorkerType): boolean =>
  market.onDemandBaseCapacity > 0 || market.onDemandFallbackMinutes !== undefined;

/** The markets that a definition launches in. */
export const marketsOf = (definition: WorkerType): Market[] =>
  usesOnDemand(definition) ? ['spot', 'on-demand'] : ['spot'];

/** Every pool of a definition in every market that it uses, ranked by market. */
export const judgeMarkets = (definition: WorkerType, conditions: LaunchConditions): PoolVerdict[] =>
  marketsOf(definition).flatMap((market) => rankPools(judgePools(definition, market, conditions)));

/** Pools of one region that are launched alike: one launch template serves them. */
export interface MergedRequest {
  readonly region: string;
  /** Tasks that each of its instances runs at once. */
  readonly capacity: number;
  readonly launchSpec: LaunchPool['launchSpec'];
  readonly userData: LaunchPool['userData'];
  readonly pools: readonly LaunchPool[];
}

/** The merged request of every region x zone x instance type, alike ones taken together, in the order given. */
export function mergedRequests(pools: readonly LaunchPool[]): MergedRequest[] {
  return [...Map.groupBy(pools, (pool) => `${pool.region} ${templateKey(pool)}`).values()].flatMap((alike) => {
    const [first] = alike;
    if (first === undefined) return [];
    const { region, capacity, launchSpec, userData } = first;
    return [{ region, capacity, launchSpec, userData, pools: alike }];
  });
}

/** The orders that follow each other if EC2 gives all that each of them asks. */
export function expectedOrders(
  progress: LaunchProgress,
  conditions: LaunchConditions,
): { readonly orders: readonly PlannedOrder[]; readonly shortBecause?: string } {
  const step = nextStep(progress, conditions);
  if (step.kind === 'done') {
    const orders = progress.attempts.map(({ order }) => order);
    return { orders, ...(step.shortBecause === undefined ? {} : { shortBecause: step.shortBecause }) };
  }
  const { order } = step;
  const largest = Math.max(...order.pools.map(({ capacity }) => capacity));
  const granted = {
    order,
    launched: order.targetCapacity,
    instances: Math.ceil(order.targetCapacity / largest),
    refusals: [],
  };
  return expectedOrders(afterAttempt(progress, granted, conditions), conditions);
}
