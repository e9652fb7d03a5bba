import { ChangeMessageVisibilityCommand, DeleteQueueCommand, ReceiveMessageCommand } from '@aws-sdk/client-sqs';
import { expect, it, vi } from 'vitest';
import { createQueue, depth, receive, send, startSqs } from './fixture.ts';

/** Far longer than any test runs, so an answer means that something woke the receiver. */
const LONG_POLL = { WaitTimeSeconds: 20 };

async function startWithQueue(attributes = {}) {
  const { sqs, client } = await startSqs();
  const queue = await createQueue(client, 'tasks', attributes);
  const receiving = async (count: number) =>
    vi.waitUntil(() => sqs.requests.filter(({ action }) => action === 'ReceiveMessage').length === count);
  return { sqs, client, queue, receiving };
}

it('is answered as soon as a message is sent', async () => {
  const { client, queue, receiving } = await startWithQueue();
  const waiting = receive(client, queue, LONG_POLL);
  await receiving(1);
  await send(client, queue, 'task');
  expect((await waiting).map(({ Body }) => Body)).toEqual(['task']);
});

it('hands one message to the receiver that has waited longest', async () => {
  const { client, queue, receiving } = await startWithQueue();
  const first = receive(client, queue, LONG_POLL);
  await receiving(1);
  const second = receive(client, queue, LONG_POLL);
  await receiving(2);
  await send(client, queue, 'task 1');
  expect((await first).map(({ Body }) => Body)).toEqual(['task 1']);
  await send(client, queue, 'task 2');
  expect((await second).map(({ Body }) => Body)).toEqual(['task 2']);
});

it('is answered when a message is given back', async () => {
  const { client, queue, receiving } = await startWithQueue();
  await send(client, queue, 'task');
  const [taken] = await receive(client, queue);
  const waiting = receive(client, queue, LONG_POLL);
  await receiving(2);
  await client.send(
    new ChangeMessageVisibilityCommand({
      QueueUrl: queue,
      ReceiptHandle: taken?.ReceiptHandle,
      VisibilityTimeout: 0,
    }),
  );
  expect(await waiting).toHaveLength(1);
});

it('is answered when the visibility timeout of a message runs out', async () => {
  const { client, queue } = await startWithQueue();
  await send(client, queue, 'task');
  await receive(client, queue, { VisibilityTimeout: 1 });
  const [again] = await receive(client, queue, LONG_POLL);
  expect(again?.Attributes?.['ApproximateReceiveCount']).toBe('2');
});

it('is answered empty when its time is over, by the wait of the queue where the request names none', async () => {
  const { client, queue } = await startWithQueue({ ReceiveMessageWaitTimeSeconds: '1' });
  expect(await receive(client, queue)).toEqual([]);
});

it('fails when the queue is deleted meanwhile', async () => {
  const { client, queue, receiving } = await startWithQueue();
  const waiting = receive(client, queue, LONG_POLL);
  const failure = expect(waiting).rejects.toMatchObject({ name: 'QueueDoesNotExist' });
  await receiving(1);
  await client.send(new DeleteQueueCommand({ QueueUrl: queue }));
  await failure;
});

it('takes nothing for a client that has hung up', async () => {
  const { client, queue, receiving } = await startWithQueue();
  const hangUp = new AbortController();
  const waiting = client.send(new ReceiveMessageCommand({ QueueUrl: queue, ...LONG_POLL }), {
    abortSignal: hangUp.signal,
  });
  const failure = expect(waiting).rejects.toMatchObject({ name: 'AbortError' });
  await receiving(1);
  hangUp.abort();
  await failure;
  await send(client, queue, 'task');
  expect(await depth(client, queue)).toBe('1/0/0');
});

it('does not keep the endpoint from closing', async () => {
  const { sqs, client, queue, receiving } = await startWithQueue();
  const waiting = receive(client, queue, LONG_POLL);
  const failure = expect(waiting).rejects.toThrow();
  await receiving(1);
  await sqs.close();
  await failure;
});
