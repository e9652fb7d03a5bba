import type { NameRange } from '../core/name-range.ts';
import type { EpochMillis } from '../core/units.ts';
import type { MetricName } from './telemetry.ts';

/**
 * A part of the worker types, which one tick at a time serves. Every name is in exactly one shard at any time. There is
 * one shard, with all names, until it holds more worker types than one tick should serve.
 */
export interface Shard {
  readonly shard: string;
  readonly range: NameRange;
  /** Shards whose ledgers may hold recent launches of these worker types: those names were theirs until a while ago. */
  readonly inherited: readonly Inherited[];
}

/** Whose ledger is read beside the shard's own, and until when. */
export interface Inherited {
  readonly shard: string;
  readonly until: EpochMillis;
}

/** The shard that is always there; it begins with the first name. */
export const FIRST_SHARD = 'provision';

/** What a tick leaves in its shard for whoever looks after all of them. */
export interface ShardSummary {
  readonly startedAt: EpochMillis;
  readonly tickedAt: EpochMillis;
  readonly workerTypes: number;
  /** Figures that only their sum over all shards makes sense of. */
  readonly gauges: Readonly<Partial<Record<MetricName, number>>>;
}

/** A shard, and what its last tick left. */
export interface ListedShard extends Shard {
  /** When its range became what it is. */
  readonly since: EpochMillis;
  readonly summary?: ShardSummary;
}

/** The right to run a tick of one shard, for a while. */
export interface Lease extends Shard {
  readonly holder: string;
  /** Rises with each new holder, split and merger; a write that names an older fence is refused. */
  readonly fence: number;
  readonly until: EpochMillis;
  /** When the last tick that left a summary began. */
  readonly lastTickAt?: EpochMillis;
}

/** `gone`: the shard was merged into its neighbour. */
export type AcquireAnswer =
  | { readonly kind: 'acquired'; readonly lease: Lease }
  | { readonly kind: 'held'; readonly by: string }
  | { readonly kind: 'gone' };

/** Who may run a tick: one at a time for each shard. */
export interface Leases {
  /** Also for who has it already, under a new fence: the answer to an earlier request may have been lost. */
  acquire(holder: string, durationMs: number, shard?: string): Promise<AcquireAnswer>;
  /** Prolongs the lease, also one that ran out; undefined when it was given back or somebody else has it now. */
  renew(lease: Lease, durationMs: number): Promise<Lease | undefined>;
  /** Gives the lease back at once. False, and nothing changed: somebody else has it now, or it was given back. */
  release(lease: Lease, summary?: ShardSummary): Promise<boolean>;
  /** Every shard, in the order of their names; none before the first tick. */
  shards(): Promise<ListedShard[]>;
  /**
   * Cuts the shard of the lease at these names, all at once or not at all, and gives the lease back. The new shards
   * inherit its ledger until then.
   *
   * @returns the new shards; undefined: the lease was lost and nothing was changed
   */
  split(lease: Lease, at: readonly string[], inheritUntil: EpochMillis): Promise<readonly string[] | undefined>;
  /** Notes worker types for whoever holds the lease of the shard, to be served when that is done. */
  note(shard: string, workerTypes: readonly string[]): Promise<void>;
  /** What was noted since the last time, each once; it is forgotten with that. */
  takeNotes(shard: string): Promise<readonly string[]>;
  /** Makes two neighbours one, under the first one's name; `busy` and nothing changed while somebody holds either. */
  merge(first: Shard, second: Shard, inheritUntil: EpochMillis): Promise<'merged' | 'busy'>;
}
