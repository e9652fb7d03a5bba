import type { EpochMillis } from './units.ts';
import { secondsBetween } from './units.ts';
import type { Worker } from './worker.ts';
import { MAX_LIFETIME_SECONDS, type ParsedWorkerType } from './worker-type-schema.ts';

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
  if (worker.state === 'stopping' || worker.state === 'stopped')
    return { kind: 'keep', worker, reason: 'already-gone' };
  if (worker.launchedAt === undefined) return { kind: 'unknown', worker, reason: 'age-unknown' };
  const parsed = worker.workerType === undefined ? undefined : definitions.get(worker.workerType);
  const ageSeconds = secondsBetween(worker.launchedAt, now);
  const limitSeconds = limitOf(worker, parsed, policy);
  if (ageSeconds > limitSeconds) return { kind: 'reap', worker, reason: 'too-old', ageSeconds, limitSeconds };
  // Below the limit that no definition can exceed, only a definition that can be read says what is too old.
  if (parsed?.kind === 'invalid') return { kind: 'unknown', worker, reason: 'definition-invalid' };
  return { kind: 'keep', worker, reason: 'within-lifetime' };
}

/**
 * The age limit of a worker. Where the item is gone, the limit at launch counts, or the default, whichever is longer:
 * a table that lost its items must not end workers that were promised more.
 */
function limitOf({ maxLifetimeSeconds }: Worker, parsed: ParsedWorkerType | undefined, policy: ReapPolicy): number {
  if (parsed?.kind === 'valid') return parsed.definition.maxLifetimeSeconds;
  if (parsed?.kind === 'invalid') return MAX_LIFETIME_SECONDS;
  return Math.max(maxLifetimeSeconds ?? 0, policy.defaultMaxLifetimeSeconds);
}
