/**
 * One run of the reaper: a safety net for workers that should have left by themselves.
 *
 * A complete sweep of EC2 and all definitions are read first; if either cannot be read whole the run throws and ends
 * nobody. Instances without the provisioner's owner tag never appear here.
 */
import { planReap, type ReapVerdict } from '../core/reap-plan.ts';
import { DEFAULT_MAX_LIFETIME_SECONDS } from './config.ts';
import type { Clock, Fleet, StatusBoard, Telemetry, TerminateOutcome, WorkerTypes } from './ports.ts';
import type { ReapReport } from './status.ts';
import { metricNames } from './telemetry.ts';
import { shortened } from './tick-report.ts';

export interface ReapPorts {
  readonly clock: Clock;
  readonly workerTypes: WorkerTypes;
  readonly fleet: Fleet;
  readonly board: StatusBoard;
  readonly telemetry: Telemetry;
}

type Reaped = Extract<ReapVerdict, { kind: 'reap' }>;

/** What a run goes by: a verdict on every worker of the regions that could be read. */
export interface ReapRun {
  readonly verdicts: readonly ReapVerdict[];
  readonly unread: ReadonlyMap<string, string>;
}

/** The verdict on every worker; nothing is terminated or written. */
export async function planReapRun(ports: Pick<ReapPorts, 'clock' | 'workerTypes' | 'fleet'>): Promise<ReapRun> {
  const [definitions, { workers, unread }] = await Promise.all([ports.workerTypes.list(), ports.fleet.list()]);
  const byName = new Map(definitions.map(({ workerType, parsed }) => [workerType, parsed]));
  const policy = { defaultMaxLifetimeSeconds: DEFAULT_MAX_LIFETIME_SECONDS };
  return { verdicts: planReap(workers, byName, policy, ports.clock.now()), unread };
}

/** Terminates what the plan says and records the run. Workers that could not be terminated are in the report. */
export async function reap(ports: ReapPorts): Promise<ReapReport> {
  const startedAt = ports.clock.now();
  try {
    const { verdicts, unread } = await planReapRun(ports);
    const condemned = verdicts.filter((verdict): verdict is Reaped => verdict.kind === 'reap');
    const outcome =
      condemned.length === 0
        ? { terminated: [], failed: [] }
        : await ports.fleet.terminate(condemned.map(({ worker }) => worker.workerId));
    const report = reportOf({ verdicts, unread }, condemned, outcome, startedAt, ports);
    count(report, outcome.failed.length + unread.size, ports.telemetry);
    await ports.board.saveReap(report);
    return report;
  } finally {
    ports.telemetry.publish();
  }
}

function reportOf(
  { verdicts, unread }: ReapRun,
  condemned: readonly Reaped[],
  outcome: TerminateOutcome,
  startedAt: ReapReport['startedAt'],
  { clock, telemetry }: ReapPorts,
): ReapReport {
  const terminated = new Set(outcome.terminated);
  for (const { worker, reason, ageSeconds, limitSeconds } of condemned) {
    const fields = { workerId: worker.workerId, workerType: worker.workerType, reason, ageSeconds, limitSeconds };
    if (terminated.has(worker.workerId)) telemetry.event('warn', 'worker-reaped', fields);
  }
  for (const failure of outcome.failed) telemetry.event('error', 'worker-not-reaped', { ...failure });
  return {
    startedAt,
    finishedAt: clock.now(),
    seen: verdicts.length,
    reaped: condemned
      .filter(({ worker }) => terminated.has(worker.workerId))
      .map(({ worker, reason }) => ({ workerId: worker.workerId, workerType: worker.workerType, reason })),
    unknown: verdicts.flatMap((verdict) =>
      verdict.kind === 'unknown' ? [{ workerId: verdict.worker.workerId, reason: verdict.reason }] : [],
    ),
    failures: shortened([
      ...[...unread].map(([region, cause]) => `${region} could not be listed: ${cause}`),
      ...outcome.failed.map(({ workerId, code, message }) => `${workerId}: ${code} (${message})`),
    ]),
  };
}

function count(report: ReapReport, failed: number, telemetry: Telemetry): void {
  telemetry.count(metricNames.reapSucceeded, 1);
  telemetry.count(metricNames.reapFailures, failed);
  telemetry.count(metricNames.workersReaped, report.reaped.length);
  telemetry.event('info', 'reap-finished', {
    seen: report.seen,
    reaped: report.reaped.length,
    unknown: report.unknown.length,
    failures: report.failures,
  });
}
