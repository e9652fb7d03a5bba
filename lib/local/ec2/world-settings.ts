import { localRegion } from './catalogue.ts';
import type { InstanceRecord, Market } from './instance-record.ts';

/** Where instances become something that runs. The methods must return at once and must not throw. */
export interface Machines {
  /** The instance became `running`. */
  start(instance: InstanceRecord): void;
  /** A started instance began to shut down, or to stop, for another reason than its own exit. */
  stop(instance: InstanceRecord): void;
  /** What the machine printed so far, for GetConsoleOutput. */
  consoleOutput?(instance: InstanceRecord): string;
}

/** A token bucket: at most `maxTokens` calls at once, refilled by `refillPerSecond`. */
export interface ThrottleLimit {
  readonly maxTokens: number;
  readonly refillPerSecond: number;
}

/** A capacity pool of one market. */
export interface Pool {
  readonly instanceType: string;
  readonly zone: string;
  readonly market: Market;
}

/** The key of a pool in the settings' maps. */
export function poolKey(pool: Pool): string {
  return `${pool.instanceType}/${pool.zone}/${pool.market}`;
}

/** The knobs of a world. All may be turned at any time; durations are milliseconds. */
export interface WorldSettings {
  /** The clock, in epoch milliseconds. */
  now: () => number;
  /** Whether due state changes happen by themselves, on timers of the system clock, or only with requests and `tick()`. */
  timers: boolean;
  region: string;
  accountId: string;
  /** First part of every id beside the Region's number, so that worlds of different runs do not share ids. 0 to 2^32 - 1. */
  idSeed: number;
  /** From launch to `running`. */
  bootDelayMs: number;
  /** From `shutting-down` to `terminated`. */
  shutdownDelayMs: number;
  /** How long a new instance is missing from Describe and NotFound for other calls. */
  visibilityLagMs: number;
  /** How long terminated instances are still described. */
  tombstoneMs: number;
  /** How long a ClientToken is remembered. */
  tokenLifetimeMs: number;
  /** Instances that a pool holds unless `poolCapacity` names it. */
  defaultPoolCapacity: number;
  /** Instances that a pool holds, by `poolKey`. */
  poolCapacity: Map<string, number>;
  /** USD per hour of a pool, by `priceKey`, instead of the catalogue's price. */
  poolPriceUsdPerHour: Map<string, number>;
  /** vCPUs the account may run at once. */
  vCpuQuota: Record<Market, number>;
  /** Addresses a subnet has when empty, by subnet id, instead of the catalogue's number. */
  subnetAddresses: Map<string, number>;
  /** Token buckets by action; an action without one is not throttled. */
  throttle: Map<string, ThrottleLimit>;
  /** Zones in which nothing launches and nothing can be described. */
  unavailableZones: Set<string>;
  /** Types that a zone does not offer beside those of the catalogue, by `offeringKey`. */
  notOffered: Set<string>;
  /** Absent: instances are records only. */
  machines?: Machines;
}

/** The settings of a world that nobody changed: everything instant, everything available. */
export function defaultSettings(): WorldSettings {
  return {
    now: Date.now,
    timers: false,
    region: localRegion,
    accountId: '000000000000',
    idSeed: 0,
    bootDelayMs: 0,
    shutdownDelayMs: 0,
    visibilityLagMs: 0,
    // "Terminated instances show for about an hour" (EC2 user guide, instance lifecycle).
    tombstoneMs: 3_600_000,
    tokenLifetimeMs: 24 * 3_600_000,
    defaultPoolCapacity: 1_000,
    poolCapacity: new Map(),
    poolPriceUsdPerHour: new Map(),
    vCpuQuota: { spot: 10_000, 'on-demand': 10_000 },
    subnetAddresses: new Map(),
    throttle: new Map(),
    unavailableZones: new Set(),
    notOffered: new Set(),
  };
}
