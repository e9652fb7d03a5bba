import type { LaunchPool } from './launch-cascade.ts';
import { poolsOfOneRequest, pricePerUtility } from './order-groups.ts';
import { type OrderSize, servesMost, sizeOrder } from './order-size.ts';
import type { Market } from './pool-cooldown.ts';
import { isLastResort } from './pool-health.ts';
import { effectiveWeight, type PoolVerdict } from './pool-verdict.ts';
import { affordablePools } from './spend.ts';
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
  /** USD per hour that may be added; undefined without a ceiling. */
  readonly usdPerHour: number | undefined;
}

/**
 * The next order from the pools that are not rejected, in the first region (by the definition's order of regions) that
 * can serve anything. Undefined when none can. Pools whose launches mostly fail are left out while another one can serve.
 */
export function planOrder(
  definition: WorkerType,
  limits: OrderLimits,
  verdicts: readonly PoolVerdict[],
): PlannedOrder | undefined {
  const accepted = verdicts.filter(({ rejected }) => rejected === undefined);
  const better = accepted.filter(({ health }) => !isLastResort(health));
  const lastResort = accepted.filter(({ health }) => isLastResort(health));
  return orderFrom(definition, limits, better) ?? orderFrom(definition, limits, lastResort);
}

function orderFrom(
  definition: WorkerType,
  limits: OrderLimits,
  accepted: readonly PoolVerdict[],
): PlannedOrder | undefined {
  for (const { region, verdicts: offered, market } of regionsInOrder(definition, accepted)) {
    const size = sizeForMoney(limits, offered);
    if (size === undefined) continue;
    // Fewer pools overshoot no further: what is left out was sized for, too.
    const pools = poolsOfOneRequest(size.options.map(({ verdict }) => verdict)).map(({ pool }) => pool);
    return { region, market, targetCapacity: size.targetCapacity, pools };
  }
  return undefined;
}

/** EC2 picks among the pools of an order as it likes: the dear ones are left out where that buys more. */
function sizeForMoney(
  { want, room, maxInstances, usdPerHour }: OrderLimits,
  offered: readonly PoolVerdict[],
): OrderSize<{ readonly capacity: number; readonly verdict: PoolVerdict }> | undefined {
  const all = { tasks: Number.POSITIVE_INFINITY, verdicts: offered };
  const choices = usdPerHour === undefined ? [all] : affordablePools(usdPerHour, offered);
  const sizes = choices.flatMap(({ tasks, verdicts }) => {
    const options = verdicts.map((verdict) => ({ capacity: verdict.pool.capacity, verdict }));
    // Room bounds what EC2 may overshoot to, so the money bounds the room.
    return sizeOrder(Math.min(want, tasks), Math.min(room, tasks), options, maxInstances) ?? [];
  });
  return servesMost(sizes, want);
}

interface RegionPools {
  readonly region: string;
  readonly market: Market;
  readonly verdicts: readonly PoolVerdict[];
}

function regionsInOrder({ regionOrder }: WorkerType, accepted: readonly PoolVerdict[]): RegionPools[] {
  const byRegion = [...Map.groupBy(accepted, ({ pool }) => pool.region)];
  const rank: Record<WorkerType['regionOrder'], (verdicts: readonly PoolVerdict[]) => number> = {
    given: () => 0,
    weight: (verdicts) => -Math.max(...verdicts.map(effectiveWeight)),
    price: (verdicts) => Math.min(...verdicts.map(pricePerUtility)),
  };
  // The sort is stable: regions that rank alike stay in the order given.
  return byRegion
    .map(([region, verdicts]) => ({ region, verdicts, by: rank[regionOrder](verdicts) }))
    .sort((a, b) => (a.by === b.by ? 0 : a.by - b.by))
    .map(({ region, verdicts }) => ({
      region,
      market: verdicts[0]?.market ?? 'spot',
      verdicts,
    }));
}
