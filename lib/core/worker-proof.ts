import type { EpochMillis } from './units.ts';
import { secondsBetween } from './units.ts';
import type { Worker } from './worker.ts';
import { FOREIGN_ENDS, usefulAgeSeconds } from './worker-deaths.ts';
import type { WorkerType } from './worker-type-schema.ts';

/**
 * What a worker's life says of its launch. `useful`: it lived as long as a worker needs to start. `useless`: it ended by
 * itself before. `unproven`: too young, ended by somebody else, or EC2 does not say.
 */
export type WorkerProof = 'useful' | 'useless' | 'unproven';

/** Judges one worker. What is not known proves nothing, in neither direction. */
export function proofOf(
  { state, launchedAt, stoppedAt, endCode }: Worker,
  definition: Pick<WorkerType, 'idleTimeoutSeconds'>,
  now: EpochMillis,
): WorkerProof {
  // In the other states it has not started yet, or its end is not told yet.
  if (launchedAt === undefined || !(state === 'running' || state === 'draining' || state === 'stopped')) {
    return 'unproven';
  }
  const livedUntil = state === 'stopped' ? stoppedAt : now;
  if (livedUntil === undefined) return 'unproven';
  if (secondsBetween(launchedAt, livedUntil) >= usefulAgeSeconds(definition)) return 'useful';
  return endCode === undefined || state !== 'stopped' || FOREIGN_ENDS.has(endCode) ? 'unproven' : 'useless';
}
