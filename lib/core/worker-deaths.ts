/**
 * The breaker for workers that are no use: a broken image, a bootstrap that fails. Launching more of them only costs
 * more.
 */
import type { EpochMillis } from './units.ts';
import { secondsAfter, secondsBetween } from './units.ts';
import type { Worker } from './worker.ts';
import { FAILED_LAUNCHES, FOREIGN_ENDS, usefulAgeSeconds } from './worker-proof.ts';
import type { WorkerType } from './worker-type-schema.ts';

/** So many in a row are no coincidence. */
const DEATHS_IN_A_ROW = 5;
const FIRST_PROBE_SECONDS = 60;
const LAST_PROBE_SECONDS = 1800;

/** `open`: nothing is launched before `probeAt`, then one worker at a time is tried. */
export interface Breaker {
  readonly deaths: number;
  readonly lastDeathAt: EpochMillis;
  readonly probeAt: EpochMillis;
  /** How the last one ended, in EC2's code. */
  readonly lastEnd: string;
}

/**
 * The breaker of one worker type, undefined while it is closed. It needs no memory of its own: EC2's list shows the dead
 * for about an hour. A worker of the present definition counts as useless when its launch failed, or when it ended by
 * itself sooner than it could have idled out.
 *
 * @param clearedAt workers launched until then do not count: somebody has resumed the type since
 */
export function breakerOf(
  workers: readonly Worker[],
  definition: Pick<WorkerType, 'idleTimeoutSeconds' | 'version'>,
  now: EpochMillis,
  clearedAt?: EpochMillis,
): Breaker | undefined {
  const usefulAfterSeconds = usefulAgeSeconds(definition);
  const ended = workers
    .flatMap((worker) => {
      const { launchedAt, endCode } = worker;
      if (worker.state !== 'stopped' || launchedAt === undefined || endCode === undefined) return [];
      const stoppedAt = worker.stoppedAt ?? (FAILED_LAUNCHES.has(endCode) ? launchedAt : undefined);
      if (stoppedAt === undefined || (clearedAt !== undefined && launchedAt <= clearedAt)) return [];
      // What the definition was before it was mended says nothing of what it is now.
      if ((worker.definitionVersion ?? definition.version) !== definition.version) return [];
      return FOREIGN_ENDS.has(endCode) ? [] : [{ launchedAt, stoppedAt, endCode }];
    })
    .sort((a, b) => b.launchedAt - a.launchedAt);
  const firstUseful = ended.findIndex(
    ({ launchedAt, stoppedAt }) => secondsBetween(launchedAt, stoppedAt) >= usefulAfterSeconds,
  );
  const useless = (firstUseful === -1 ? ended : ended.slice(0, firstUseful)).sort((a, b) => a.stoppedAt - b.stoppedAt);
  const [opening, last] = [useless[DEATHS_IN_A_ROW - 1], useless.at(-1)];
  if (opening === undefined || last === undefined) return undefined;
  if (livesUsefully(workers, now, usefulAfterSeconds)) return undefined;
  // Of a hundred that were launched together it could stop none: the wait grows by what was tried since it opened.
  const probes = useless.filter(({ launchedAt }) => launchedAt > opening.stoppedAt).length;
  const waitSeconds = Math.min(LAST_PROBE_SECONDS, FIRST_PROBE_SECONDS * 2 ** probes);
  return {
    deaths: useless.length,
    lastDeathAt: last.stoppedAt,
    probeAt: secondsAfter(last.stoppedAt, waitSeconds),
    lastEnd: last.endCode,
  };
}

/** Does a worker run that has outlived the time in which the others died? Then the recipe works. */
function livesUsefully(workers: readonly Worker[], now: EpochMillis, usefulAfterSeconds: number): boolean {
  return workers.some(
    ({ state, launchedAt }) =>
      state === 'running' && launchedAt !== undefined && secondsBetween(launchedAt, now) >= usefulAfterSeconds,
  );
}
