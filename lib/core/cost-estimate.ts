import type { PoolRejection, PoolVerdict } from './pool-verdict.ts';

/**
 * What capacity would cost: from the cheapest pool alone to the dearest alone, since EC2 chooses. An estimate: spot
 * prices change, and where one is not known the definition's ceiling stands in.
 */
export interface CostEstimate {
  /** Tasks. */
  readonly capacity: number;
  /** Undefined: no pool has a price or a ceiling. */
  readonly lowUsdPerHour: number | undefined;
  readonly highUsdPerHour: number | undefined;
  /** Pools whose ceiling stood in for a price. */
  readonly byCeiling: number;
  /** Pools left out, with neither price nor ceiling. */
  readonly unpriced: number;
}

/** A pool that was refused for one of these comes back by itself; the others are no choice of EC2's. */
const COMES_BACK: ReadonlySet<PoolRejection> = new Set(['cooling-down']);

/** The cost in USD per hour of so many tasks at once in the spot market, by the pools that EC2 may choose from. */
export function estimateCost(capacity: number, verdicts: readonly PoolVerdict[]): CostEstimate {
  const choices = verdicts.filter(
    ({ market, rejected }) => market === 'spot' && (rejected === undefined || COMES_BACK.has(rejected.reason)),
  );
  const costs = choices.flatMap(({ pool, priceUsdPerHour, ceilingUsdPerHour }) => {
    const price = priceUsdPerHour ?? ceilingUsdPerHour;
    return price === undefined ? [] : [Math.ceil(capacity / pool.capacity) * price];
  });
  const isKnown = costs.length > 0;
  return {
    capacity,
    lowUsdPerHour: isKnown ? Math.min(...costs) : undefined,
    highUsdPerHour: isKnown ? Math.max(...costs) : undefined,
    byCeiling: choices.filter((each) => each.priceUsdPerHour === undefined && each.ceilingUsdPerHour !== undefined)
      .length,
    unpriced: choices.length - costs.length,
  };
}
