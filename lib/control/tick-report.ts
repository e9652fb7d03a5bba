import type { EpochMillis } from '../core/units.ts';
import type { Telemetry } from './ports.ts';
import type { ShardSummary } from './shards.ts';
import type { TickReport, WorkerTypeStatus } from './status.ts';
import { type MetricName, metricNames } from './telemetry.ts';

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

/** Counts what the alarms go by. `failed`: worker types whose turn failed. A tick of one type only is no sign of life. */
export function countTick(
  report: TickReport,
  failed: number,
  telemetry: Telemetry,
  { isWhole }: { readonly isWhole: boolean },
): void {
  if (isWhole) telemetry.count(metricNames.tickSucceeded, 1);
  telemetry.count(metricNames.provisioningFailures, failed);
  telemetry.count(metricNames.invalidWorkerTypes, report.invalid);
  telemetry.event('info', 'tick-finished', { ...report });
}

/** Figures of a shard that only their sum over all shards makes sense of. */
export function gaugesOf(statuses: readonly WorkerTypeStatus[]): ShardSummary['gauges'] {
  const total = (pick: (status: WorkerTypeStatus) => number | undefined) =>
    statuses.reduce((sum, status) => sum + (pick(status) ?? 0), 0);
  return {
    [metricNames.pendingTasks]: total(({ pendingTasks }) => pendingTasks),
    [metricNames.target]: total(({ target }) => target),
    [metricNames.supply]: total(({ supply }) => supply),
    [metricNames.idleCapacity]: total(({ capacity, claimedTasks }) =>
      capacity === undefined || claimedTasks === undefined ? 0 : Math.max(0, capacity.running - claimedTasks),
    ),
    [metricNames.bootingCapacity]: total(({ capacity }) =>
      capacity === undefined ? 0 : capacity.launching + capacity.booting,
    ),
  };
}

/** Counts gauges of all shards together. */
export function countGauges(gauges: ShardSummary['gauges'], telemetry: Telemetry): void {
  for (const [name, value] of Object.entries(gauges)) {
    // Each hour in which a metric is sent is billed, and this one is mostly zero.
    if (value !== 0 || name !== metricNames.bootingCapacity) telemetry.gauge(name as MetricName, value);
  }
}

/** The last ticks of all shards as one: as old as the oldest of them. Undefined before the first. */
export function wholeTick(reports: readonly TickReport[]): TickReport | undefined {
  const [oldest, ...others] = [...reports].sort((a, b) => a.finishedAt - b.finishedAt);
  if (oldest === undefined || others.length === 0) return oldest;
  const sum = (field: 'workerTypes' | 'invalid' | 'launchedCapacity') =>
    reports.reduce((total, report) => total + report[field], 0);
  return {
    ...oldest,
    workerTypes: sum('workerTypes'),
    invalid: sum('invalid'),
    launchedCapacity: sum('launchedCapacity'),
    failures: shortened(reports.flatMap(({ failures }) => failures)),
  };
}

/** The first entries of a list, and how many more there are. */
export function shortened(lines: readonly string[]): string[] {
  const more = lines.length - MAX_FAILURES;
  return more > 0 ? [...lines.slice(0, MAX_FAILURES), `and ${more} more`] : [...lines];
}
