import type { EpochMillis } from '../core/units.ts';
import type { Telemetry } from './ports.ts';
import type { TickReport, WorkerTypeStatus } from './status.ts';
import { metricNames } from './telemetry.ts';

/** Failures that a report spells out; a thousand unreadable queues would not fit into one item. */
const MAX_FAILURES = 20;

/** The report of one tick. */
export function tickReport(
  statuses: readonly WorkerTypeStatus[],
  failures: ReadonlyMap<string, string>,
  run: { readonly startedAt: EpochMillis; readonly finishedAt: EpochMillis; readonly holder: string },
): TickReport {
  return {
    ...run,
    workerTypes: statuses.length,
    invalid: statuses.filter(({ state }) => state === 'invalid').length,
    launchedCapacity: statuses
      .filter(({ lastLaunch }) => lastLaunch !== undefined && lastLaunch.at >= run.startedAt)
      .reduce((sum, { lastLaunch }) => sum + (lastLaunch?.launched ?? 0), 0),
    failures: shortened([...failures].map(([workerType, cause]) => `${workerType}: ${cause}`)),
  };
}

/** Counts what the alarms and graphs go by. `failed`: worker types whose turn failed. */
export function countTick(
  report: TickReport,
  statuses: readonly WorkerTypeStatus[],
  failed: number,
  telemetry: Telemetry,
): void {
  const total = (pick: (status: WorkerTypeStatus) => number | undefined) =>
    statuses.reduce((sum, status) => sum + (pick(status) ?? 0), 0);
  telemetry.count(metricNames.tickSucceeded, 1);
  telemetry.count(metricNames.provisioningFailures, failed);
  telemetry.count(metricNames.invalidWorkerTypes, report.invalid);
  telemetry.count(
    metricNames.pendingTasks,
    total(({ pendingTasks }) => pendingTasks),
  );
  telemetry.count(
    metricNames.target,
    total(({ target }) => target),
  );
  telemetry.count(
    metricNames.supply,
    total(({ supply }) => supply),
  );
  telemetry.event('info', 'tick-finished', { ...report });
}

/** The first entries of a list, and how many more there are. */
export function shortened(lines: readonly string[]): string[] {
  const more = lines.length - MAX_FAILURES;
  return more > 0 ? [...lines.slice(0, MAX_FAILURES), `and ${more} more`] : [...lines];
}
