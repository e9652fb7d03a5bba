import type { EpochMillis } from './units.ts';
import { secondsBetween } from './units.ts';
import type { Worker } from './worker.ts';
import { isPresent } from './worker.ts';
import type { ParsedWorkerType } from './worker-type-schema.ts';

/** What the reaper goes by where no definition says more. */
export interface ReapPolicy {
  /** Age limit of workers whose type is not defined any more. 96 h, as Taskcluster's provisioner had it. */
  readonly defaultMaxLifetimeSeconds: number;
}

type KeepReason = 'within-lifetime' | 'already-gone';
type UnknownReason = 'definition-invalid' | 'age-unknown';

/** One worker's verdict. `unknown` ends nobody: missing data is no evidence. */
export type ReapVerdict =
  | {
      readonly kind: 'reap';
      readonly worker: Worker;
      readonly reason: 'too-old';
      readonly ageSeconds: number;
      readonly limitSeconds: number;
    }
  | { readonly kind: 'keep'; readonly worker: Worker; readonly reason: KeepReason }
  | { readonly kind: 'unknown'; readonly worker: Worker; readonly reason: UnknownReason };

/**
 * Judges every worker of a complete sweep.
 *
 * @param definitions every item of the provisioner by worker type, valid or not; a type that is missing is not defined
 */
export function planReap(
  workers: readonly Worker[],
  definitions: ReadonlyMap<string, ParsedWorkerType>,
  policy: ReapPolicy,
  now: EpochMillis,
): ReapVerdict[] {
  return workers.map((worker) => judge(worker, definitions, policy, now));
}

function judge(
  worker: Worker,
  definitions: ReadonlyMap<string, ParsedWorkerType>,
  policy: ReapPolicy,
  now: EpochMillis,
): ReapVerdict {
  if (!isPresent(worker)) return { kind: 'keep', worker, reason: 'already-gone' };
  if (worker.launchedAt === undefined) return { kind: 'unknown', worker, reason: 'age-unknown' };
  const parsed = worker.workerType === undefined ? undefined : definitions.get(worker.workerType);
  // An item that cannot be read may well have said 30 days: its workers are left alone until somebody mends it.
  if (parsed?.kind === 'invalid') return { kind: 'unknown', worker, reason: 'definition-invalid' };
  const limitSeconds = parsed?.definition.maxLifetimeSeconds ?? policy.defaultMaxLifetimeSeconds;
  const ageSeconds = secondsBetween(worker.launchedAt, now);
  if (ageSeconds <= limitSeconds) return { kind: 'keep', worker, reason: 'within-lifetime' };
  return { kind: 'reap', worker, reason: 'too-old', ageSeconds, limitSeconds };
}
