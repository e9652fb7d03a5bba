import type { Clock } from '../control/ports.ts';
import {
  type AcquireAnswer,
  FIRST_SHARD,
  type Inherited,
  type Lease,
  type Leases,
  type ListedShard,
  type Shard,
  type ShardSummary,
} from '../control/shards.ts';
import { ALL_NAMES } from '../core/name-range.ts';
import { type EpochMillis, epochMillis } from '../core/units.ts';

interface Held extends ListedShard {
  readonly holder: string;
  readonly fence: number;
  /** 0 when it was given back. */
  readonly until: number;
}

/** Leases in memory, with the fence of the real ones. */
export class MemoryLeases implements Leases {
  readonly #clock: Clock;
  readonly #shards = new Map<string, Held>();
  readonly #notes = new Map<string, Set<string>>();
  #made = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  async acquire(holder: string, durationMs: number, shard = FIRST_SHARD): Promise<AcquireAnswer> {
    const now = this.#clock.now();
    const current = this.#shards.get(shard);
    if (current === undefined && shard !== FIRST_SHARD) return { kind: 'gone' };
    if (current !== undefined && current.until > now && current.holder !== holder)
      return { kind: 'held', by: current.holder };
    const { shard: _, ...its } = current ?? { range: ALL_NAMES, inherited: [], since: now };
    const { range, inherited } = its;
    const last = current?.summary === undefined ? {} : { lastTickAt: current.summary.startedAt };
    const lease = {
      shard,
      range,
      inherited,
      holder,
      fence: (current?.fence ?? 0) + 1,
      until: epochMillis(now + durationMs),
    };
    this.#shards.set(shard, { ...its, ...lease });
    return { kind: 'acquired', lease: { ...lease, ...last } };
  }

  async renew(lease: Lease, durationMs: number): Promise<Lease | undefined> {
    const until = epochMillis(this.#clock.now() + durationMs);
    return this.#change(lease, { until }) ? { ...lease, until } : undefined;
  }

  async release(lease: Lease, summary?: ShardSummary): Promise<boolean> {
    return this.#change(lease, { until: 0, ...(summary === undefined ? {} : { summary }) });
  }

  async shards(): Promise<ListedShard[]> {
    return [...this.#shards.values()]
      .map(({ holder: _holder, fence: _fence, until: _until, ...shard }) => structuredClone(shard))
      .sort((a, b) => ((a.range.from ?? '') < (b.range.from ?? '') ? -1 : 1));
  }

  async split(lease: Lease, at: readonly string[], inheritUntil: EpochMillis): Promise<string[] | undefined> {
    if (!this.holds(lease)) return undefined;
    const inherited = [{ shard: lease.shard, until: inheritUntil }, ...this.#stillRead(lease.inherited)];
    const { from, to } = lease.range;
    this.#put({
      ...lease,
      range: { ...(from === undefined ? {} : { from }), to: at[0] ?? '' },
      fence: lease.fence + 1,
    });
    return at.map((start, index) => {
      this.#made += 1;
      const shard = `shard-${this.#made}`;
      const end = at[index + 1] ?? to;
      const range = { from: start, ...(end === undefined ? {} : { to: end }) };
      this.#put({ shard, range, inherited, holder: '', fence: 1 });
      return shard;
    });
  }

  async merge(first: Shard, second: Shard, inheritUntil: EpochMillis): Promise<'merged' | 'busy'> {
    const [a, b] = [this.#shards.get(first.shard), this.#shards.get(second.shard)];
    const now = this.#clock.now();
    if (a === undefined || b === undefined || a.until > now || b.until > now) return 'busy';
    if (a.range.to !== second.range.from || b.range.to !== second.range.to) return 'busy';
    const { from } = a.range;
    const { to } = b.range;
    const range = { ...(from === undefined ? {} : { from }), ...(to === undefined ? {} : { to }) };
    const inherited = [
      ...this.#stillRead(a.inherited),
      { shard: b.shard, until: inheritUntil },
      ...this.#stillRead(b.inherited),
    ];
    this.#put({ ...a, range, inherited, fence: a.fence + 1 });
    this.#shards.delete(b.shard);
    return 'merged';
  }

  async note(shard: string, workerTypes: readonly string[]): Promise<void> {
    this.#notes.set(shard, new Set([...(this.#notes.get(shard) ?? []), ...workerTypes]));
  }

  async takeNotes(shard: string): Promise<readonly string[]> {
    const notes = [...(this.#notes.get(shard) ?? [])];
    this.#notes.delete(shard);
    return notes;
  }

  /** Is this lease the current one? Whoever came after has a higher fence. */
  holds({ shard, fence }: Lease): boolean {
    const current = this.#shards.get(shard);
    return current?.fence === fence && current.until > 0;
  }

  /** A shard that nobody holds, and whose next tick says anew how it is. */
  #put({ shard, range, inherited, holder, fence }: Omit<Held, 'until' | 'since' | 'summary'>): void {
    this.#shards.set(shard, { shard, range, inherited, holder, fence, since: this.#clock.now(), until: 0 });
  }

  #change(lease: Lease, changes: Partial<Held>): boolean {
    const current = this.#shards.get(lease.shard);
    if (current === undefined || !this.holds(lease)) return false;
    this.#shards.set(lease.shard, { ...current, ...changes });
    return true;
  }

  #stillRead(inherited: readonly Inherited[]): Inherited[] {
    return inherited.filter(({ until }) => until > this.#clock.now());
  }
}
