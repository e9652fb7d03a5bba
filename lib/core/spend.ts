import type { PoolVerdict } from './pool-verdict.ts';
import { type PriceBook, spotPriceOf } from './price-book.ts';
import type { Worker } from './worker.ts';
import { isPresent } from './worker.ts';
import type { WorkerType } from './worker-type-schema.ts';

/** USD per hour of all workers of a type that are there, and how many of them had no known price. */
export interface Spend {
  readonly usdPerHour: number;
  readonly unpriced: number;
}

/**
 * What the workers of a type cost now. Where the price of a worker is not known (on-demand, a zone without prices) its
 * ceiling counts; without a ceiling it cannot be counted.
 */
export function spendOf(workers: readonly Worker[], definition: WorkerType, prices: PriceBook): Spend {
  const utility = new Map(definition.instanceTypes.map((type) => [type.instanceType, type.utility]));
  const costs = workers.filter(isPresent).map(({ market, zone, instanceType }) => {
    const pool = { region: zone.slice(0, -1), availabilityZone: zone, instanceType };
    const price = market === 'spot' ? spotPriceOf(prices, pool, definition.platform) : undefined;
    if (price !== undefined) return price;
    const { maxPriceUsdPerHour: ceiling } = definition;
    return ceiling === undefined ? undefined : ceiling * (utility.get(instanceType) ?? 1);
  });
  return {
    usdPerHour: costs.reduce<number>((sum, cost) => sum + (cost ?? 0), 0),
    unpriced: costs.filter((cost) => cost === undefined).length,
  };
}

/** Tasks that can be added for `usdPerHour`, if EC2 picks the pool that costs most for a task. */
export function affordableTasks(usdPerHour: number, verdicts: readonly PoolVerdict[]): number {
  const accepted = verdicts.filter(({ rejected }) => rejected === undefined);
  const dearest = Math.max(...accepted.map((verdict) => costOf(verdict) / verdict.pool.capacity));
  if (!(dearest > 0)) return 0;
  return Math.max(0, Math.floor(usdPerHour / dearest));
}

/** The price of an instance, its ceiling where that is not known, and more than any limit where neither is. */
const costOf = ({ priceUsdPerHour, ceilingUsdPerHour }: PoolVerdict): number =>
  priceUsdPerHour ?? ceilingUsdPerHour ?? Number.POSITIVE_INFINITY;
