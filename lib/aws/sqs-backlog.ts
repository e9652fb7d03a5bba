import { GetQueueAttributesCommand, type SQSClient } from '@aws-sdk/client-sqs';
import type { Backlog, Clock } from '../control/ports.ts';
import type { BacklogReading } from '../core/backlog.ts';
import { describeError } from './aws-errors.ts';

const ATTRIBUTES = {
  pendingTasks: 'ApproximateNumberOfMessages',
  claimedTasks: 'ApproximateNumberOfMessagesNotVisible',
  delayedTasks: 'ApproximateNumberOfMessagesDelayed',
} as const;

/** One queue that hangs must not hold up the tick of all the others. */
const READ_TIMEOUT_MS = 5_000;

/** Depth of SQS queues, read from SQS itself: CloudWatch's copy is up to 15 minutes late when a queue wakes. */
export class SqsBacklog implements Backlog {
  readonly #sqs: SQSClient;
  readonly #clock: Clock;

  constructor(sqs: SQSClient, clock: Clock) {
    this.#sqs = sqs;
    this.#clock = clock;
  }

  async read(queueUrl: string): Promise<BacklogReading> {
    try {
      const command = new GetQueueAttributesCommand({ QueueUrl: queueUrl, AttributeNames: Object.values(ATTRIBUTES) });
      const { Attributes: attributes = {} } = await this.#sqs.send(command, {
        abortSignal: AbortSignal.timeout(READ_TIMEOUT_MS),
      });
      return {
        kind: 'known',
        pendingTasks: count(attributes, ATTRIBUTES.pendingTasks),
        claimedTasks: count(attributes, ATTRIBUTES.claimedTasks),
        delayedTasks: count(attributes, ATTRIBUTES.delayedTasks),
        readAt: this.#clock.now(),
      };
    } catch (error) {
      return { kind: 'unknown', reason: describeError(error) };
    }
  }
}

/** An attribute that is missing or no number is not zero: it throws, and the reading is unknown. */
function count(attributes: Readonly<Record<string, string | undefined>>, name: string): number {
  const raw = attributes[name] ?? '';
  if (!/^\d+$/.test(raw)) throw new Error(`SQS answered ${name} = "${raw}"`);
  return Number(raw);
}
