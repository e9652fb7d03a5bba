import type { LaunchLedger, LaunchRecord, StatusBoard } from '../control/ports.ts';
import { FIRST_SHARD, type Lease, type Shard } from '../control/shards.ts';
import type { ReapReport, TickReport, WorkerTypeStatus } from '../control/status.ts';
import { wholeTick } from '../control/tick-report.ts';
import { isInRange, type NameRange } from '../core/name-range.ts';
import type { EpochMillis } from '../core/units.ts';
import type { MemoryLeases } from './memory-leases.ts';

/** Launch records in memory; opening one checks the lease as the real ledger does. */
export class MemoryLedger implements LaunchLedger {
  readonly #leases: MemoryLeases;
  readonly #records = new Map<string, LaunchRecord>();

  constructor(leases: MemoryLeases) {
    this.#leases = leases;
  }

  async recent(since: EpochMillis, of?: Pick<Shard, 'shard' | 'inherited'>): Promise<LaunchRecord[]> {
    const ledgers = of && [of.shard, ...of.inherited.map(({ shard }) => shard)];
    return [...this.#records.values()].filter(
      ({ openedAt, shard }) => openedAt >= since && (ledgers === undefined || ledgers.includes(shard)),
    );
  }

  async open(record: LaunchRecord, lease: Lease): Promise<'opened' | 'lease-lost'> {
    if (!this.#leases.holds(lease)) return 'lease-lost';
    this.#records.set(record.order.launchId, structuredClone({ ...record, shard: lease.shard }));
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
  readonly #leases: MemoryLeases;
  readonly #ticks = new Map<string, TickReport>();
  #reap: ReapReport | undefined;

  constructor(leases: MemoryLeases) {
    this.#leases = leases;
  }

  async load(): ReturnType<StatusBoard['load']> {
    const shards = new Set([FIRST_SHARD, ...(await this.#leases.shards()).map(({ shard }) => shard)]);
    const ticks = [...this.#ticks].filter(([shard]) => shards.has(shard));
    return {
      workerTypes: [...this.#workerTypes.values()],
      tick: wholeTick(ticks.map(([, report]) => report)),
      reap: this.#reap,
    };
  }

  async loadWorkerTypes(range: NameRange): Promise<WorkerTypeStatus[]> {
    return [...this.#workerTypes.values()].filter(({ workerType }) => isInRange(workerType, range));
  }

  async saveWorkerTypes(statuses: readonly WorkerTypeStatus[]): Promise<void> {
    for (const status of statuses) this.#workerTypes.set(status.workerType, structuredClone(status));
  }

  async removeWorkerTypes(workerTypes: readonly string[]): Promise<void> {
    for (const workerType of workerTypes) this.#workerTypes.delete(workerType);
  }

  async saveTick(report: TickReport, shard: string): Promise<void> {
    this.#ticks.set(shard, report);
  }

  async saveReap(report: ReapReport): Promise<void> {
    this.#reap = report;
  }
}
