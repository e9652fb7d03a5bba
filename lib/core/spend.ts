import type { PoolVerdict } from './pool-verdict.ts';
import { highestPriceOf, type PriceBook, spotPriceOf } from './price-book.ts';
import type { Worker } from './worker.ts';
import { isPresent } from './worker.ts';
import type { WorkerType } from './worker-type-schema.ts';

/** USD per hour of all workers of a type that are there, and how many of them had no known price, of which types. */
export interface Spend {
  readonly usdPerHour: number;
  readonly unpriced: number;
  readonly unpricedTypes: readonly string[];
}

/**
 * What the workers of a type cost now: spot at its present price or, where that is not known, at its ceiling; on-demand
 * at the price that the definition states. What has neither counts at the ceiling of spot, if there is one. What an
 * instance type is worth that the definition no longer names is not known, so it has no ceiling.
 */
export function spendOf(workers: readonly Worker[], definition: WorkerType, prices: PriceBook): Spend {
  const utility = new Map(definition.instanceTypes.map((type) => [type.instanceType, type.utility]));
  const present = workers.filter(isPresent);
  const costs = present.map(({ market, zone, instanceType }) => {
    const pool = { region: zone.slice(0, -1), availabilityZone: zone, instanceType };
    const price = market === 'spot' ? spotPriceOf(prices, pool, definition.platform) : undefined;
    if (price !== undefined) return price;
    const highest = highestPriceOf(definition, market) ?? definition.maxPriceUsdPerHour;
    const worth = utility.get(instanceType);
    return highest === undefined || worth === undefined ? undefined : highest * worth;
  });
  const unpriced = present.filter((_, index) => costs[index] === undefined);
  return {
    usdPerHour: costs.reduce<number>((sum, cost) => sum + (cost ?? 0), 0),
    unpriced: unpriced.length,
    unpricedTypes: [...new Set(unpriced.map(({ instanceType }) => instanceType))].sort(),
  };
}

/** Pools, and the tasks that can be added from them for some money, whichever of them EC2 picks. */
export interface AffordablePools {
  readonly tasks: number;
  readonly verdicts: readonly PoolVerdict[];
}

/**
 * What some money buys: from all pools, then without the dearest ones, and at last from the cheapest alone. Fewer pools
 * are more tasks, since EC2 may pick the dearest of those offered.
 */
export function affordablePools(usdPerHour: number, verdicts: readonly PoolVerdict[]): AffordablePools[] {
  const costOfTask = (verdict: PoolVerdict) => costOf(verdict) / verdict.pool.capacity;
  const dearestFirst = [...new Set(verdicts.map(costOfTask))].sort((a, b) => b - a);
  return dearestFirst
    .filter((dearest) => dearest > 0)
    .map((dearest) => ({
      tasks: Math.floor((usdPerHour / dearest) * (1 + ROUNDING)),
      verdicts: verdicts.filter((verdict) => costOfTask(verdict) <= dearest),
    }))
    .filter(({ tasks }) => tasks > 0);
}

/** 0.35 USD are seven times 0.05 USD, also in floating point. */
const ROUNDING = 1e-12;

/** The price of an instance, its ceiling where that is not known, and more than any limit where neither is. */
const costOf = ({ priceUsdPerHour, ceilingUsdPerHour }: PoolVerdict): number =>
  priceUsdPerHour ?? ceilingUsdPerHour ?? Number.POSITIVE_INFINITY;

/** The most that one task can cost in an hour from the pools that were offered to EC2. */
export const dearestTask = (verdicts: readonly PoolVerdict[]): number =>
  Math.max(0, ...verdicts.map((verdict) => costOf(verdict) / verdict.pool.capacity));
