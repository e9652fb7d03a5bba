import { causeOf, type Log } from './log.ts';
import { MessageHold } from './message-hold.ts';
import type { Message, QueueClient, Settled } from './queue-client.ts';
import { retry } from './retry.ts';
import { runTask, type TaskSurroundings } from './run-task.ts';
import { parseTask } from './task.ts';
import type { Timing } from './timing.ts';

/** What working on a message needs. */
export interface Workbench {
  readonly timing: Timing;
  readonly log: Log;
  /** `environment` without the task's own variables. */
  readonly surroundings: Omit<TaskSurroundings, 'onStart'>;
}

/** For how long a finished task's message is tried to be deleted or given back before it is left to SQS. */
const SETTLE_WITHIN_MS = 60_000;

/**
 * Runs the task of one message and settles the message on its queue: deletes it after success, makes it visible again after a
 * failure (its queue's redrive policy counts those) or an interruption. Never throws.
 */
export async function workOnMessage(
  message: Message,
  queue: QueueClient,
  { timing, log, surroundings }: Workbench,
): Promise<void> {
  const taskId = message.messageId;
  const { receiveCount } = message;

  const settle = async (action: () => Promise<Settled>) => {
    const settled = await retry(action, SETTLE_WITHIN_MS).catch(causeOf);
    if (settled !== 'done') log('task-unsettled', { taskId, cause: settled });
  };
  const fail = async (fields: object) => {
    log('task-failed', { taskId, receiveCount, ...fields });
    await settle(() => queue.setVisibility(message, timing.retryDelaySeconds));
  };

  const parsed = parseTask(message.body);
  if (parsed.kind === 'malformed') return fail({ reason: 'malformed', problems: parsed.problems });

  const startedAtMs = performance.now();
  const trouble = (error: unknown) => log('queue-trouble', { queueUrl: queue.url, taskId, cause: causeOf(error) });
  const hold = new MessageHold(queue, message, timing, trouble);
  const { outcome, output } = await runTask(parsed.value, {
    ...surroundings,
    environment: { ...surroundings.environment, SPOT_WORKER_TASK_ID: taskId },
    onStart: (pid) => log('task-started', { taskId, receiveCount, pid }),
  });
  const seconds = Math.round(performance.now() - startedAtMs) / 1000;

  if (outcome.kind === 'exited' && outcome.exitCode === 0) {
    log('task-finished', { taskId, exitCode: 0, seconds });
    // Held until it is deleted, so that nobody runs it again meanwhile.
    await settle(() => queue.remove(message));
    return hold.release();
  }
  await hold.release();
  if (outcome.kind === 'interrupted') {
    await settle(() => queue.setVisibility(message, 0));
    return log('task-returned', { taskId, seconds });
  }
  const { kind: reason, ...details } = outcome;
  await fail({ reason, ...details, seconds, output });
}
