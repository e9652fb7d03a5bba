/**
 * Queues that are asked less often: reading depths is most of what a provisioner with thousands of worker types costs,
 * and most queues are empty most of the time.
 */
import type { BacklogReading } from '../core/backlog.ts';
import { definitionKey } from '../core/definition-key.ts';
import { type EpochMillis, epochMillis, secondsBetween } from '../core/units.ts';
import type { WorkerType } from '../core/worker-type-schema.ts';
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

/**
 * What the last reading of a queue said, where that may serve once more: it was empty for long, nothing else happened, and
 * it is not due. Undefined: it has to be read.
 */
export function quietReading(
  definition: WorkerType,
  status: WorkerTypeStatus | undefined,
  queues: QuietQueues | undefined,
): BacklogReading | undefined {
  if (status === undefined || queues === undefined || queues.quietQueueSeconds <= 0) return undefined;
  const { quietQueueSeconds, lastTickAt, startedAt } = queues;
  if (lastTickAt === undefined || !isQuiet(definition, status, startedAt)) return undefined;
  const period = (at: EpochMillis) => periodStart(definition.workerType, quietQueueSeconds, at);
  const readAt = period(startedAt);
  if (readAt > period(lastTickAt)) return undefined;
  return { kind: 'known', pendingTasks: 0, claimedTasks: 0, delayedTasks: 0, readAt };
}

/** Nothing waited, ran or changed for a while, under the present definition. */
function isQuiet(definition: WorkerType, status: WorkerTypeStatus, now: EpochMillis): boolean {
  const { state, pendingTasks, claimedTasks, changedAt, target = 0, supply = 0 } = status;
  return (
    state === 'ok' &&
    pendingTasks === 0 &&
    claimedTasks === 0 &&
    supply >= target &&
    status.definitionKey === definitionKey(definition) &&
    // A status does not say how many tasks are delayed.
    !definition.countDelayedTasks &&
    secondsBetween(changedAt, now) >= QUIET_AFTER_SECONDS
  );
}

/** When the present period of a type began. Each type's periods begin at a time of its own: not all are due at once. */
function periodStart(workerType: string, periodSeconds: number, at: EpochMillis): EpochMillis {
  const periodMs = periodSeconds * 1000;
  const offset = hashOf(workerType) % periodMs;
  return epochMillis(Math.floor((at - offset) / periodMs) * periodMs + offset);
}

/** FNV-1a, 32 bits: spreads names that differ in their last letter. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index += 1) hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  return hash >>> 0;
}
