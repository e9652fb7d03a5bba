/**
 * How the launches of a worker type went in each pool lately. It needs no memory of its own: it is counted again in each
 * tick from EC2's list and the launch records, and when the failures have grown old it is as if they had never been.
 */
import type { LaunchPool } from './launch-cascade.ts';
import type { Market } from './pool-cooldown.ts';
import type { Refusal } from './refusal.ts';
import type { EpochMillis } from './units.ts';
import { secondsAfter } from './units.ts';
import type { Worker } from './worker.ts';
import { DRY_AFTER_ALL, proofOf } from './worker-proof.ts';
import type { WorkerType } from './worker-type-schema.ts';

/** EC2's list shows who ended for about an hour; Taskcluster's worker-manager looks back as far. */
const WINDOW_SECONDS = 3600;
/** Fewer launches are chance: as many as the breaker needs in a row. */
const MIN_LAUNCHES = 5;
/** What is left of a weight when every launch fails: a last resort, and not none (worker-manager's figure). */
const LEAST_FACTOR = 0.01;
/** A pool whose weight fell below this share of itself is asked only where no better one can serve. */
const LAST_RESORT_BELOW = 0.5;
/** What these say is of the account, not of a pool. */
const NO_POOLS_FAULT: ReadonlySet<Refusal['class']> = new Set(['throttled', 'quota']);

/** Launches into one pool, in one market. */
export interface PoolHealth {
  readonly market: Market;
  readonly subnetId: string;
  readonly instanceType: string;
  /** Workers that were of use, and failures. */
  readonly launches: number;
  /**
   * Workers that ended by themselves before they were of use, launches that failed after EC2 had granted them, and
   * orders that EC2 refused in this pool; of an order that was refused in many pools, the record knows the first few.
   */
  readonly failures: number;
}

/** An order of the worker type, and what EC2 refused of it. */
export interface SeenOrder {
  readonly market: Market;
  readonly openedAt: EpochMillis;
  readonly definitionVersion: number;
  readonly refusals: readonly Refusal[];
}

/** What the launches of one worker type came to. */
export interface SeenLaunches {
  readonly workers: readonly Worker[];
  readonly orders: readonly SeenOrder[];
  /** What is older does not count: somebody resumed the type then. */
  readonly clearedAt: EpochMillis | undefined;
}

/**
 * The pools in which launches failed, each with what is known of it; pools with too few launches are left out.
 *
 * A worker counts by its zone, since EC2 does not say in which subnet one was that ended: a pool whose zone the
 * definition does not name is judged by EC2's refusals alone. An interruption is no failure, and what another version
 * of the definition launched says nothing of this one.
 */
export function poolHealth(
  definition: Pick<WorkerType, 'idleTimeoutSeconds' | 'version' | 'regions' | 'instanceTypes'>,
  { workers, orders, clearedAt }: SeenLaunches,
  now: EpochMillis,
): PoolHealth[] {
  const since = Math.max(secondsAfter(now, -WINDOW_SECONDS), clearedAt ?? 0);
  const isCounted = (at: EpochMillis | undefined, version: number | undefined) =>
    at !== undefined && at > since && version === definition.version;
  const proofs = workers
    .filter(({ launchedAt, definitionVersion }) => isCounted(launchedAt, definitionVersion))
    .map((worker) => ({
      key: keyOf(worker.market, worker.zone, worker.instanceType),
      proof: launchProof(worker, definition, now),
    }));
  const useful = tally(proofs.filter(({ proof }) => proof === 'useful').map(({ key }) => key));
  const failed = tally([
    ...proofs.filter(({ proof }) => proof === 'useless').map(({ key }) => key),
    ...orders.filter((order) => isCounted(order.openedAt, order.definitionVersion)).flatMap(refusedPools),
  ]);
  // Nearly always: then a definition's thousand pools need not be gone through.
  if (failed.size === 0) return [];
  const pools = definition.regions.flatMap(({ zones }) =>
    zones.flatMap((zone) => definition.instanceTypes.map(({ instanceType }) => ({ ...zone, instanceType }))),
  );
  return pools.flatMap(({ subnetId, availabilityZone, instanceType }) =>
    MARKETS.flatMap((market): PoolHealth[] => {
      const inZone = availabilityZone === undefined ? undefined : keyOf(market, availabilityZone, instanceType);
      const failures = (failed.get(inZone) ?? 0) + (failed.get(keyOf(market, subnetId, instanceType)) ?? 0);
      const launches = failures + (useful.get(inZone) ?? 0);
      return failures === 0 || launches < MIN_LAUNCHES ? [] : [{ market, subnetId, instanceType, launches, failures }];
    }),
  );
}

/** What a worker says of its pool: what it says of its launch, and that there was none where EC2 ran dry. */
const launchProof = (worker: Worker, definition: Pick<WorkerType, 'idleTimeoutSeconds'>, now: EpochMillis) => {
  const proof = proofOf(worker, definition, now);
  const wasDry = worker.state === 'stopped' && worker.endCode === DRY_AFTER_ALL;
  return wasDry && proof === 'unproven' ? 'useless' : proof;
};

const keyOf = (market: Market, place: string, instanceType: string): string => `${market}/${place}/${instanceType}`;

const refusedPools = ({ market, refusals }: SeenOrder): string[] =>
  refusals
    .filter(({ class: kind }) => !NO_POOLS_FAULT.has(kind))
    .flatMap(({ pools = [] }) => pools.map((pool) => `${market}/${pool}`));

const tally = (keys: readonly string[]): ReadonlyMap<string | undefined, number> =>
  new Map([...Map.groupBy(keys, String)].map(([key, alike]) => [key, alike.length]));

const MARKETS: readonly Market[] = ['spot', 'on-demand'];

/** What the weight of a pool is multiplied by: 1 less the share of failures, and never 0. */
export const healthFactor = ({ launches, failures }: Pick<PoolHealth, 'launches' | 'failures'>): number =>
  Math.max(LEAST_FACTOR, 1 - failures / launches);

/** Is this pool asked only where no better one can serve? */
export const isLastResort = (health: PoolHealth | undefined): boolean =>
  health !== undefined && healthFactor(health) < LAST_RESORT_BELOW;

/** Looks up the health of a pool. */
export function healthFinder(
  healths: readonly PoolHealth[],
): (pool: Pick<LaunchPool, 'subnetId' | 'instanceType'>, market: Market) => PoolHealth | undefined {
  const byPool = new Map(healths.map((health) => [keyOf(health.market, health.subnetId, health.instanceType), health]));
  return ({ subnetId, instanceType }, market) => byPool.get(keyOf(market, subnetId, instanceType));
}

/** `weight 1 -> 0.3: 7 of 10 launches failed in the last hour`. */
export const describeHealth = (weight: number, health: PoolHealth): string => {
  const lowered = Number((weight * healthFactor(health)).toPrecision(2));
  return `weight ${weight} -> ${lowered}: ${health.failures} of ${health.launches} launches failed in the last hour`;
};
