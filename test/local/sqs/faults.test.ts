import { expect, it } from 'vitest';
import { createQueue, depth, send, startSqs } from './fixture.ts';

it('answers an injected fault as often as told, and only where the input matches', async () => {
  const { sqs, client } = await startSqs();
  const queue = await createQueue(client, 'tasks');
  const when = (input: Record<string, unknown>) => input['MessageBody'] === 'unlucky';
  sqs.setFault({ action: 'SendMessage', when, code: 'RequestThrottled', status: 403, message: 'Slow down', times: 1 });

  await send(client, queue, 'lucky');
  await expect(send(client, queue, 'unlucky')).rejects.toMatchObject({
    name: 'RequestThrottled',
    message: 'Slow down',
    $metadata: { httpStatusCode: 403 },
  });
  await send(client, queue, 'unlucky');
  expect(await depth(client, queue)).toBe('2/0/0');
});

it('goes on failing until the faults are cleared', async () => {
  const { sqs, client } = await startSqs();
  sqs.setFault({ action: 'CreateQueue', code: 'InternalError', status: 500 });
  for (const _ of [1, 2, 3]) await expect(createQueue(client, 'tasks')).rejects.toThrow('Injected InternalError');
  sqs.clearFaults();
  await createQueue(client, 'tasks');
});

it('records every call with its queue and time', async () => {
  const { sqs, client } = await startSqs({ now: () => 42 });
  const queue = await createQueue(client, 'tasks');
  await expect(send(client, `${queue}-missing`, 'x')).rejects.toThrow();
  expect(sqs.requests).toEqual([
    { action: 'CreateQueue', queue: 'tasks', at: 42 },
    { action: 'SendMessage', queue: 'tasks-missing', at: 42 },
  ]);
});
