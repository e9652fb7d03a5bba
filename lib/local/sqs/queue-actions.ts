import { type Input, nested, optionalInteger, optionalText, requiredText, textList } from './input.ts';
import { checkedAttributes } from './queue-attributes.ts';
import type { Queue } from './queue-store.ts';
import type { SqsService } from './service.ts';
import { invalidAttributeName } from './sqs-errors.ts';

/** Largest page of ListQueues, from the SQS API reference. */
const MAX_LISTED = 1000;

/** The queue a request names: by the last path segment of its QueueUrl, so that URLs outlive a change of port. */
export function queueOf(service: SqsService, input: Input): Queue {
  const url = requiredText(input, 'QueueUrl');
  return service.queues.get(url.slice(url.lastIndexOf('/') + 1));
}

/** Creates a standard queue, or answers with the URL of one that has the same attributes. */
export function createQueue(service: SqsService, input: Input): Record<string, unknown> {
  const name = requiredText(input, 'QueueName');
  service.queues.create(name, checkedAttributes(nested(input, 'Attributes')), service.now());
  return { QueueUrl: service.queueUrl(name) };
}

/** Answers with the URL of a queue by name. */
export function getQueueUrl(service: SqsService, input: Input): Record<string, unknown> {
  return { QueueUrl: service.queueUrl(service.queues.get(requiredText(input, 'QueueName')).name) };
}

/** Lists URLs by name prefix, in pages when MaxResults is given. */
export function listQueues(service: SqsService, input: Input): Record<string, unknown> {
  const limit = optionalInteger(input, 'MaxResults', 1, MAX_LISTED);
  const prefix = optionalText(input, 'QueueNamePrefix') ?? '';
  const names = service.queues.names(prefix, optionalText(input, 'NextToken') ?? '', (limit ?? MAX_LISTED) + 1);
  const page = names.slice(0, limit ?? MAX_LISTED);
  // As in SQS, a caller that sets no MaxResults gets no NextToken either.
  const nextToken = limit !== undefined && names.length > page.length ? { NextToken: page.at(-1) } : {};
  return { QueueUrls: page.map(service.queueUrl), ...nextToken };
}

/** Deletes a queue with its messages; receivers waiting on it get QueueDoesNotExist. */
export function deleteQueue(service: SqsService, input: Input): Record<string, unknown> {
  const queue = queueOf(service, input);
  service.queues.delete(queue);
  service.polls.wake(queue.id);
  return {};
}

/** Deletes all messages of a queue at once. */
export function purgeQueue(service: SqsService, input: Input): Record<string, unknown> {
  service.messages.purge(queueOf(service, input));
  return {};
}

/** Changes the attributes given and leaves the others. */
export function setQueueAttributes(service: SqsService, input: Input): Record<string, unknown> {
  const queue = queueOf(service, input);
  service.queues.setAttributes(queue, checkedAttributes(nested(input, 'Attributes')), service.now());
  return {};
}

/** Answers with the attributes named, depth included; exact, where SQS is approximate. */
export function getQueueAttributes(service: SqsService, input: Input): Record<string, unknown> {
  const wanted = textList(input, 'AttributeNames');
  const queue = queueOf(service, input);
  // SQS answers with nothing at all when no attribute is named, which readers of a depth have to know.
  if (wanted.length === 0) return {};
  const depth = service.messages.depth(queue, service.now());
  const all: Readonly<Record<string, string>> = {
    ...queue.attributes,
    QueueArn: queue.arn,
    ApproximateNumberOfMessages: String(depth.visible),
    ApproximateNumberOfMessagesNotVisible: String(depth.inFlight),
    ApproximateNumberOfMessagesDelayed: String(depth.delayed),
    CreatedTimestamp: String(Math.floor(queue.createdAtMs / 1000)),
    LastModifiedTimestamp: String(Math.floor(queue.modifiedAtMs / 1000)),
  };
  if (wanted.includes('All')) return { Attributes: all };
  return { Attributes: Object.fromEntries(wanted.flatMap((name) => attribute(all, name))) };
}

/** Known to SQS but unset by default: asking for one is no error, and the answer leaves it out. */
const MAY_BE_UNSET = [
  'RedrivePolicy',
  'RedriveAllowPolicy',
  'Policy',
  'KmsMasterKeyId',
  'KmsDataKeyReusePeriodSeconds',
];

function attribute(all: Readonly<Record<string, string>>, name: string): [string, string][] {
  const value = all[name];
  if (value !== undefined) return [[name, value]];
  if (MAY_BE_UNSET.includes(name)) return [];
  throw invalidAttributeName(name);
}
