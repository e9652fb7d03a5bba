import type { CheckBoard } from '../control/check-ports.ts';
import type { CheckReport } from '../core/finding.ts';
import { ALL_NAMES, isInRange, type NameRange } from '../core/name-range.ts';

/** Check reports in memory. */
export class MemoryCheckBoard implements CheckBoard {
  readonly #reports = new Map<string, CheckReport>();

  async load(range: NameRange = ALL_NAMES): Promise<CheckReport[]> {
    return [...this.#reports.values()]
      .filter(({ workerType }) => isInRange(workerType, range))
      .map((report) => structuredClone(report));
  }

  async save(reports: readonly CheckReport[]): Promise<void> {
    for (const report of reports) this.#reports.set(report.workerType, structuredClone(report));
  }

  async remove(workerTypes: readonly string[]): Promise<void> {
    for (const workerType of workerTypes) this.#reports.delete(workerType);
  }
}
