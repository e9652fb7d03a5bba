import {
  CreateQueueCommand,
  GetQueueAttributesCommand,
  SendMessageBatchCommand,
  type SQSClient,
} from '@aws-sdk/client-sqs';
import type { Task } from '../core/task-schema.ts';

/** A task that is received this often without being finished goes to the dead-letter queue. */
const MAX_RECEIVE_COUNT = 5;
/** SendMessageBatch takes at most 10 messages. */
const BATCH_SIZE = 10;

/** A task queue and the queue for tasks that keep failing. */
export interface TaskQueue {
  readonly queueUrl: string;
  readonly deadLetterQueueUrl: string;
}

/** Creates a task queue with its dead-letter queue, or finds it. */
export async function createTaskQueue(sqs: SQSClient, name: string): Promise<TaskQueue> {
  const deadLetterQueueUrl = await createQueue(sqs, `${name}-dead-letters`, {});
  const { Attributes: attributes } = await sqs.send(
    new GetQueueAttributesCommand({ QueueUrl: deadLetterQueueUrl, AttributeNames: ['QueueArn'] }),
  );
  const redrive = { deadLetterTargetArn: attributes?.['QueueArn'], maxReceiveCount: MAX_RECEIVE_COUNT };
  const queueUrl = await createQueue(sqs, name, { RedrivePolicy: JSON.stringify(redrive) });
  return { queueUrl, deadLetterQueueUrl };
}

/** Sends tasks in batches. Throws when SQS refused one of them. */
export async function sendTasks(sqs: SQSClient, queueUrl: string, tasks: readonly Partial<Task>[]): Promise<void> {
  for (let start = 0; start < tasks.length; start += BATCH_SIZE) {
    const batch = tasks.slice(start, start + BATCH_SIZE);
    const { Failed: failed = [] } = await sqs.send(
      new SendMessageBatchCommand({
        QueueUrl: queueUrl,
        Entries: batch.map((task, index) => ({ Id: String(index), MessageBody: JSON.stringify(task) })),
      }),
    );
    if (failed.length > 0)
      throw new Error(`SQS refused ${failed.length} of ${batch.length} tasks: ${failed[0]?.Message}`);
  }
}

async function createQueue(sqs: SQSClient, name: string, attributes: Record<string, string>): Promise<string> {
  const { QueueUrl: queueUrl } = await sqs.send(new CreateQueueCommand({ QueueName: name, Attributes: attributes }));
  if (queueUrl === undefined) throw new Error(`SQS created queue ${name} and did not say where`);
  return queueUrl;
}
