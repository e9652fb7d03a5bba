import type { Clock, LaunchLedger, LaunchRecord, Lease, Leases, StatusBoard } from '../control/ports.ts';
import type { ReapReport, TickReport, WorkerTypeStatus } from '../control/status.ts';
import { type EpochMillis, epochMillis } from '../core/units.ts';

/** Leases in memory, with the fence of the real ones. */
export class MemoryLeases implements Leases {
  readonly #clock: Clock;
  #current: Lease | undefined;
  #fence = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  async acquire(
    holder: string,
    durationMs: number,
  ): Promise<{ kind: 'acquired'; lease: Lease } | { kind: 'held'; by: string }> {
    const now = this.#clock.now();
    const current = this.#current;
    if (current !== undefined && current.until > now && current.holder !== holder)
      return { kind: 'held', by: current.holder };
    this.#fence += 1;
    this.#current = { holder, fence: this.#fence, until: epochMillis(now + durationMs) };
    return { kind: 'acquired', lease: this.#current };
  }

  async renew(lease: Lease, durationMs: number): Promise<Lease | undefined> {
    if (!this.holds(lease)) return undefined;
    this.#current = { ...lease, until: epochMillis(this.#clock.now() + durationMs) };
    return this.#current;
  }

  async release(lease: Lease): Promise<void> {
    if (this.holds(lease)) this.#current = undefined;
  }

  /** Is this lease the current one? Whoever came after has a higher fence. */
  holds(lease: Lease): boolean {
    return this.#current?.fence === lease.fence;
  }
}

/** Launch records in memory; opening one checks the lease as the real ledger does. */
export class MemoryLedger implements LaunchLedger {
  readonly #leases: MemoryLeases;
  readonly #records = new Map<string, LaunchRecord>();

  constructor(leases: MemoryLeases) {
    this.#leases = leases;
  }

  async recent(since: EpochMillis): Promise<LaunchRecord[]> {
    return [...this.#records.values()].filter(({ openedAt }) => openedAt >= since);
  }

  async open(record: LaunchRecord, lease: Lease): Promise<'opened' | 'lease-lost'> {
    if (!this.#leases.holds(lease)) return 'lease-lost';
    this.#records.set(record.order.launchId, structuredClone(record));
    return 'opened';
  }

  async settle(record: LaunchRecord): Promise<void> {
    const known = this.#records.get(record.order.launchId);
    if (known !== undefined && known.state !== 'open') return;
    this.#records.set(record.order.launchId, structuredClone(record));
  }
}

/** Statuses in memory. */
export class MemoryStatusBoard implements StatusBoard {
  readonly #workerTypes = new Map<string, WorkerTypeStatus>();
  #tick: TickReport | undefined;
  #reap: ReapReport | undefined;

  async load(): ReturnType<StatusBoard['load']> {
    return { workerTypes: [...this.#workerTypes.values()], tick: this.#tick, reap: this.#reap };
  }

  async saveWorkerTypes(statuses: readonly WorkerTypeStatus[]): Promise<void> {
    for (const status of statuses) this.#workerTypes.set(status.workerType, structuredClone(status));
  }

  async removeWorkerTypes(workerTypes: readonly string[]): Promise<void> {
    for (const workerType of workerTypes) this.#workerTypes.delete(workerType);
  }

  async saveTick(report: TickReport): Promise<void> {
    this.#tick = report;
  }

  async saveReap(report: ReapReport): Promise<void> {
    this.#reap = report;
  }
}
