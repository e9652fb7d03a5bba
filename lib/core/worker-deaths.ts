/**
 * The breaker for workers that are no use: a broken image, a bootstrap that fails. Launching more of them only costs
 * more.
 */
import type { EpochMillis } from './units.ts';
import { secondsAfter } from './units.ts';
import type { Worker } from './worker.ts';
import { proofOf } from './worker-proof.ts';
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
 * for about an hour. It goes by the workers of the present definition in the order of their launch: by those that proved
 * useless since the last one that proved useful, whether that one lives or has ended.
 *
 * @param clearedAt workers launched until then do not count: somebody has resumed the type since
 */
export function breakerOf(
  workers: readonly Worker[],
  definition: Pick<WorkerType, 'idleTimeoutSeconds' | 'version'>,
  now: EpochMillis,
  clearedAt?: EpochMillis,
): Breaker | undefined {
  const judged = workers.flatMap((worker) => {
    const { launchedAt, stoppedAt = launchedAt, endCode, definitionVersion = definition.version } = worker;
    if (launchedAt === undefined || stoppedAt === undefined) return [];
    // What the definition was before it was mended says nothing of what it is now, nor does its success.
    if (definitionVersion !== definition.version || (clearedAt !== undefined && launchedAt <= clearedAt)) return [];
    return [{ launchedAt, stoppedAt, endCode, proof: proofOf(worker, definition, now) }];
  });
  const lastUsefulAt = judged
    .filter(({ proof }) => proof === 'useful')
    .reduce((latest, { launchedAt }) => Math.max(latest, launchedAt), Number.NEGATIVE_INFINITY);
  // EC2's launch times are whole seconds: of one launch, those that live speak for those that died.
  const useless = judged
    .filter(({ proof, launchedAt }) => proof === 'useless' && launchedAt > lastUsefulAt)
    .sort((a, b) => a.stoppedAt - b.stoppedAt);
  const [opening, last] = [useless[DEATHS_IN_A_ROW - 1], useless.at(-1)];
  if (opening === undefined || last?.endCode === undefined) return undefined;
  const waitSeconds = Math.min(LAST_PROBE_SECONDS, FIRST_PROBE_SECONDS * 2 ** probesSince(opening.stoppedAt, useless));
  return {
    deaths: useless.length,
    lastDeathAt: last.stoppedAt,
    probeAt: secondsAfter(last.stoppedAt, waitSeconds),
    lastEnd: last.endCode,
  };
}

/**
 * What was tried since the breaker opened: the wait grows by that. Of a hundred that were launched together it could stop
 * none, and those that replaced the dead until five of them were seen are no probes, either: one is tried at a time.
 */
function probesSince(openedAt: EpochMillis, useless: readonly { readonly launchedAt: EpochMillis }[]): number {
  let lastTry = openedAt;
  let probes = 0;
  for (const { launchedAt } of useless.toSorted((a, b) => a.launchedAt - b.launchedAt)) {
    if (launchedAt < secondsAfter(lastTry, FIRST_PROBE_SECONDS)) continue;
    probes += 1;
    lastTry = launchedAt;
  }
  return probes;
}
