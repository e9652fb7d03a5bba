import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, it, vi } from 'vitest';
import { aSettings, startWorkerWorld, type WorkerWorld } from './worker-world.ts';

const PATIENCE = { timeout: 20_000, interval: 50 };

describe('a worker', { concurrent: true }, () => {
  let world: WorkerWorld;
  beforeAll(async () => {
    world = await startWorkerWorld();
  });
  afterAll(() => world.close());

  const failFor = (url: string, action: string, times: number, code = 'InternalError', status = 500) =>
    world.sqs.setFault({ action, code, status, times, when: ({ QueueUrl }) => QueueUrl === url });

  it('survives a queue that fails for a while', async ({ expect }) => {
    const queue = await world.createQueue();
    failFor(queue.url, 'ReceiveMessage', 2);
    failFor(queue.url, 'ReceiveMessage', 1, 'ExpiredToken', 403);
    failFor(queue.url, 'DeleteMessage', 2);
    failFor(queue.url, 'ChangeMessageVisibility', 1);
    await queue.send({ command: ['sleep', '1'] });
    const worker = world.startWorker({ queueUrls: [queue.url] });
    await worker.saw('task-finished');
    await vi.waitFor(async () => expect(await world.depth(queue.url)).toEqual({ visible: 0, invisible: 0 }), PATIENCE);
    expect(worker.all('queue-trouble')).toHaveLength(4);
    expect(worker.all('task-started')).toHaveLength(1);
  });

  it('does not take a queue that it cannot read for an empty one, but leaves at the end of its uptime', async ({
    expect,
  }) => {
    const queue = await world.createQueue();
    failFor(queue.url, 'ReceiveMessage', Number.POSITIVE_INFINITY);
    const worker = world.startWorker({ queueUrls: [queue.url], idleTimeoutSeconds: 1, maxUptimeSeconds: 3 });
    expect(await worker.left()).toEqual({ code: 0, reason: 'max-uptime' });
  });

  it('that is killed loses no task: the message becomes visible again', async ({ expect }) => {
    const queue = await world.createQueue();
    const mayEnd = join(world.folder, 'killed-may-end');
    await queue.send({ command: ['sh', '-c', `until [ -e ${mayEnd} ]; do sleep 0.05; done`] });
    const first = world.startWorker({ queueUrls: [queue.url] });
    await first.saw('task-started');
    first.process.kill();
    expect(await first.left()).toEqual({ code: null, reason: undefined });
    writeFileSync(mayEnd, '');
    const second = world.startWorker({ queueUrls: [queue.url] });
    expect(await second.saw('task-started')).toMatchObject({ receiveCount: 2 });
    await second.saw('task-finished');
  });

  it('goes on when the message of a failed task is gone', async ({ expect }) => {
    const queue = await world.createQueue();
    const mayEnd = join(world.folder, 'gone-may-end');
    await queue.send({ command: ['sh', '-c', `until [ -e ${mayEnd} ]; do sleep 0.05; done; false`] });
    const worker = world.startWorker({ queueUrls: [queue.url] });
    await worker.saw('task-started');
    await world.client.purgeQueue({ QueueUrl: queue.url });
    writeFileSync(mayEnd, '');
    expect(await worker.saw('task-unsettled')).toMatchObject({ cause: 'gone' });
    await queue.send({ command: ['true'] });
    await worker.saw('task-finished');
  });

  it('leaves in time even when it cannot give its tasks back', async ({ expect }) => {
    const queue = await world.createQueue();
    failFor(queue.url, 'ChangeMessageVisibility', Number.POSITIVE_INFINITY);
    await queue.send({ command: ['sleep', '1000'] });
    const worker = world.startWorker({ queueUrls: [queue.url] }, { SPOT_WORKER_LEAVE_SECONDS: '1' });
    await worker.saw('task-started');
    worker.interrupt();
    expect(await worker.left()).toEqual({ code: 1, reason: 'interrupted' });
  });

  it('reads its settings from a file when told to', async ({ expect }) => {
    const queue = await world.createQueue();
    const file = join(world.folder, 'settings.json');
    writeFileSync(
      file,
      JSON.stringify(aSettings({ queueUrls: [queue.url], idleTimeoutSeconds: 1, workerType: 'filed' })),
    );
    const worker = world.startWorker({}, { SPOT_WORKER_SETTINGS_FILE: file });
    expect(await worker.left()).toEqual({ code: 0, reason: 'idle' });
    expect(worker.all('worker-started')).toMatchObject([{ workerType: 'filed' }]);
  });

  it.for([
    ['settings are malformed', { capacity: 0 }, {}, /user data: capacity must be an integer from 1/],
    ['there is no settings file', {}, { SPOT_WORKER_SETTINGS_FILE: '/no/such/file' }, /ENOENT/],
    [
      'nobody answers for the metadata',
      {},
      { AWS_EC2_METADATA_SERVICE_ENDPOINT: 'http://127.0.0.1:2' },
      /ECONNREFUSED/,
    ],
    ['a time is no number', {}, { SPOT_WORKER_WATCH_SECONDS: '' }, /SPOT_WORKER_WATCH_SECONDS must be a number/],
  ] as const)('leaves with a failure when %s', async ([, settings, environment, cause], { expect }) => {
    const worker = world.startWorker(settings, environment);
    expect(await worker.left()).toEqual({ code: 1, reason: 'failed-to-start' });
    expect(worker.all('worker-leaving')[0]?.['cause']).toMatch(cause);
  });
});
