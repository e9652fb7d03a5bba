/**
 * What the loops need of the world, in the words of the domain. `lib/aws` and `lib/memory` implement every port, and
 * one contract suite (test/contracts) holds both to the sentences written here.
 */
import type { BacklogReading } from '../core/backlog.ts';
import type { BusEventType } from '../core/bus-names.ts';
import type { NameRange } from '../core/name-range.ts';
import type { Cooldown } from '../core/pool-cooldown.ts';
import type { Platform, PriceBook } from '../core/price-book.ts';
import type { Refusal } from '../core/refusal.ts';
import type { EpochMillis } from '../core/units.ts';
import type { Worker } from '../core/worker.ts';
import type { ParsedWorkerType, WorkerType } from '../core/worker-type-schema.ts';
import type { DecisionRecord } from './decision-record.ts';
import type { ErrorRecord } from './error-record.ts';
import type { Lease, Shard } from './shards.ts';
import type { ReapReport, TickReport, WorkerTypeStatus } from './status.ts';
import type { EventName, MetricName } from './telemetry.ts';

/** The only source of time. */
export interface Clock {
  now(): EpochMillis;
  sleep(milliseconds: number): Promise<void>;
}

/** Depth of task queues. */
export interface Backlog {
  /** Never throws: a queue that cannot be read is `unknown`. */
  read(queueUrl: string): Promise<BacklogReading>;
}

/** A definition as it is stored, and as it reads. */
export interface StoredWorkerType {
  readonly workerType: string;
  /** The item as found, for display and for diffs. */
  readonly document: Readonly<Record<string, unknown>>;
  readonly parsed: ParsedWorkerType;
}

/** The worker types of one provisioner. */
export interface WorkerTypes {
  /**
   * Every item, or those of a range, valid or not, ordered by name. Throws when they cannot all be read.
   *
   * @param freshness `recent`: the last second's changes may be missing, for half the price
   */
  list(range?: NameRange, freshness?: 'latest' | 'recent'): Promise<StoredWorkerType[]>;
  get(workerType: string): Promise<StoredWorkerType | undefined>;
  /**
   * Writes the definition as version `expectedVersion + 1`; `expectedVersion` undefined means that no item may exist.
   * Answers `conflict` and changes nothing when the stored version is another one.
   */
  save(definition: WorkerType, expectedVersion: number | undefined): Promise<'saved' | 'conflict'>;
  /** Answers `conflict` when the stored version is another one, `absent` when there is no item. */
  remove(workerType: string, expectedVersion: number): Promise<'removed' | 'conflict' | 'absent'>;
}

/** One request for capacity, complete enough to be repeated identically after a crash. */
export interface LaunchOrder {
  /** Unique within the provisioner; the client token is derived from it, and each instance carries it as a tag. */
  readonly launchId: string;
  readonly definition: WorkerType;
  readonly region: string;
  readonly market: 'spot' | 'on-demand';
  /** Tasks; EC2 adds instances until the sum of their capacities reaches it. */
  readonly targetCapacity: number;
  /** What EC2 may choose from: pools of the definition in that region. */
  readonly pools: readonly OrderedPool[];
}

/** A pool of an order; everything else about it follows from the definition. */
export interface OrderedPool {
  readonly subnetId: string;
  readonly instanceType: string;
  readonly capacity: number;
}

/** EC2's answer to an order. */
export type LaunchOutcome =
  /** EC2 answered: what was launched, and what was refused (also beside a full launch). */
  | { readonly kind: 'answered'; readonly workers: readonly Worker[]; readonly refusals: readonly Refusal[] }
  /**
   * EC2 refused the call as a whole: this call launched nothing. An earlier call for the same order, whose answer was
   * lost, may have. The refusal names pools where others are not concerned, none where it is of all that were ordered.
   */
  | { readonly kind: 'refused'; readonly refusal: Refusal }
  /** No answer that can be trusted (time-out, 5xx): something may have been launched. Repeat the same order. */
  | { readonly kind: 'no-answer'; readonly cause: string };

/** What became of each worker that was to be terminated. */
export interface TerminateOutcome {
  /** Terminated, or gone already. */
  readonly terminated: readonly string[];
  readonly failed: readonly { readonly workerId: string; readonly code: string; readonly message: string }[];
}

/** What a sweep over all regions found. */
export interface FleetList {
  readonly workers: readonly Worker[];
  /** Regions that could not be read whole, with the cause: what is there is unknown, not nothing. */
  readonly unread: ReadonlyMap<string, string>;
}

/** The machines of one provisioner. Instances without its owner tag do not exist for it. */
export interface Fleet {
  /**
   * One sweep of every region, the lately gone included, for all worker types or those named. A region is in it whole or
   * not at all. Throws when none is.
   */
  list(workerTypes?: readonly string[]): Promise<FleetList>;
  /** Launches instances of at most the order's capacity (see sizeOrder). The same `launchId` never launches more. */
  launch(order: LaunchOrder): Promise<LaunchOutcome>;
  /** Terminates those of the workers that are this provisioner's; one bad id fails and does not save the others. */
  terminate(workerIds: readonly string[]): Promise<TerminateOutcome>;
}

/** The exact EC2 requests of an order, for people; nothing is sent. */
export interface LaunchPreview {
  requestsFor(order: LaunchOrder): readonly { readonly action: string; readonly input: unknown }[];
}

/** A launch order and what is known of its outcome. */
export interface LaunchRecord {
  readonly order: LaunchOrder;
  /** In whose ledger it stands. */
  readonly shard: string;
  readonly openedAt: EpochMillis;
  /** `open`: EC2 may or may not have seen it. `closed`: answered. `abandoned`: given up; the sweep finds what exists. */
  readonly state: 'open' | 'closed' | 'abandoned';
  readonly workers: readonly Worker[];
  readonly refusals: readonly Refusal[];
}

