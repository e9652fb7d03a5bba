import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { SQSClient } from '@aws-sdk/client-sqs';
import { expect, it, onTestFinished } from 'vitest';
import { startSqsEndpoint } from '../../../lib/local/sqs/endpoint.ts';
import { createQueue, receive, send, sqsClient, startSqs, startSqsProcess } from './fixture.ts';

function temporaryFile(): string {
  const folder = mkdtempSync(join(tmpdir(), 'sqs-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return join(folder, 'queues.sqlite');
}

async function drain(client: SQSClient, queue: string): Promise<Set<string | undefined>> {
  const ids = new Set<string | undefined>();
  for (;;) {
    const messages = await receive(client, queue);
    if (messages.length === 0) return ids;
    for (const { MessageId } of messages) ids.add(MessageId);
  }
}

it('loses no acknowledged message when its process is killed', async () => {
  const dataFile = temporaryFile();
  const { url, kill } = await startSqsProcess(dataFile);
  const client = sqsClient(url);
  const queue = await createQueue(client, 'tasks');
  const acknowledged: string[] = [];
  const sendUntilKilled = async () => {
    for (;;) acknowledged.push(await send(client, queue, 'task'));
  };
  const senders = Promise.allSettled([sendUntilKilled(), sendUntilKilled(), sendUntilKilled()]);
  await expect.poll(() => acknowledged.length, { interval: 5 }).toBeGreaterThan(100);
  await kill();
  await senders;

  const restarted = await startSqs({ dataFile });
  const found = await drain(restarted.client, queue);
  expect(acknowledged.filter((id) => !found.has(id))).toEqual([]);
});

it('keeps queues and their old URLs when it comes back on another port', async () => {
  const dataFile = temporaryFile();
  const before = await startSqsEndpoint({ dataFile });
  const oldUrl = await createQueue(sqsClient(before.url), 'tasks');
  await send(sqsClient(before.url), oldUrl, 'task');
  await before.close();

  const { sqs, client } = await startSqs({ dataFile });
  expect((await receive(client, oldUrl)).map(({ Body }) => Body)).toEqual(['task']);
  expect(await createQueue(client, 'tasks')).toBe(`${sqs.url}/000000000000/tasks`);
});

it('says which file another process is using', async () => {
  const dataFile = temporaryFile();
  const { kill } = await startSqsProcess(dataFile);
  await expect(startSqsEndpoint({ dataFile })).rejects.toThrow(dataFile);
  await kill();
  await startSqs({ dataFile });
});
