/** What the observation knows of each worker type's workers: sorted by type once, not searched by each type. */
import { overshootOf } from '../core/order-size.ts';
import { highestPriceOf } from '../core/price-book.ts';
import { capacityOf, type OpenOrders } from '../core/provision-plan.ts';
import { type EpochMillis, secondsBetween } from '../core/units.ts';
import { isPresent, type Worker } from '../core/worker.ts';
import type { Observation } from './observe.ts';
import type { LaunchOrder, LaunchRecord } from './ports.ts';

/** The part of an observation that tells of workers. */
export type SeenWorkers = Pick<Observation, 'at' | 'workers' | 'launches'>;

/** After a launch, EC2's list may miss the instance for up to this long: until then our record counts. */
const CONSISTENCY_WINDOW_SECONDS = 5 * 60;

interface Index {
  readonly workers: ReadonlyMap<string | undefined, readonly Worker[]>;
  readonly launches: ReadonlyMap<string, readonly LaunchRecord[]>;
  readonly listedIds: ReadonlySet<string>;
}

/** An observation never changes, so neither does its index; it goes when the observation goes. */
const indexes = new WeakMap<SeenWorkers, Index>();

function indexOf(seen: SeenWorkers): Index {
  const known = indexes.get(seen);
  if (known !== undefined) return known;
  const index = {
    workers: Map.groupBy(seen.workers, ({ workerType }) => workerType),
    launches: Map.groupBy(seen.launches, ({ order }) => order.definition.workerType),
    listedIds: new Set(seen.workers.map(({ workerId }) => workerId)),
  };
  indexes.set(seen, index);
  return index;
}

/**
 * The workers of one type: EC2's list, and those of recent launches that the list does not show yet. A worker that the
 * list shows as gone is gone, however young its record.
 */
export function knownWorkers(workerType: string, seen: SeenWorkers): Worker[] {
  const { workers, launches, listedIds } = indexOf(seen);
  const unseen = (launches.get(workerType) ?? [])
    .flatMap((record) => record.workers)
    .filter(({ workerId, launchedAt }) => {
      const young = launchedAt !== undefined && secondsBetween(launchedAt, seen.at) < CONSISTENCY_WINDOW_SECONDS;
      return young && !listedIds.has(workerId);
    })
    .map((worker) => ({ ...worker, state: 'launching' as const }));
  return [...(workers.get(workerType) ?? []), ...unseen];
}

/** The launches of one type within the window of the ledger. */
export const knownLaunches = (workerType: string, seen: SeenWorkers): readonly LaunchRecord[] =>
  indexOf(seen).launches.get(workerType) ?? [];

/** Regions that have workers of a type, sorted; one that cannot be read now keeps what was known of it. */
export function workerRegions(
  workerType: string,
  seen: SeenWorkers & Pick<Observation, 'unreadRegions'>,
  known: readonly string[] = [],
): string[] {
  const present = knownWorkers(workerType, seen).filter(isPresent);
  const regions = present.map(({ zone }) => zone.slice(0, -1));
  return [...new Set([...regions, ...known.filter((region) => seen.unreadRegions.has(region))])].sort();
}

/** Orders still open, less what EC2's list shows of them: the rest may be on its way. */
export function openOrders(workerType: string, seen: SeenWorkers): OpenOrders {
  const { workers, launches } = indexOf(seen);
  const open = (launches.get(workerType) ?? [])
    .filter(({ state }) => state === 'open')
    .map(({ order }) => {
      const arrived = (workers.get(workerType) ?? [])
        .filter(({ launchId }) => launchId === order.launchId)
        .reduce((sum, worker) => sum + capacityOf(worker, order.definition), 0);
      const capacity = Math.max(0, order.targetCapacity - arrived);
      const overshoot = capacity > 0 ? overshootOf(order.pools) : 0;
      return {
        capacity,
        overshoot,
        onDemandCapacity: order.market === 'on-demand' ? capacity : 0,
        usdPerHour: capacity > 0 ? (capacity + overshoot) * dearestTask(order) : 0,
      };
    });
  const sum = (field: keyof OpenOrders) => open.reduce((total, each) => total + each[field], 0);
  return {
    capacity: sum('capacity'),
    overshoot: sum('overshoot'),
    onDemandCapacity: sum('onDemandCapacity'),
    usdPerHour: sum('usdPerHour'),
  };
}

/** The most that one task of an order can cost in an hour, by what its definition says of its market. */
function dearestTask({ definition, pools, market }: LaunchOrder): number {
  const highest = highestPriceOf(definition, market);
  if (highest === undefined) return Number.POSITIVE_INFINITY;
  const utility = new Map(definition.instanceTypes.map((type) => [type.instanceType, type.utility]));
  return Math.max(...pools.map((pool) => (highest * (utility.get(pool.instanceType) ?? 1)) / pool.capacity));
}

/** Instances of a type launched within the last minute, by our own records; those of an open order all count. */
export function launchedLastMinute(workerType: string, seen: SeenWorkers): number {
  const isRecent = (at: EpochMillis | undefined) => at !== undefined && secondsBetween(at, seen.at) < 60;
  return (indexOf(seen).launches.get(workerType) ?? []).reduce((sum, { state, openedAt, order, workers }) => {
    if (state !== 'open') return sum + workers.filter(({ launchedAt }) => isRecent(launchedAt ?? openedAt)).length;
    const smallest = Math.min(...order.pools.map(({ capacity }) => capacity));
    return sum + (isRecent(openedAt) ? Math.ceil(order.targetCapacity / smallest) : 0);
  }, 0);
}