/** Launch intents, written before EC2 is called. */
export interface LaunchLedger {
  /**
   * The records opened at `since` or later in the ledgers of a shard and of those that it inherited from; of every shard
   * when none is named. Throws when they cannot all be read.
   */
  recent(since: EpochMillis, of?: Pick<Shard, 'shard' | 'inherited'>): Promise<LaunchRecord[]>;
  /** Writes the intent into the ledger of the lease's shard, only while that is held: `lease-lost` means that nothing was written. */
  open(record: LaunchRecord, lease: Lease): Promise<'opened' | 'lease-lost'>;
  /**
   * Replaces an open record by its outcome. A record that is answered already stays as it is: whoever comes late with
   * another answer knows less. Repeating it is harmless.
   */
  settle(record: LaunchRecord): Promise<void>;
}

/** What the loops leave behind for people: statuses, last runs. */
export interface StatusBoard {
  /** Everything, the last ticks of all shards as one. */
  load(): Promise<{
    readonly workerTypes: WorkerTypeStatus[];
    readonly tick: TickReport | undefined;
    readonly reap: ReapReport | undefined;
  }>;
  /** The statuses of a range of worker types; what was written within the last second may be missing. */
  loadWorkerTypes(range: NameRange): Promise<WorkerTypeStatus[]>;
  saveWorkerTypes(statuses: readonly WorkerTypeStatus[]): Promise<void>;
  removeWorkerTypes(workerTypes: readonly string[]): Promise<void>;
  saveTick(report: TickReport, shard: string): Promise<void>;
  saveReap(report: ReapReport): Promise<void>;
}

/** Pools that are not tried for a while, remembered over ticks and shared by all worker types. */
export interface PoolMemory {
  /** Those that are not over. */
  load(): Promise<Cooldown[]>;
  /** Each takes the place of an earlier one for the same pools (see cooldownKey); the others stay. */
  add(cooldowns: readonly Cooldown[]): Promise<void>;
}

/** What somebody said about a worker type beside its definition. */
export interface TypeControl {
  readonly workerType: string;
  readonly pause?: {
    readonly note: string;
    readonly by: string;
    readonly at: EpochMillis;
    /** Absent: until somebody resumes it. */
    readonly until?: EpochMillis;
  };
  /** Holds, cooldowns of pools and useless workers that are older than this no longer count against this type. */
  readonly clearedAt?: EpochMillis;
}

/** Pauses and resumptions. Not part of the definition: a pause never conflicts with an edit. */
export interface Controls {
  load(): Promise<TypeControl[]>;
  save(control: TypeControl): Promise<void>;
  /** Forgets what was said about a worker type, unless something else has been said since. */
  remove(control: TypeControl): Promise<void>;
}

/** Why something was launched or not, tick by tick. Records expire. */
export interface Decisions {
  append(decisions: readonly DecisionRecord[]): Promise<void>;
  /** The latest decisions of a worker type, newest first. */
  latest(workerType: string, count: number): Promise<DecisionRecord[]>;
}

/** Errors that were met for worker types. Records expire. */
export interface ErrorLog {
  /**
   * Adds each error to the record of the same type, class, code, region, market and hour, or begins that record. A count
   * may be too high where the answer to a write was lost.
   */
  append(errors: readonly ErrorRecord[]): Promise<void>;
  /** The latest by their last time, newest first: of one worker type, or of all. */
  latest(query: { readonly workerType?: string; readonly count: number }): Promise<ErrorRecord[]>;
}

/** The rate of launch requests to EC2, shared by everything that launches in one region. */
export interface LaunchBudget {
  /** Takes one request out of the region's budget. */
  take(
    region: string,
  ): Promise<{ readonly kind: 'granted' } | { readonly kind: 'exhausted'; readonly retryAt: EpochMillis }>;
  /** EC2 throttled: the budget is empty, and fills again from zero. */
  drain(region: string): Promise<void>;
}

/** Log events and metrics. */
export interface Telemetry {
  event(level: 'info' | 'warn' | 'error', name: EventName, fields: Readonly<Record<string, unknown>>): void;
  /** Adds to the sum of what happened. A sum of zero is not sent: metrics are billed by the hours in which they are. */
  count(metric: MetricName, value: number): void;
  /** How much there is now, also if it is nothing. */
  gauge(metric: MetricName, value: number): void;
  /** One value of a metric whose distribution is of interest. */
  measure(metric: MetricName, value: number): void;
  /** Sends what was counted and measured. Called once a tick. */
  publish(): void;
}

/** One event on the bus of a provisioner. */
export interface BusEvent {
  readonly detailType: BusEventType;
  /** Plain JSON. Ten events have to stay below 256 KB together. */
  readonly detail: Readonly<Record<string, unknown>>;
}

/** The event bus of one provisioner: others subscribe to it, and wake the provisioner by it. */
export interface EventBus {
  /** Throws unless every event was accepted; some of them may have been. */
  put(events: readonly BusEvent[]): Promise<void>;
}

/** The prices of these instance types, in every zone of the region. */
export interface WantedPrices {
  readonly region: string;
  readonly platform: Platform;
  readonly instanceTypes: readonly string[];
}

/** Present spot prices. */
export interface Prices {
  /**
   * One entry for each region and platform, with at least the types wanted of it; a type that is not offered has no
   * price. Never throws: what cannot be read is absent, or old by its `readAt`.
   */
  read(wanted: readonly WantedPrices[]): Promise<PriceBook>;
}
