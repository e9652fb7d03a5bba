import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, it, vi } from 'vitest';
import { isRunning, startWorkerWorld, type WorkerWorld } from './worker-world.ts';

const PATIENCE = { timeout: 20_000, interval: 50 };
const FOREVER = ['sleep', '1000'];

describe('a worker', { concurrent: true }, () => {
  let world: WorkerWorld;
  beforeAll(async () => {
    world = await startWorkerWorld();
  });
  afterAll(() => world.close());

  it.for([
    ['an interruption notice', 'ec2'],
    ['SIGTERM', 'SIGTERM'],
  ] as const)('on %s ends its tasks, gives them back at once and leaves', async ([, by], { expect }) => {
    const queue = await world.createQueue(5);
    await queue.send({ command: FOREVER });
    await queue.send({ command: FOREVER });
    const worker = world.startWorker(
      { queueUrls: [queue.url], capacity: 3 },
      // Only giving them back can make the messages visible within the time of this test.
      { SPOT_WORKER_VISIBILITY_SECONDS: '600' },
    );
    await worker.saw('task-started', 2);
    if (by === 'ec2') worker.interrupt();
    else worker.process.terminate(30_000);
    expect(await worker.left()).toEqual({ code: 0, reason: 'interrupted' });
    expect(worker.all('interrupted')).toMatchObject([{ by }]);
    expect(worker.all('task-returned')).toHaveLength(2);
    expect(await world.depth(queue.url)).toEqual({ visible: 2, invisible: 0 });
    for (const { pid } of worker.all('task-started')) expect(isRunning(Number(pid))).toBe(false);
  });

  it('told to stop finishes what runs, takes no more and leaves', async ({ expect }) => {
    const queue = await world.createQueue();
    const mayEnd = join(world.folder, 'stop-may-end');
    await queue.send({ command: ['sh', '-c', `until [ -e ${mayEnd} ]; do sleep 0.05; done`] });
    const worker = world.startWorker({ queueUrls: [queue.url] });
    await worker.saw('task-started');
    await queue.send({ command: ['true'] });
    worker.signal('stop');
    expect(await worker.saw('signal')).toMatchObject({ signal: 'stop' });
    writeFileSync(mayEnd, '');
    expect(await worker.left()).toEqual({ code: 0, reason: 'told-to-stop' });
    expect(worker.all('task-finished')).toHaveLength(1);
    expect(await world.depth(queue.url)).toEqual({ visible: 1, invisible: 0 });
  });

  it('interrupted while it finishes gives the rest back', async ({ expect }) => {
    const queue = await world.createQueue();
    await queue.send({ command: FOREVER });
    const worker = world.startWorker({ queueUrls: [queue.url] });
    await worker.saw('task-started');
    worker.signal('stop');
    await worker.saw('signal');
    worker.interrupt();
    expect(await worker.left()).toEqual({ code: 0, reason: 'interrupted' });
    expect((await world.depth(queue.url)).visible).toBe(1);
  });

  it('leaves when it has been idle for long enough', async ({ expect }) => {
    const queue = await world.createQueue();
    await queue.send({ command: ['true'] });
    const worker = world.startWorker({ queueUrls: [queue.url], idleTimeoutSeconds: 1 });
    expect(await worker.left()).toEqual({ code: 0, reason: 'idle' });
    expect(worker.all('task-finished')).toHaveLength(1);
  });

  it('told to stay does not idle out, until it is not told so any more', async ({ expect }) => {
    const queue = await world.createQueue();
    const worker = world.startWorker({ queueUrls: [queue.url], idleTimeoutSeconds: 1 });
    worker.signal('stay');
    await vi.waitFor(() => expect(queue.calls('ReceiveMessage')).toBeGreaterThanOrEqual(4), PATIENCE);
    expect(worker.all('worker-leaving')).toEqual([]);
    worker.clearSignal();
    expect(await worker.left()).toEqual({ code: 0, reason: 'idle' });
    expect(worker.all('signal').map(({ signal }) => signal)).toEqual(['stay', null]);
  });

  it('at the end of its uptime finishes what runs and leaves', async ({ expect }) => {
    const queue = await world.createQueue();
    await queue.send({ command: ['sleep', '2'] });
    const worker = world.startWorker({ queueUrls: [queue.url], maxUptimeSeconds: 1.5 });
    await worker.saw('task-started');
    await queue.send({ command: ['true'] });
    expect(await worker.left()).toEqual({ code: 0, reason: 'max-uptime' });
    expect(worker.all('task-finished')).toHaveLength(1);
    expect((await world.depth(queue.url)).visible).toBe(1);
  });

  it('interrupted between two tasks leaves without waiting for its long poll', async ({ expect }) => {
    const queue = await world.createQueue();
    const worker = world.startWorker({ queueUrls: [queue.url] }, { SPOT_WORKER_LONG_POLL_SECONDS: '20' });
    await vi.waitFor(() => expect(queue.calls('ReceiveMessage')).toBe(1), PATIENCE);
    worker.process.terminate(15_000);
    expect(await worker.left()).toEqual({ code: 0, reason: 'interrupted' });
  });
});
