import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { eventually, LocalRun } from './local-run.ts';

let folder = '';
let run: LocalRun;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'shards-'));
  run = new LocalRun(folder, { provisionEverySeconds: 9, typesPerShard: 10 });
  await run.start();
});
afterAll(async () => {
  await run.close();
  await rm(folder, { recursive: true });
});

it('more worker types than one tick should serve are divided, started over the bus, and each does its tasks', {
  timeout: 100_000,
}, async () => {
  const types = Array.from({ length: 12 }, (_, index) => `type-${String(index).padStart(2, '0')}`);
  const queues = new Map<string, string>();
  for (const type of types) queues.set(type, (await run.define(type, { idleTimeoutSeconds: 60 })).queueUrl);
  await eventually(async () => (await run.local.ports.leases.shards()).length === 2);
  const [first = '', last = ''] = [types[0], types.at(-1)];
  for (const type of [first, last]) await run.send(queues.get(type) ?? '', [`task-of-${type}`]);
  await eventually(() => run.isDone(`task-of-${first}`) && run.isDone(`task-of-${last}`));
  for (const type of [first, last]) expect(run.instancesOf(type)).toHaveLength(1);
  expect((await run.local.ports.board.load()).tick).toMatchObject({ workerTypes: 12, failures: [] });
});
