import type { LaunchPool } from './launch-cascade.ts';
import { sizeOrder } from './order-size.ts';
import type { Market } from './pool-cooldown.ts';
import type { PoolVerdict } from './pool-verdict.ts';
import type { WorkerType } from './worker-type-schema.ts';

/** One request to EC2: where, in which market, how much, and what EC2 may choose from. */
export interface PlannedOrder {
  readonly region: string;
  readonly market: Market;
  /** Tasks. */
  readonly targetCapacity: number;
  readonly pools: readonly LaunchPool[];
}

/** How much an order may be. */
export interface OrderLimits {
  /** Tasks to serve. */
  readonly want: number;
  /** Tasks that may be added under the maximum. */
  readonly room: number;
  /** Instances, at most. */
  readonly maxInstances: number;
}

/**
 * The next order from the pools that are not rejected, in the first region (by the definition's order of regions) that
 * can serve anything. Undefined when none can.
 */
export function planOrder(
  definition: WorkerType,
  limits: OrderLimits,
  verdicts: readonly PoolVerdict[],
): PlannedOrder | undefined {
  const accepted = verdicts.filter(({ rejected }) => rejected === undefined);
  for (const { region, pools, market } of regionsInOrder(definition, accepted)) {
    const size = sizeOrder(limits.want, limits.room, pools, limits.maxInstances);
    if (size !== undefined) return { region, market, targetCapacity: size.targetCapacity, pools: size.options };
  }
  return undefined;
}

interface RegionPools {
  readonly region: string;
  readonly market: Market;
  readonly pools: readonly LaunchPool[];
}

function regionsInOrder({ regionOrder }: WorkerType, accepted: readonly PoolVerdict[]): RegionPools[] {
  const byRegion = [...Map.groupBy(accepted, ({ pool }) => pool.region)];
  const rank: Record<WorkerType['regionOrder'], (verdicts: readonly PoolVerdict[]) => number> = {
    given: () => 0,
    weight: (verdicts) => -Math.max(...verdicts.map(({ pool }) => pool.weight)),
    price: (verdicts) => Math.min(...verdicts.map(pricePerUtility)),
  };
  // The sort is stable: regions that rank alike stay in the order given.
  return byRegion
    .map(([region, verdicts]) => ({ region, verdicts, by: rank[regionOrder](verdicts) }))
    .sort((a, b) => (a.by === b.by ? 0 : a.by - b.by))
    .map(({ region, verdicts }) => ({
      region,
      market: verdicts[0]?.market ?? 'spot',
      pools: verdicts.map(({ pool }) => pool),
    }));
}

/** A price that is not known comes last; EC2's own ceiling still guards it. */
const pricePerUtility = ({ pool, priceUsdPerHour }: PoolVerdict): number =>
  priceUsdPerHour === undefined ? Number.POSITIVE_INFINITY : priceUsdPerHour / pool.utility;
