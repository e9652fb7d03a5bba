import {
  ChangeMessageVisibilityCommand,
  DeleteMessageCommand,
  DeleteQueueCommand,
  GetQueueAttributesCommand,
  GetQueueUrlCommand,
  ListQueuesCommand,
  SendMessageBatchCommand,
  SetQueueAttributesCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { createQueue, receive, send, startSqs } from './fixture.ts';

it('gives the URL of a queue on its own host and port', async () => {
  const { sqs, client } = await startSqs();
  const url = await createQueue(client, 'tasks');
  expect(url).toBe(`${sqs.url}/000000000000/tasks`);
  expect((await client.send(new GetQueueUrlCommand({ QueueName: 'tasks' }))).QueueUrl).toBe(url);
});

it('is found by a client that knows it from the environment alone', async () => {
  const { sqs } = await startSqs();
  vi.stubEnv('AWS_ENDPOINT_URL_SQS', sqs.url);
  onTestFinished(() => void vi.unstubAllEnvs());
  const client = new SQSClient({ region: 'us-east-1', credentials: { accessKeyId: 'A', secretAccessKey: 'B' } });
  onTestFinished(() => client.destroy());
  const queue = await createQueue(client, 'tasks');
  await send(client, queue, 'task');
  expect(await receive(client, queue)).toHaveLength(1);
});

it('lists queues by prefix, page by page', async () => {
  const { sqs, client } = await startSqs();
  for (const name of ['tasks-b', 'tasks-a', 'other', 'tasks-c']) await createQueue(client, name);
  const first = await client.send(new ListQueuesCommand({ QueueNamePrefix: 'tasks', MaxResults: 2 }));
  const second = await client.send(
    new ListQueuesCommand({ QueueNamePrefix: 'tasks', MaxResults: 2, NextToken: first.NextToken }),
  );
  const names = [...(first.QueueUrls ?? []), ...(second.QueueUrls ?? [])].map((url) => url.replace(sqs.url, ''));
  expect(names).toEqual(['a', 'b', 'c'].map((letter) => `/000000000000/tasks-${letter}`));
  expect(second.NextToken).toBeUndefined();
});

it('answers no attributes when none is named', async () => {
  const { client } = await startSqs();
  const queue = await createQueue(client, 'tasks');
  expect((await client.send(new GetQueueAttributesCommand({ QueueUrl: queue }))).Attributes).toBeUndefined();
});

it('has the defaults of SQS, and changes only the attributes given', async () => {
  const { client } = await startSqs();
  const queue = await createQueue(client, 'tasks', { VisibilityTimeout: '100' });
  await client.send(new SetQueueAttributesCommand({ QueueUrl: queue, Attributes: { DelaySeconds: '7' } }));
  const { Attributes } = await client.send(new GetQueueAttributesCommand({ QueueUrl: queue, AttributeNames: ['All'] }));
  expect(Attributes).toMatchObject({
    VisibilityTimeout: '100',
    DelaySeconds: '7',
    MessageRetentionPeriod: '345600',
    MaximumMessageSize: '1048576',
  });
});

it('accepts the creation of a queue that has these attributes already', async () => {
  const { client } = await startSqs();
  const attributes = { VisibilityTimeout: '100' };
  const url = await createQueue(client, 'tasks', attributes);
  expect(await createQueue(client, 'tasks', attributes)).toBe(url);
});

describe('refuses with the error name of SQS:', () => {
  const noArn = {
    RedrivePolicy: JSON.stringify({ deadLetterTargetArn: 'arn:aws:sqs:us-east-1:1:x', maxReceiveCount: 1 }),
  };
  const unknown = 'http://127.0.0.1/0/unknown';
  const entries = (ids: string[]) => ids.map((Id) => ({ Id, MessageBody: 'x' }));
  const batch = (QueueUrl: string, ids: string[]) => new SendMessageBatchCommand({ QueueUrl, Entries: entries(ids) });
  type Act = (client: SQSClient, QueueUrl: string) => Promise<unknown>;

  it.each<[fact: string, name: string, act: Act]>([
    ['an unknown queue', 'QueueDoesNotExist', (client) => send(client, unknown, 'x')],
    [
      'a name without a queue',
      'QueueDoesNotExist',
      (client) => client.send(new GetQueueUrlCommand({ QueueName: 'no' })),
    ],
    [
      'a deleted queue',
      'QueueDoesNotExist',
      async (client, QueueUrl) => {
        await client.send(new DeleteQueueCommand({ QueueUrl }));
        await receive(client, QueueUrl);
      },
    ],
    [
      'another value for an attribute',
      'QueueNameExists',
      (client) => createQueue(client, 'tasks', { DelaySeconds: '1' }),
    ],
    ['an unknown attribute to set', 'InvalidAttributeName', (client) => createQueue(client, 'new', { Speed: '1' })],
    [
      'an unknown attribute to get',
      'InvalidAttributeName',
      (client, QueueUrl) =>
        client.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['Speed' as 'All'] })),
    ],
    [
      'a timeout above 12 hours',
      'InvalidAttributeValue',
      (client) => createQueue(client, 'new', { VisibilityTimeout: '43201' }),
    ],
    ['a dead-letter queue that does not exist', 'InvalidParameterValue', (client) => createQueue(client, 'new', noArn)],
    ['a FIFO queue', 'UnsupportedOperation', (client) => createQueue(client, 'new.fifo', { FifoQueue: 'true' })],
    [
      'eleven messages at once',
      'InvalidParameterValue',
      (client, url) => receive(client, url, { MaxNumberOfMessages: 11 }),
    ],
    ['a control character in the body', 'InvalidMessageContents', (client, url) => send(client, url, 'bell \u0007')],
    ['an empty batch', 'EmptyBatchRequest', (client, url) => client.send(batch(url, []))],
    ['a repeated id in a batch', 'BatchEntryIdsNotDistinct', (client, url) => client.send(batch(url, ['a', 'a']))],
    ['eleven entries', 'TooManyEntriesInBatchRequest', (client, url) => client.send(batch(url, [...'abcdefghijk']))],
    [
      'a receipt it never gave out',
      'ReceiptHandleIsInvalid',
      (client, QueueUrl) => client.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle: 'made up' })),
    ],
    [
      'a receipt of another queue',
      'ReceiptHandleIsInvalid',
      async (client, QueueUrl) => {
        const other = await createQueue(client, 'other');
        await send(client, other, 'x');
        const [message] = await receive(client, other);
        await client.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle: message?.ReceiptHandle }));
      },
    ],
    [
      'more time for a message not in flight',
      'MessageNotInflight',
      async (client, QueueUrl) => {
        await send(client, QueueUrl, 'x');
        const [message] = await receive(client, QueueUrl, { VisibilityTimeout: 0 });
        const ReceiptHandle = message?.ReceiptHandle;
        await client.send(new ChangeMessageVisibilityCommand({ QueueUrl, ReceiptHandle, VisibilityTimeout: 9 }));
      },
    ],
  ])('%s is %s', async (_fact, name, act) => {
    const { client } = await startSqs();
    const queue = await createQueue(client, 'tasks');
    await expect(act(client, queue)).rejects.toMatchObject({ name });
  });
});
