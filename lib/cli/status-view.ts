import { envNames } from '../control/config.ts';
import { activeHold, activePause, stateOf } from '../control/explain.ts';
import type { StatusBoard, StoredWorkerType, TypeControl } from '../control/ports.ts';
import type { ReapReport, TickReport, WorkerTypeStatus } from '../control/status.ts';
import { type EpochMillis, secondsBetween } from '../core/units.ts';
import type { ExplainedState } from '../core/way-out.ts';
import { formatDuration } from './format/duration.ts';
import { pauseInWords, toPauseData } from './format/pause.ts';
import type { CliPorts } from './ports.ts';
import type { Env } from './target.ts';

/** A worker type, its definition and what the last tick made of it; what is not known is absent. */
export interface WorkerTypeView
  extends Omit<WorkerTypeStatus, 'state' | 'changedAt' | 'lastLaunch' | 'hold' | 'spotShortSince' | 'toldState'> {
  readonly state: ExplainedState;
  readonly changedAt?: string;
  readonly pause?: ReturnType<typeof toPauseData> & { readonly words: string };
  readonly spotShortSince?: string;
  readonly lastLaunch?: Omit<NonNullable<WorkerTypeStatus['lastLaunch']>, 'at'> & { readonly at: string };
  /** Without `until`: suspended. */
  readonly hold?: { readonly since: string; readonly until?: string; readonly reason: string };
}

/** A run of a loop, and how long ago it ended. */
type Run<Report> = Omit<Report, 'startedAt' | 'finishedAt'> & {
  readonly startedAt: string;
  readonly finishedAt: string;
  readonly ageSeconds: number;
};

/** How a provisioner stands. Times are ISO 8601. */
export interface StatusView {
  readonly provisionerId: string;
  readonly tick: Run<TickReport> | null;
  readonly reap: Run<ReapReport> | null;
  readonly workerTypes: readonly WorkerTypeView[];
}

/** How a provisioner stands now. */
export async function readStatus(
  provisionerId: string,
  { workerTypes, board, controls, clock }: Pick<CliPorts, 'workerTypes' | 'board' | 'controls' | 'clock'>,
): Promise<StatusView> {
  const [stored, left, said] = await Promise.all([workerTypes.list(), board.load(), controls.load()]);
  return viewStatus(provisionerId, stored, left, said, clock.now());
}

/** Joins what is defined with what the loops left behind. A status whose definition is gone is history. */
function viewStatus(
  provisionerId: string,
  stored: readonly StoredWorkerType[],
  board: Awaited<ReturnType<StatusBoard['load']>>,
  controls: readonly TypeControl[],
  now: EpochMillis,
): StatusView {
  const controlOf = new Map(controls.map((control) => [control.workerType, control]));
  const statuses = new Map(board.workerTypes.map((status) => [status.workerType, status]));
  return {
    provisionerId,
    tick: runOf(board.tick, now),
    reap: runOf(board.reap, now),
    workerTypes: stored.map((each) =>
      viewWorkerType(each, statuses.get(each.workerType), controlOf.get(each.workerType), now),
    ),
  };
}

function viewWorkerType(
  stored: StoredWorkerType,
  status: WorkerTypeStatus | undefined,
  control: TypeControl | undefined,
  now: EpochMillis,
): WorkerTypeView {
  const { workerType, parsed } = stored;
  const pause = activePause(control, now);
  const hold = activeHold(stored, status, control, now);
  const state = stateOf(stored, status, { pause, hold });
  const paused = pause === undefined ? {} : { pause: { ...toPauseData(pause), words: pauseInWords(pause, now) } };
  const defined: WorkerTypeView =
    parsed.kind === 'valid'
      ? {
          workerType,
          state,
          ...paused,
          minCapacity: parsed.definition.minCapacity,
          maxCapacity: parsed.definition.maxCapacity,
          decision: 'no tick has seen it yet',
        }
      : { workerType, state, ...paused, decision: 'none, the definition is invalid', problems: parsed.problems };
  if (status === undefined) return defined;
  const { changedAt, lastLaunch, hold: _old, spotShortSince, problems: _outdated, toldState: _told, ...rest } = status;
  return {
    ...defined,
    ...rest,
    state,
    ...(parsed.kind === 'invalid' ? { problems: parsed.problems } : {}),
    changedAt: iso(changedAt),
    ...(lastLaunch === undefined ? {} : { lastLaunch: { ...lastLaunch, at: iso(lastLaunch.at) } }),
    ...(spotShortSince === undefined ? {} : { spotShortSince: iso(spotShortSince) }),
    ...(hold === undefined ? {} : { hold: toHoldData(hold) }),
  };
}

const toHoldData = ({ since, until, reason }: NonNullable<WorkerTypeStatus['hold']>) => ({
  since: iso(since),
  ...(until === undefined ? {} : { until: iso(until) }),
  reason,
});

function runOf<Report extends TickReport | ReapReport>(report: Report | undefined, now: EpochMillis) {
  if (report === undefined) return null;
  return {
    ...report,
    startedAt: iso(report.startedAt),
    finishedAt: iso(report.finishedAt),
    ageSeconds: Math.max(0, Math.round(secondsBetween(report.finishedAt, now))),
  };
}

const iso = (at: EpochMillis): string => new Date(at).toISOString();

/** The schedule starts an invocation each minute, so a healthy provisioner is never silent for longer. */
const STALE_SECONDS = 60;
/** The reaper runs every 5 minutes: three runs have been missed after this time. */
const STALE_REAP_SECONDS = 15 * 60;

/** Age at which the last tick is a reason to worry: three tick intervals, at least a minute. */
export function staleSeconds(env: Env): number {
  const tickSeconds = Number(env[envNames.tickSeconds] ?? Number.NaN);
  return Number.isFinite(tickSeconds) ? Math.max(STALE_SECONDS, 3 * tickSeconds) : STALE_SECONDS;
}

/** What a person should know before believing the figures. */
export function warningsOf({ tick, reap, workerTypes }: StatusView, staleAfterSeconds: number): string[] {
  const invalid = workerTypes.filter(({ state }) => state === 'invalid').map(({ workerType }) => workerType);
  return [
    ...(tick === null ? ['no tick has run yet: nothing is launched'] : []),
    ...(tick !== null && tick.ageSeconds > staleAfterSeconds
      ? [`the last tick ended ${formatDuration(tick.ageSeconds)} ago: the figures are old and nothing is launched`]
      : []),
    ...(reap !== null && reap.ageSeconds > STALE_REAP_SECONDS
      ? [`the reaper last ran ${formatDuration(reap.ageSeconds)} ago: workers may outlive their maxLifetimeSeconds`]
      : []),
    ...(invalid.length > 0 ? [`invalid, so nothing is launched for them: ${invalid.join(', ')}`] : []),
  ];
}
