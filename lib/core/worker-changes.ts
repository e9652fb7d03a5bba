/** What happened to the workers of one type since the tick before, each event told by exactly one tick. */
import type { EpochMillis } from './units.ts';
import { secondsAfter, secondsBetween } from './units.ts';
import type { Worker } from './worker.ts';
import { proofOf } from './worker-proof.ts';
import type { WorkerType } from './worker-type-schema.ts';

/**
 * EC2 dates an end when it begins, and shows it when the shutdown is over: an end is told this long after its date, so
 * that no later tick finds one with an older date. As long as EC2's list may be late (see known-workers.ts).
 */
const SETTLE_SECONDS = 5 * 60;
/** EC2's list shows ended workers for about this long. */
const HOUR_SECONDS = 3600;
/** EC2's launch time has no fractions. */
const LAUNCH_TIME_STEP_SECONDS = 1;

/** EC2 took the instance back (codes of StateReason, EC2 API reference). */
const INTERRUPTIONS: ReadonlySet<string> = new Set(['Server.SpotInstanceTermination', 'Server.SpotInstanceShutdown']);

/** How workers ended, within some time. */
export interface WorkerEnds {
  /** EC2 took them back. */
  readonly interrupted: number;
  /** They ended by themselves before they were of use. */
  readonly useless: number;
}

/** Ends to be told now: those whose date lies between two ticks, both `SETTLE_SECONDS` ago. */
export const endsSince = (
  workers: readonly Worker[],
  definition: Pick<WorkerType, 'idleTimeoutSeconds'>,
  lastTickAt: EpochMillis,
  now: EpochMillis,
): WorkerEnds =>
  endsWithin(workers, definition, secondsAfter(lastTickAt, -SETTLE_SECONDS), secondsAfter(now, -SETTLE_SECONDS));

/** Ends within the last hour, as far as EC2's list shows them. */
export const endsOfLastHour = (
  workers: readonly Worker[],
  definition: Pick<WorkerType, 'idleTimeoutSeconds'>,
  now: EpochMillis,
): WorkerEnds => endsWithin(workers, definition, secondsAfter(now, -HOUR_SECONDS), now);

function endsWithin(
  workers: readonly Worker[],
  definition: Pick<WorkerType, 'idleTimeoutSeconds'>,
  after: EpochMillis,
  until: EpochMillis,
): WorkerEnds {
  const ended = workers.filter(
    ({ state, stoppedAt }) => state === 'stopped' && stoppedAt !== undefined && stoppedAt > after && stoppedAt <= until,
  );
  return {
    interrupted: ended.filter(({ endCode }) => endCode !== undefined && INTERRUPTIONS.has(endCode)).length,
    useless: ended.filter((worker) => proofOf(worker, definition, until) === 'useless').length,
  };
}

/** Workers that do not run yet, for the next tick to know. */
export const bootingIds = (workers: readonly Worker[]): string[] =>
  workers.filter(({ state }) => state === 'launching' || state === 'booting').map(({ workerId }) => workerId);

/**
 * For each worker that was first seen running now, the seconds since its launch: longer than the boot by up to a tick.
 *
 * @param booting ids of workers that the last tick saw booting; one that was launched since then it cannot have seen
 */
export function bootSecondsSince(
  workers: readonly Worker[],
  booting: readonly string[],
  lastTickAt: EpochMillis,
  now: EpochMillis,
): number[] {
  const wasBooting = new Set(booting);
  const launchedSince = secondsAfter(lastTickAt, -LAUNCH_TIME_STEP_SECONDS);
  return workers.flatMap(({ workerId, state, launchedAt }) => {
    if (state !== 'running' || launchedAt === undefined) return [];
    return wasBooting.has(workerId) || launchedAt > launchedSince ? [secondsBetween(launchedAt, now)] : [];
  });
}
