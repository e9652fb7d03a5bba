import { ChangeMessageVisibilityCommand, DeleteMessageCommand, type Message } from '@aws-sdk/client-sqs';
import { expect, it } from 'vitest';
import { createQueue, depth, manualClock, receive, send, startSqs } from './fixture.ts';

it('counts visible, in flight and delayed messages through the life of ten', async () => {
  const clock = manualClock();
  const { client } = await startSqs({ now: clock });
  const queue = await createQueue(client, 'tasks', { VisibilityTimeout: '30' });
  let taken: Message[] = [];

  const steps: [fact: string, act: () => Promise<unknown>, depth: string][] = [
    ['nothing was sent', async () => {}, '0/0/0'],
    [
      'eight were sent and two delayed',
      async () => {
        for (let task = 0; task < 8; task += 1) await send(client, queue, `task ${task}`);
        for (let task = 8; task < 10; task += 1) await send(client, queue, `task ${task}`, 20);
      },
      '8/0/2',
    ],
    [
      'the eight were received',
      async () => {
        taken = await receive(client, queue);
      },
      '0/8/2',
    ],
    [
      'one was given back',
      async () => {
        const ReceiptHandle = taken[0]?.ReceiptHandle;
        await client.send(new ChangeMessageVisibilityCommand({ QueueUrl: queue, ReceiptHandle, VisibilityTimeout: 0 }));
      },
      '1/7/2',
    ],
    [
      'four were deleted',
      async () => {
        for (const { ReceiptHandle } of taken.slice(1, 5)) {
          await client.send(new DeleteMessageCommand({ QueueUrl: queue, ReceiptHandle }));
        }
      },
      '1/3/2',
    ],
    ['the delay is over', async () => clock.advance(20_000), '3/3/0'],
    ['all timeouts are over and nobody received', async () => clock.advance(10_000), '6/0/0'],
    ['four days have passed', async () => clock.advance(4 * 86_400_000), '0/0/0'],
  ];
  for (const [fact, act, expected] of steps) {
    await act();
    expect(await depth(client, queue), fact).toBe(expected);
  }
});

it('keeps a message whose visibility was extended in flight for that long', async () => {
  const clock = manualClock();
  const { client } = await startSqs({ now: clock });
  const queue = await createQueue(client, 'tasks', { VisibilityTimeout: '30' });
  await send(client, queue, 'slow task');
  const [message] = await receive(client, queue);
  await client.send(
    new ChangeMessageVisibilityCommand({
      QueueUrl: queue,
      ReceiptHandle: message?.ReceiptHandle,
      VisibilityTimeout: 100,
    }),
  );
  clock.advance(99_999);
  expect(await depth(client, queue)).toBe('0/1/0');
  clock.advance(1);
  expect(await depth(client, queue)).toBe('1/0/0');
});
