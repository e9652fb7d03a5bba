import { AwsError } from '../aws-json/aws-error.ts';
import { runBatch } from './batch.ts';
import { inTransaction } from './database.ts';
import { type Input, nested, nestedList, optionalInteger, optionalText, requiredText } from './input.ts';
import { attributesSizeBytes, type MessageAttributes, md5OfAttributes, md5OfText } from './message-attributes.ts';
import { queueOf } from './queue-actions.ts';
import type { Queue } from './queue-store.ts';
import type { SqsService } from './service.ts';
import { missingParameter } from './sqs-errors.ts';

const MAX_DELAY_SECONDS = 900;
const MAX_VISIBILITY_SECONDS = 43_200;

/** Payload of a whole batch, 1 MiB since August 2025 (SQS quotas). */
const MAX_BATCH_BYTES = 1_048_576;

/** Everything that SQS does not accept in a body: characters outside those of XML 1.0. */
const FORBIDDEN_CHARACTERS = /[^\t\n\r -\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/u;

/** Stores one message; `senderId` is what receivers see as SenderId. */
export function sendMessage(service: SqsService, input: Input, senderId: string): Record<string, unknown> {
  const queue = queueOf(service, input);
  const sent = send(service, queue, input, senderId);
  service.polls.wake(queue.id);
  return sent;
}

/** Stores up to ten messages in one transaction. */
export function sendMessageBatch(service: SqsService, input: Input, senderId: string): Record<string, unknown> {
  const queue = queueOf(service, input);
  const sizeBytes = nestedList(input, 'Entries').reduce((sum, entry) => sum + messageSizeBytes(entry), 0);
  if (sizeBytes > MAX_BATCH_BYTES) {
    const problem = `Batch requests cannot be longer than ${MAX_BATCH_BYTES} bytes. You have sent ${sizeBytes} bytes.`;
    throw new AwsError('BatchRequestTooLong', problem);
  }
  const result = inTransaction(service.database, () =>
    runBatch(input, (entry) => send(service, queue, entry, senderId)),
  );
  service.polls.wake(queue.id);
  return result;
}

/** Deletes a message by its latest receipt handle. */
export function deleteMessage(service: SqsService, input: Input): Record<string, unknown> {
  service.messages.delete(queueOf(service, input), requiredText(input, 'ReceiptHandle'));
  return {};
}

/** Deletes up to ten messages in one transaction. */
export function deleteMessageBatch(service: SqsService, input: Input): Record<string, unknown> {
  const queue = queueOf(service, input);
  return inTransaction(service.database, () =>
    runBatch(input, (entry) => {
      service.messages.delete(queue, requiredText(entry, 'ReceiptHandle'));
      return {};
    }),
  );
}

/** Extends a message in flight, or gives it back with a timeout of 0. */
export function changeMessageVisibility(service: SqsService, input: Input): Record<string, unknown> {
  const queue = queueOf(service, input);
  changeVisibility(service, queue, input);
  service.polls.wake(queue.id);
  return {};
}

/** Extends or gives back up to ten messages in one transaction. */
export function changeMessageVisibilityBatch(service: SqsService, input: Input): Record<string, unknown> {
  const queue = queueOf(service, input);
  const result = inTransaction(service.database, () =>
    runBatch(input, (entry) => changeVisibility(service, queue, entry)),
  );
  service.polls.wake(queue.id);
  return result;
}

function changeVisibility(service: SqsService, queue: Queue, input: Input): Record<string, unknown> {
  const receipt = requiredText(input, 'ReceiptHandle');
  const seconds = optionalInteger(input, 'VisibilityTimeout', 0, MAX_VISIBILITY_SECONDS);
  if (seconds === undefined) throw missingParameter('VisibilityTimeout');
  service.messages.changeVisibility(queue, receipt, seconds * 1000, service.now());
  return {};
}

function send(service: SqsService, queue: Queue, input: Input, senderId: string): Record<string, unknown> {
  const body = requiredText(input, 'MessageBody');
  if (FORBIDDEN_CHARACTERS.test(body)) {
    throw new AwsError(
      'InvalidMessageContents',
      'Invalid characters found. Valid unicode characters are those of XML.',
    );
  }
  const maxBytes = Number(queue.attributes['MaximumMessageSize']);
  if (messageSizeBytes(input) > maxBytes) {
    const problem = `One or more parameters are invalid. Reason: Message must be shorter than ${maxBytes} bytes.`;
    throw new AwsError('InvalidParameterValue', problem);
  }
  const attributes = messageAttributes(input);
  const delaySeconds = optionalInteger(input, 'DelaySeconds', 0, MAX_DELAY_SECONDS);
  const delayMs = (delaySeconds ?? Number(queue.attributes['DelaySeconds'])) * 1000;
  const groupId = optionalText(input, 'MessageGroupId');
  const id = service.messages.send(queue, { body, attributes, senderId, groupId, delayMs }, service.now());
  return { MessageId: id, MD5OfMessageBody: md5OfText(body), MD5OfMessageAttributes: md5OfAttributes(attributes) };
}

function messageSizeBytes(input: Input): number {
  return Buffer.byteLength(optionalText(input, 'MessageBody') ?? '') + attributesSizeBytes(messageAttributes(input));
}

function messageAttributes(input: Input): MessageAttributes {
  const given = nested(input, 'MessageAttributes');
  for (const value of Object.values(given)) requiredText(Object(value), 'DataType');
  return given as MessageAttributes;
}
