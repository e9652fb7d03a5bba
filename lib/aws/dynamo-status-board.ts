import pMap from 'p-map';
import type { StatusBoard } from '../control/ports.ts';
import { FIRST_SHARD } from '../control/shards.ts';
import type { ReapReport, TickReport, WorkerTypeStatus } from '../control/status.ts';
import { wholeTick } from '../control/tick-report.ts';
import { isInRange, type NameRange } from '../core/name-range.ts';
import { fromItem } from './dynamo-tables.ts';
import { readShard } from './shard-items.ts';
import { SHARD_KEYS, stateKeys, TICK_REPORT_SECONDS } from './state-keys.ts';
import type { StateTable } from './state-table.ts';

/** Statuses in the state table: one query reads them all. */
export class DynamoStatusBoard implements StatusBoard {
  readonly #table: StateTable;

  constructor(table: StateTable) {
    this.#table = table;
  }

  async load(): ReturnType<StatusBoard['load']> {
    const [items, shards] = await Promise.all([
      this.#table.items(stateKeys.statuses(this.#table.provisionerId)),
      this.#table.items(stateKeys.leases(this.#table.provisionerId), { prefix: SHARD_KEYS }),
    ]);
    // Those of shards that were merged away stay until they expire.
    const ticks = new Set(
      [FIRST_SHARD, ...shards.map((item) => readShard(fromItem(item)).shard)].map(
        (shard) => stateKeys.tick(this.#table.provisionerId, shard).sk,
      ),
    );
    const byKey = new Map(items.map((item) => [item['sk']?.S ?? '', fromItem(item)['status']]));
    return {
      workerTypes: [...byKey]
        .filter(([key]) => key.startsWith('type#'))
        .map(([, status]) => status as WorkerTypeStatus),
      tick: wholeTick([...byKey].filter(([key]) => ticks.has(key)).map(([, report]) => report as TickReport)),
      reap: byKey.get('run#reap') as ReapReport | undefined,
    };
  }

  async loadWorkerTypes(range: NameRange): Promise<WorkerTypeStatus[]> {
    // What a status remembers saves calls; that no worker is launched twice hangs on the ledger alone.
    const items = await this.#table.items(stateKeys.statuses(this.#table.provisionerId), {
      range,
      prefix: 'type#',
      freshness: 'recent',
    });
    return items
      .map((item) => fromItem(item)['status'] as WorkerTypeStatus)
      .filter(({ workerType }) => isInRange(workerType, range));
  }

  async saveWorkerTypes(statuses: readonly WorkerTypeStatus[]): Promise<void> {
    await pMap(
      statuses,
      (status) => this.#put(stateKeys.workerType(this.#table.provisionerId, status.workerType), status),
      WRITES,
    );
  }

  async removeWorkerTypes(workerTypes: readonly string[]): Promise<void> {
    await pMap(
      workerTypes,
      async (workerType) => {
        await this.#table.remove(stateKeys.workerType(this.#table.provisionerId, workerType));
      },
      WRITES,
    );
  }

  async saveTick(report: TickReport, shard: string): Promise<void> {
    const expiresAt = Math.floor(report.finishedAt / 1000) + TICK_REPORT_SECONDS;
    await this.#table.put({ ...stateKeys.tick(this.#table.provisionerId, shard), status: report, expiresAt });
  }

  async saveReap(report: ReapReport): Promise<void> {
    await this.#put(stateKeys.reap(this.#table.provisionerId), report);
  }

  async #put(key: { pk: string; sk: string }, status: object): Promise<void> {
    await this.#table.put({ ...key, status });
  }
}

const WRITES = { concurrency: 16 };
