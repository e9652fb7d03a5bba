import type { EpochMillis } from './units.ts';
import { secondsBetween } from './units.ts';
import type { Worker } from './worker.ts';
import type { WorkerType } from './worker-type-schema.ts';

/** A worker that lived this long has started, whatever ended it. */
const USEFUL_AFTER_SECONDS = 120;

/** EC2 granted the launch and then had nothing to give: the pool is to blame, and not the worker. */
export const DRY_AFTER_ALL = 'Server.InsufficientInstanceCapacity';

/** Ends that say nothing of the worker: EC2 took it back or had none to give, or somebody terminated it. */
const FOREIGN_ENDS: ReadonlySet<string> = new Set([
  DRY_AFTER_ALL,
  'Server.SpotInstanceTermination',
  'Server.SpotInstanceShutdown',
  'Client.UserInitiatedShutdown',
]);

/**
 * Launches that failed after EC2 had granted them (StateReason in the EC2 API reference). EC2 tells no time of these ends:
 * they end as they begin. A quota of volumes is no fault of the worker, but more of them are of no use, either, and
 * nothing else would hold them back.
 */
const FAILED_LAUNCHES: ReadonlySet<string> = new Set([
  'Client.InternalError',
  'Client.InvalidSnapshot.NotFound',
  'Client.VolumeLimitExceeded',
  'Server.InternalError',
]);

/** The age at which a worker has been of use; where it idles out sooner than others start, that is enough. */
const usefulAgeSeconds = ({ idleTimeoutSeconds }: Pick<WorkerType, 'idleTimeoutSeconds'>): number =>
  Math.min(USEFUL_AFTER_SECONDS, idleTimeoutSeconds);

/**
 * What a worker's life says of its launch. `useful`: it lived as long as a worker needs to start. `useless`: it ended by
 * itself before, or its launch failed. `unproven`: too young, ended or told to stop by somebody else, or EC2 does
 * not say.
 */
export type WorkerProof = 'useful' | 'useless' | 'unproven';

/** Judges one worker. What is not known proves nothing, in neither direction. */
export function proofOf(
  { state, launchedAt, stoppedAt, endCode, wasToldToStop }: Worker,
  definition: Pick<WorkerType, 'idleTimeoutSeconds'>,
  now: EpochMillis,
): WorkerProof {
  // In the other states it has not started yet, or its end is not told yet.
  if (launchedAt === undefined || !(state === 'running' || state === 'draining' || state === 'stopped')) {
    return 'unproven';
  }
  const endedAt = stoppedAt ?? (endCode !== undefined && FAILED_LAUNCHES.has(endCode) ? launchedAt : undefined);
  const livedUntil = state === 'stopped' ? endedAt : now;
  if (livedUntil === undefined) return 'unproven';
  if (secondsBetween(launchedAt, livedUntil) >= usefulAgeSeconds(definition)) return 'useful';
  if (endCode === undefined || state !== 'stopped') return 'unproven';
  return FOREIGN_ENDS.has(endCode) || wasToldToStop ? 'unproven' : 'useless';
}
