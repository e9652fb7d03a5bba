import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, it, vi } from 'vitest';
import { startWorkerWorld, type WorkerWorld } from './worker-world.ts';

const PATIENCE = { timeout: 20_000, interval: 50 };
const EMPTY = { visible: 0, invisible: 0 };

describe('a worker of several queues', { concurrent: true }, () => {
  let world: WorkerWorld;
  beforeAll(async () => {
    world = await startWorkerWorld();
  });
  afterAll(() => world.close());

  const createQueues = async (count: number) => Promise.all(Array.from({ length: count }, () => world.createQueue()));
  const urlsOf = (queues: readonly { readonly url: string }[]) => queues.map(({ url }) => url);

  it('serves the first queue first, whatever waits in the others', async ({ expect }) => {
    const [low, high] = [await world.createQueue(), await world.createQueue()];
    for (let index = 0; index < 3; index += 1) await low.send({ command: ['true'] });
    const wanted: unknown[] = [];
    for (let index = 0; index < 3; index += 1) wanted.push((await high.send({ command: ['true'] })).MessageId);
    const worker = world.startWorker({ queueUrls: [high.url, low.url] });
    await worker.saw('task-finished', 6);
    const order = worker.all('task-started').map(({ taskId }) => taskId);
    expect(order.slice(0, 3).toSorted()).toEqual(wanted.toSorted());
  });

  it('deletes and holds each message on the queue that it came from', async ({ expect }) => {
    const queues = await createQueues(3);
    const mayEnd = join(world.folder, 'several-may-end');
    for (const queue of queues) {
      await queue.send({ command: ['sh', '-c', `until [ -e ${mayEnd} ]; do sleep 0.05; done`] });
    }
    const worker = world.startWorker({ queueUrls: urlsOf(queues), capacity: 3 });
    await worker.saw('task-started', 3);
    await vi.waitFor(() => {
      for (const queue of queues) expect(queue.calls('ChangeMessageVisibility')).toBeGreaterThanOrEqual(2);
    }, PATIENCE);
    writeFileSync(mayEnd, '');
    await worker.saw('task-finished', 3);
    await vi.waitFor(async () => {
      for (const queue of queues) expect(await world.depth(queue.url)).toEqual(EMPTY);
    }, PATIENCE);
    expect(queues.map((queue) => queue.calls('DeleteMessage'))).toEqual([1, 1, 1]);
    expect(worker.all('task-unsettled')).toEqual([]);
  });

  it('gives tasks back to the queues that they came from', async ({ expect }) => {
    const queues = await createQueues(2);
    for (const queue of queues) await queue.send({ command: ['sleep', '1000'] });
    const worker = world.startWorker(
      { queueUrls: urlsOf(queues), capacity: 2 },
      { SPOT_WORKER_VISIBILITY_SECONDS: '600' },
    );
    await worker.saw('task-started', 2);
    worker.interrupt();
    expect(await worker.left()).toEqual({ code: 0, reason: 'interrupted' });
    for (const queue of queues) expect(await world.depth(queue.url)).toEqual({ visible: 1, invisible: 0 });
  });

  it('finds a task in any of them while all were empty, and leaves when all have been for long enough', async ({
    expect,
  }) => {
    const queues = await createQueues(4);
    const worker = world.startWorker({ queueUrls: urlsOf(queues), idleTimeoutSeconds: 3 });
    await vi.waitFor(() => expect(queues[3]?.calls('ReceiveMessage')).toBeGreaterThanOrEqual(1), PATIENCE);
    for (const queue of queues.toReversed()) {
      await queue.send({ command: ['true'] });
      await vi.waitFor(async () => expect(await world.depth(queue.url)).toEqual(EMPTY), PATIENCE);
    }
    expect(await worker.left()).toEqual({ code: 0, reason: 'idle' });
    expect(worker.all('task-finished')).toHaveLength(4);
  });

  it('works on when one of them cannot be read, and does not take that for idleness', async ({ expect }) => {
    const [broken, fine] = [await world.createQueue(), await world.createQueue()];
    const when = ({ QueueUrl }: Record<string, unknown>) => QueueUrl === broken.url;
    world.sqs.setFault({
      action: 'ReceiveMessage',
      code: 'InternalError',
      status: 500,
      times: Number.POSITIVE_INFINITY,
      when,
    });
    await fine.send({ command: ['true'] });
    const worker = world.startWorker({
      queueUrls: [broken.url, fine.url],
      idleTimeoutSeconds: 1,
      maxUptimeSeconds: 4,
    });
    await worker.saw('task-finished');
    expect(await worker.left()).toEqual({ code: 0, reason: 'max-uptime' });
    expect(worker.all('queue-trouble')[0]).toMatchObject({ queueUrl: broken.url });
  });
});
