import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, it, vi } from 'vitest';
import { isRunning, startWorkerWorld, type WorkerWorld } from './worker-world.ts';

const PATIENCE = { timeout: 20_000, interval: 50 };
const shell = (script: string) => ['sh', '-c', script];

describe('a worker', { concurrent: true }, () => {
  let world: WorkerWorld;
  beforeAll(async () => {
    world = await startWorkerWorld();
  });
  afterAll(() => world.close());

  it('runs a task with its environment and deletes the message', async ({ expect }) => {
    const queue = await world.createQueue();
    const file = join(world.folder, 'environment');
    const ours = ['INSTANCE_ID', 'TASK_ID', 'USER_DATA', 'SECRETS'].map((name) => `SPOT_WORKER_${name}`);
    const { MessageId } = await queue.send({
      command: shell(`echo "${['FLAVOUR', ...ours].map((name) => `$${name}`).join(' ')}" >${file}`),
      env: { FLAVOUR: 'vanilla' },
    });
    const worker = world.startWorker({
      queueUrls: [queue.url],
      userData: { bucket: 'b' },
      secrets: { NPM_TOKEN: 'ssm:/ci/npm-token' },
    });
    expect(await worker.saw('task-finished')).toMatchObject({ taskId: MessageId, exitCode: 0 });
    // References to secrets, never their values: those a task reads by itself.
    const json = '{"bucket":"b"} {"NPM_TOKEN":"ssm:/ci/npm-token"}';
    expect(readFileSync(file, 'utf8')).toBe(`vanilla ${worker.instanceId} ${MessageId} ${json}\n`);
    await vi.waitFor(async () => expect(await world.depth(queue.url)).toEqual({ visible: 0, invisible: 0 }), PATIENCE);
    worker.signal('stop');
    expect(await worker.left()).toEqual({ code: 0, reason: 'told-to-stop' });
  });

  it('leaves failing, unstartable and malformed tasks to the redrive of their queue', async ({ expect }) => {
    const queue = await world.createQueue(2);
    await queue.send({ command: shell('echo to stdout; echo to stderr >&2; exit 3') });
    await queue.send({ command: ['/no/such/program'] });
    await queue.send({ command: [''] });
    await queue.send({ command: 'echo', extra: 1 });
    await queue.send('not JSON');
    const worker = world.startWorker({ queueUrls: [queue.url] });
    await vi.waitFor(
      async () => expect(await world.depth(queue.deadUrl)).toEqual({ visible: 5, invisible: 0 }),
      PATIENCE,
    );
    const failures = worker.all('task-failed');
    expect(failures).toHaveLength(10);
    expect(failures.filter(({ reason }) => reason === 'exited')).toMatchObject([
      { exitCode: 3, output: 'to stdout\nto stderr\n', receiveCount: 1 },
      { exitCode: 3, output: 'to stdout\nto stderr\n', receiveCount: 2 },
    ]);
    expect(failures.filter(({ reason }) => reason === 'cannot-start')).toHaveLength(4);
    const malformed = failures.filter(({ reason }) => reason === 'malformed').map(({ problems }) => problems);
    expect(malformed).toContainEqual(['extra is unknown', 'command must be a list of at least one string']);
    expect(malformed).toContainEqual(['is not JSON', 'command is missing']);
  });

  it('keeps the message of a long task invisible', async ({ expect }) => {
    const queue = await world.createQueue();
    const file = join(world.folder, 'long-may-end');
    await queue.send({ command: shell(`until [ -e ${file} ]; do sleep 0.05; done`) });
    const worker = world.startWorker({ queueUrls: [queue.url], capacity: 2 });
    // Twelve extensions, one each 0.4 s, are well beyond the visibility of 4 s.
    await vi.waitFor(() => expect(queue.calls('ChangeMessageVisibility')).toBeGreaterThanOrEqual(12), PATIENCE);
    expect(await world.depth(queue.url)).toEqual({ visible: 0, invisible: 1 });
    writeFileSync(file, '');
    await worker.saw('task-finished');
    expect(worker.all('task-started')).toHaveLength(1);
  });

  it('kills the whole process group of a task that runs too long', async ({ expect }) => {
    const queue = await world.createQueue(1);
    const file = join(world.folder, 'grandchild');
    const script = `trap '' TERM; sh -c "trap '' TERM; echo \\$\\$ >${file}; while :; do sleep 0.1; done" & wait; wait`;
    await queue.send({ command: shell(script), maxRunTimeSeconds: 1 });
    const worker = world.startWorker({ queueUrls: [queue.url] });
    expect(await worker.saw('task-failed')).toMatchObject({ reason: 'too-long' });
    expect(isRunning(Number(worker.all('task-started')[0]?.['pid']))).toBe(false);
    const grandchild = Number(readFileSync(file, 'utf8'));
    expect(grandchild).toBeGreaterThan(0);
    await vi.waitFor(() => expect(isRunning(grandchild)).toBe(false), PATIENCE);
    await vi.waitFor(async () => expect((await world.depth(queue.deadUrl)).visible).toBe(1), PATIENCE);
  });

  it('does not wait for what a finished task left behind, and ends it', async ({ expect }) => {
    const queue = await world.createQueue();
    const file = join(world.folder, 'left-behind');
    await queue.send({ command: shell(`sleep 1000 & echo $! >${file}`) });
    const worker = world.startWorker({ queueUrls: [queue.url] });
    await worker.saw('task-finished');
    await vi.waitFor(() => expect(isRunning(Number(readFileSync(file, 'utf8')))).toBe(false), PATIENCE);
  });

  it('with capacity 3 runs three at once, and not four', async ({ expect }) => {
    const queue = await world.createQueue();
    const [folder, mayEnd] = [join(world.folder, 'three'), join(world.folder, 'three-may-end')];
    mkdirSync(folder);
    const command = shell(`touch ${folder}/$SPOT_WORKER_TASK_ID; until [ -e ${mayEnd} ]; do sleep 0.05; done`);
    for (let index = 0; index < 4; index += 1) await queue.send({ command });
    const worker = world.startWorker({ queueUrls: [queue.url], capacity: 3 });
    await worker.saw('task-started', 3);
    expect(await world.depth(queue.url)).toEqual({ visible: 1, invisible: 3 });
    writeFileSync(mayEnd, '');
    await worker.saw('task-finished', 4);
    expect(existsSync(folder)).toBe(true);
  });

  it('logs only the last 4 KB of the output of a failed task', async ({ expect }) => {
    const queue = await world.createQueue(1);
    await queue.send({
      command: [process.execPath, '-e', 'console.log("x".repeat(1e6) + "end"); process.exitCode = 1'],
    });
    const worker = world.startWorker({ queueUrls: [queue.url] });
    const output = String((await worker.saw('task-failed'))['output']);
    expect(output).toHaveLength(4096);
    expect(output.endsWith('xend\n')).toBe(true);
  });
});
