import {
  DeleteMessageBatchCommand,
  DeleteMessageCommand,
  GetQueueAttributesCommand,
  PurgeQueueCommand,
  SendMessageBatchCommand,
  SendMessageCommand,
} from '@aws-sdk/client-sqs';
import { expect, it } from 'vitest';
import { createQueue, depth, manualClock, receive, send, sqsClient, startSqs } from './fixture.ts';

it('delivers body, attributes, time of sending, receive counts and the sender that signed', async () => {
  const clock = manualClock();
  const { sqs, client } = await startSqs({ now: clock });
  const queue = await createQueue(client, 'events', { VisibilityTimeout: '5' });
  const sentAtMs = clock();
  const worker = sqsClient(sqs.url, 'AROALOCAL:i-0123');
  const MessageAttributes = {
    kind: { DataType: 'String', StringValue: 'started' },
    raw: { DataType: 'Binary', BinaryValue: Uint8Array.of(1, 2, 255) },
  };
  await worker.send(new SendMessageCommand({ QueueUrl: queue, MessageBody: 'größe', MessageAttributes }));

  clock.advance(1000);
  const [first] = await receive(client, queue, { MessageAttributeNames: ['ra.*'] });
  expect(first).toMatchObject({ Body: 'größe', MessageAttributes: { raw: MessageAttributes.raw } });
  expect(first?.MessageAttributes).not.toHaveProperty('kind');
  expect(first?.Attributes).toEqual({
    SenderId: 'AROALOCAL:i-0123',
    SentTimestamp: String(sentAtMs),
    ApproximateReceiveCount: '1',
    ApproximateFirstReceiveTimestamp: String(sentAtMs + 1000),
  });

  clock.advance(5000);
  const [second] = await receive(client, queue, { MessageSystemAttributeNames: ['ApproximateReceiveCount'] });
  expect(second?.Attributes).toEqual({ ApproximateReceiveCount: '2' });
  expect(second?.MessageId).toBe(first?.MessageId);
  expect(second?.MessageAttributes).toBeUndefined();
});

it('digests message attributes as SQS documents it', async () => {
  const { client } = await startSqs();
  const queue = await createQueue(client, 'tasks');
  const sent = await client.send(
    new SendMessageCommand({
      QueueUrl: queue,
      MessageBody: 'x',
      MessageAttributes: { timestamp: { DataType: 'Number', StringValue: '1493147359900' } },
    }),
  );
  expect(sent.MD5OfMessageAttributes).toBe('235c5c510d26fb653d073faed50ae77c');
});

it('does not delete with a receipt that a later receive has replaced', async () => {
  const { client } = await startSqs();
  const queue = await createQueue(client, 'tasks');
  await send(client, queue, 'task');
  const [stale] = await receive(client, queue, { VisibilityTimeout: 0 });
  const [latest] = await receive(client, queue);
  await client.send(new DeleteMessageCommand({ QueueUrl: queue, ReceiptHandle: stale?.ReceiptHandle }));
  expect(await depth(client, queue)).toBe('0/1/0');
  await client.send(new DeleteMessageCommand({ QueueUrl: queue, ReceiptHandle: latest?.ReceiptHandle }));
  expect(await depth(client, queue)).toBe('0/0/0');
});

it('moves a message to the dead-letter queue when it was received too often, keeping where it came from', async () => {
  const clock = manualClock();
  const { client } = await startSqs({ now: clock });
  const deadLetters = await createQueue(client, 'tasks-dead');
  const { Attributes } = await client.send(
    new GetQueueAttributesCommand({ QueueUrl: deadLetters, AttributeNames: ['QueueArn'] }),
  );
  expect(Attributes).toEqual({ QueueArn: 'arn:aws:sqs:us-east-1:000000000000:tasks-dead' });
  const queue = await createQueue(client, 'tasks', {
    VisibilityTimeout: '30',
    RedrivePolicy: JSON.stringify({ deadLetterTargetArn: Attributes?.['QueueArn'], maxReceiveCount: 2 }),
  });
  await send(client, queue, 'poison');
  for (const count of ['1', '2']) {
    const [message] = await receive(client, queue);
    expect(message?.Attributes?.['ApproximateReceiveCount']).toBe(count);
    clock.advance(30_000);
  }
  expect(await receive(client, queue)).toEqual([]);
  expect(await depth(client, queue)).toBe('0/0/0');
  const [dead] = await receive(client, deadLetters);
  expect(dead?.Body).toBe('poison');
  expect(dead?.Attributes?.['DeadLetterQueueSourceArn']).toBe('arn:aws:sqs:us-east-1:000000000000:tasks');
});

it('sends and deletes in batches, and reports a bad entry without failing the others', async () => {
  const { client } = await startSqs();
  const queue = await createQueue(client, 'tasks');
  const sent = await client.send(
    new SendMessageBatchCommand({
      QueueUrl: queue,
      Entries: [
        { Id: 'a', MessageBody: 'first' },
        { Id: 'b', MessageBody: 'late', DelaySeconds: 901 },
        { Id: 'c', MessageBody: 'second' },
      ],
    }),
  );
  expect(sent.Successful?.map(({ Id }) => Id)).toEqual(['a', 'c']);
  expect(sent.Failed).toMatchObject([{ Id: 'b', SenderFault: true, Code: 'InvalidParameterValue' }]);

  const messages = await receive(client, queue);
  expect(messages.map(({ Body }) => Body)).toEqual(['first', 'second']);
  const deleted = await client.send(
    new DeleteMessageBatchCommand({
      QueueUrl: queue,
      Entries: [
        ...messages.map(({ ReceiptHandle }, id) => ({ Id: `${id}`, ReceiptHandle })),
        { Id: 'bad', ReceiptHandle: 'x' },
      ],
    }),
  );
  expect(deleted.Failed).toMatchObject([{ Id: 'bad', Code: 'ReceiptHandleIsInvalid' }]);
  expect(await depth(client, queue)).toBe('0/0/0');
});

it('carries a message of 1 MiB, and a purge removes everything', async () => {
  const { client } = await startSqs();
  const queue = await createQueue(client, 'tasks');
  const body = 'x'.repeat(1_048_576);
  await send(client, queue, body);
  await send(client, queue, 'delayed', 60);
  expect((await receive(client, queue))[0]?.Body).toBe(body);
  await expect(send(client, queue, `${body}x`)).rejects.toThrow('shorter than 1048576 bytes');
  await client.send(new PurgeQueueCommand({ QueueUrl: queue }));
  expect(await depth(client, queue)).toBe('0/0/0');
});
