/**
 * What the loops need of the world, in the words of the domain. `lib/aws` and `lib/memory` implement every port, and
 * one contract suite (test/contracts) holds both to the sentences written here.
 */
import type { BacklogReading } from '../core/backlog.ts';
import type { OrderSize } from '../core/order-size.ts';
import type { Refusal } from '../core/refusal.ts';
import type { EpochMillis } from '../core/units.ts';
import type { Worker } from '../core/worker.ts';
import type { ParsedWorkerType, WorkerType } from '../core/worker-type-schema.ts';
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
  /** Every item, valid or not, ordered by name. Throws when they cannot all be read. */
  list(): Promise<StoredWorkerType[]>;
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
export interface LaunchOrder extends OrderSize {
  /** Unique within the provisioner; the client token is derived from it, and each instance carries it as a tag. */
  readonly launchId: string;
  readonly definition: WorkerType;
}

/** EC2's answer to an order. */
export type LaunchOutcome =
  /** EC2 answered: what was launched, and what was refused (also beside a full launch). */
  | { readonly kind: 'answered'; readonly workers: readonly Worker[]; readonly refusals: readonly Refusal[] }
  /**
   * EC2 refused the call as a whole: this call launched nothing. An earlier call for the same order, whose answer was
   * lost, may have.
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

/** The machines of one provisioner. Instances without its owner tag do not exist for it. */
export interface Fleet {
  /** One complete sweep, the lately gone included. Throws when it is incomplete: a part is not a smaller whole. */
  list(): Promise<Worker[]>;
  /** Launches instances of at most the order's capacity (see sizeOrder). The same `launchId` never launches more. */
  launch(order: LaunchOrder): Promise<LaunchOutcome>;
  /** Terminates those of the workers that are this provisioner's; one bad id fails and does not save the others. */
  terminate(workerIds: readonly string[]): Promise<TerminateOutcome>;
}

/** The exact EC2 requests of an order, for people; nothing is sent. */
export interface LaunchPreview {
  requestsFor(order: LaunchOrder): readonly { readonly action: string; readonly input: unknown }[];
}

/** The right to run a tick, for a while. */
export interface Lease {
  readonly holder: string;
  /** Rises with each new holder; a write that names an older fence is refused. */
  readonly fence: number;
  readonly until: EpochMillis;
}

/** Who may run a tick: one at a time. */
export interface Leases {
  /** Also for who has it already, under a new fence: the answer to an earlier request may have been lost. */
  acquire(
    holder: string,
    durationMs: number,
  ): Promise<{ readonly kind: 'acquired'; readonly lease: Lease } | { readonly kind: 'held'; readonly by: string }>;
  /** Prolongs the lease, also one that ran out; undefined when it was given back or somebody else has it now. */
  renew(lease: Lease, durationMs: number): Promise<Lease | undefined>;
  /** Gives the lease back at once; harmless when somebody else has it now. */
  release(lease: Lease): Promise<void>;
}

/** A launch order and what is known of its outcome. */
export interface LaunchRecord {
  readonly order: LaunchOrder;
  readonly openedAt: EpochMillis;
  /** `open`: EC2 may or may not have seen it. `closed`: answered. `abandoned`: given up; the sweep finds what exists. */
  readonly state: 'open' | 'closed' | 'abandoned';
  readonly workers: readonly Worker[];
  readonly refusals: readonly Refusal[];
}

/** Launch intents, written before EC2 is called. */
export interface LaunchLedger {
  /** All records opened at `since` or later. Throws when they cannot all be read. */
  recent(since: EpochMillis): Promise<LaunchRecord[]>;
  /** Writes the intent, only while the lease is held: `lease-lost` means that nothing was written. */
  open(record: LaunchRecord, lease: Lease): Promise<'opened' | 'lease-lost'>;
  /**
   * Replaces an open record by its outcome. A record that is answered already stays as it is: whoever comes late with
   * another answer knows less. Repeating it is harmless.
   */
  settle(record: LaunchRecord): Promise<void>;
}

/** What the loops leave behind for people: statuses, last runs. */
export interface StatusBoard {
  load(): Promise<{
    readonly workerTypes: WorkerTypeStatus[];
    readonly tick: TickReport | undefined;
    readonly reap: ReapReport | undefined;
  }>;
  saveWorkerTypes(statuses: readonly WorkerTypeStatus[]): Promise<void>;
  removeWorkerTypes(workerTypes: readonly string[]): Promise<void>;
  saveTick(report: TickReport): Promise<void>;
  saveReap(report: ReapReport): Promise<void>;
}

/** Log events and metrics. */
export interface Telemetry {
  event(level: 'info' | 'warn' | 'error', name: EventName, fields: Readonly<Record<string, unknown>>): void;
  count(metric: MetricName, value: number): void;
  /** Sends what was counted. Called once a tick. */
  publish(): void;
}
