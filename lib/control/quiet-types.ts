/**
 * Worker types whose queues are asked less often: reading depths is most of what a provisioner with thousands of worker
 * types costs, and most queues are empty most of the time.
 */
import { type EpochMillis, secondsBetween } from '../core/units.ts';
import type { StoredWorkerType } from './ports.ts';
import type { WorkerTypeStatus } from './status.ts';

/** A queue that was empty for so long is likely to be so for another while. */
const QUIET_AFTER_SECONDS = 900;

/** When quiet queues are due. */
export interface QuietQueues {
  /** Time between two readings of a quiet queue; 0: each tick reads all. */
  readonly quietQueueSeconds: number;
  /** When the last tick and this one began; a queue is due that no tick between them read. */
  readonly lastTickAt: EpochMillis | undefined;
  readonly startedAt: EpochMillis;
}

/** The statuses of types that this tick passes over: nothing was there for a while, and their queue is not due yet. */
export function quietTypes(
  definitions: readonly StoredWorkerType[],
  statuses: ReadonlyMap<string, WorkerTypeStatus>,
  queues: QuietQueues | undefined,
): ReadonlyMap<string, WorkerTypeStatus> {
  const quiet = new Map<string, WorkerTypeStatus>();
  if (queues === undefined || queues.quietQueueSeconds <= 0 || queues.lastTickAt === undefined) return quiet;
  const { quietQueueSeconds, lastTickAt, startedAt } = queues;
  for (const { workerType, parsed } of definitions) {
    const status = statuses.get(workerType);
    if (status === undefined || parsed.kind === 'invalid') continue;
    const isQuiet = isEmpty(status) && secondsBetween(status.changedAt, startedAt) >= QUIET_AFTER_SECONDS;
    const isSameDefinition = status.definitionVersion === parsed.definition.version && parsed.definition.enabled;
    if (isQuiet && isSameDefinition && !isDue(workerType, quietQueueSeconds, lastTickAt, startedAt))
      quiet.set(workerType, status);
  }
  return quiet;
}

/** No task, no worker, and nothing that waits to happen. */
const isEmpty = ({ state, pendingTasks, claimedTasks, target, capacity, ...memory }: WorkerTypeStatus): boolean =>
  state === 'ok' &&
  pendingTasks === 0 &&
  claimedTasks === 0 &&
  target === 0 &&
  memory.spotShortSince === undefined &&
  capacity !== undefined &&
  Object.values(capacity).every((tasks) => tasks === 0);

/** Has a new period of this type begun between the two ticks? Its periods begin at a time of its own: not all at once. */
function isDue(workerType: string, periodSeconds: number, lastTickAt: EpochMillis, now: EpochMillis): boolean {
  const periodMs = periodSeconds * 1000;
  const offset = hashOf(workerType) % periodMs;
  return Math.floor((now - offset) / periodMs) > Math.floor((lastTickAt - offset) / periodMs);
}

/** FNV-1a, 32 bits: spreads names that differ in their last letter. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index += 1) hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  return hash >>> 0;
}
