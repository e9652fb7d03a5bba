import pMap from 'p-map';
import type { CheckBoard } from '../control/check-ports.ts';
import type { CheckReport } from '../core/finding.ts';
import { ALL_NAMES, isInRange, type NameRange } from '../core/name-range.ts';
import { fromItem } from './dynamo-tables.ts';
import { stateKeys } from './state-keys.ts';
import type { StateTable } from './state-table.ts';

const WRITES = { concurrency: 16 };

/** Check reports in the state table: one query reads them all. */
export class DynamoCheckBoard implements CheckBoard {
  readonly #table: StateTable;

  constructor(table: StateTable) {
    this.#table = table;
  }

  async load(range: NameRange = ALL_NAMES): Promise<CheckReport[]> {
    // Reports are minutes old anyhow.
    const items = await this.#table.items(stateKeys.checks(this.#table.provisionerId), { range, freshness: 'recent' });
    return items
      .map((item) => fromItem(item)['report'] as CheckReport)
      .filter(({ workerType }) => isInRange(workerType, range));
  }

  async save(reports: readonly CheckReport[]): Promise<void> {
    await pMap(
      reports,
      async (report) => {
        const key = stateKeys.check(this.#table.provisionerId, report.workerType);
        await this.#table.put({ ...key, report: fitting(report) });
      },
      WRITES,
    );
  }

  async remove(workerTypes: readonly string[]): Promise<void> {
    await pMap(
      workerTypes,
      async (workerType) => {
        await this.#table.remove(stateKeys.check(this.#table.provisionerId, workerType));
      },
      WRITES,
    );
  }
}

/** An item holds 400 KB; failed look-ups may be many and say the same. Findings are kept whole: launches go by them. */
const MAX_UNKNOWN = 100;

const fitting = (report: CheckReport): CheckReport => ({ ...report, unknown: report.unknown.slice(0, MAX_UNKNOWN) });
