import { describe, expect, it } from 'vitest';
import { tick } from '../../lib/control/provision.ts';
import { reap } from '../../lib/control/reap.ts';
import { secondsAfter } from '../../lib/core/units.ts';
import { aDefinition, aDocument, aWorker, HOME, NOW } from '../support/builders.ts';
import { cliWorld } from './cli-world.ts';

const [QUEUE = ''] = aDefinition().queueUrls;

const SECOND = 1000;

async function busyWorld() {
  const world = cliWorld();
  world.workerTypes.putRaw('build', aDocument({ minCapacity: 1, maxCapacity: 5 }));
  world.workerTypes.putRaw('broken', { workerType: 'broken' });
  world.backlog.set(QUEUE, { pendingTasks: 3, claimedTasks: 1 });
  world.fleet.put(aWorker());
  await tick(world, { holder: 'test', ...HOME });
  await reap(world);
  return world;
}

describe('status', () => {
  it('shows figures, limits, decision and the ages of the last runs', async () => {
    const world = await busyWorld();
    world.clock.advance(42 * SECOND);
    const { exitCode, stdout, stderr } = await world.run('status');
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/^build +ok +3 +1 +4 +1 +1 running +1-5 +launch 3: 3 pending \+ 1 claimed/m);
    expect(stdout).toMatch(/^broken +invalid +\? +\? /m);
    expect(stdout).toMatch(/^broken: queueUrls: is missing/m);
    expect(stdout).toMatch(/^Last tick: +42 s ago, launched capacity 3$/m);
    expect(stdout).toMatch(/^Last reap: +42 s ago, 4 workers seen, 0 terminated$/m);
    expect(stderr).toBe('warning: invalid, so nothing is launched for them: broken\n');
  });

  it('shows one worker type with its last launch and what EC2 refused', async () => {
    const world = cliWorld();
    world.fleet.settings.room = 1;
    world.workerTypes.putRaw('build', aDocument());
    world.backlog.set(QUEUE, { pendingTasks: 2 });
    await tick(world, { holder: 'test', ...HOME });
    const { stdout } = await world.run('status build');
    expect(stdout).toMatch(/^Decision: +launch 2: 2 pending/m);
    expect(stdout).toMatch(/^Last launch: +2026-01-02T03:04:05.000Z, asked 2, launched 1 \(/m);
    expect(stdout).toContain('  refused: no-capacity: InsufficientInstanceCapacity');
  });

  it('shows what the workers of a type cost and how they ended', async () => {
    const world = cliWorld();
    world.workerTypes.putRaw('build', aDocument({ maxPriceUsdPerHour: 0.05 }));
    world.backlog.set(QUEUE, { pendingTasks: 1 });
    world.fleet.put(aWorker());
    const ended = { state: 'stopped', stoppedAt: secondsAfter(NOW, 1) } as const;
    world.fleet.put(aWorker({ ...ended, endCode: 'Server.SpotInstanceTermination' }));
    world.fleet.put(aWorker({ ...ended, endCode: 'Client.InstanceInitiatedShutdown' }));
    world.clock.advance(2 * SECOND);
    await tick(world, { holder: 'test', ...HOME });
    const { stdout } = await world.run('status build');
    expect(stdout).toMatch(/^Spend: +0.05 USD an hour$/m);
    expect(stdout).toMatch(/^Last hour: +1 interrupted by EC2, 1 ended before they were of use$/m);
    const { data } = await world.json('status build');
    expect(data.workerTypes[0].workers).toEqual({
      spendUsdPerHour: 0.05,
      unpricedWorkers: 0,
      interruptedLastHour: 1,
      uselessLastHour: 1,
    });
  });

  it('answers the same as JSON, with times in ISO 8601', async () => {
    const { data } = await (await busyWorld()).json('status build');
    expect(data).toMatchObject({
      provisionerId: 'acme',
      tick: { finishedAt: '2026-01-02T03:04:05.000Z', ageSeconds: 0, launchedCapacity: 3 },
      reap: { ageSeconds: 0, seen: 4 },
      workerTypes: [{ workerType: 'build', state: 'ok', pendingTasks: 3, target: 4, supply: 1, maxCapacity: 5 }],
    });
    expect(data.workerTypes).toHaveLength(1);
  });

  it.each([
    ['60 s', 60, {}, false],
    ['61 s', 61, {}, true],
    ['89 s with ticks of 30 s', 89, { TICK_SECONDS: '30' }, false],
    ['91 s with ticks of 30 s', 91, { TICK_SECONDS: '30' }, true],
  ])('judges whether a tick of %s ago is stale', async (_age, seconds, env, stale) => {
    const world = await busyWorld();
    world.clock.advance(seconds * SECOND);
    const { data } = await world.json('status', { env: { PROVISIONER_ID: 'acme', AWS_REGION: 'us-east-1', ...env } });
    expect(data.warnings.some((warning: string) => warning.startsWith('the last tick ended'))).toBe(stale);
  });

  it('warns of a reaper that has not run for more than 15 minutes', async () => {
    const world = await busyWorld();
    world.clock.advance(16 * 60 * SECOND);
    expect((await world.run('status')).stderr).toContain('the reaper last ran 16 min ago');
  });

  it('tells what no tick has seen yet', async () => {
    const world = cliWorld();
    world.workerTypes.putRaw('build', aDocument());
    const { stdout, stderr } = await world.run('status');
    expect(stdout).toMatch(/^build +new +\? .*no tick has seen it yet$/m);
    expect(stderr).toBe('warning: no tick has run yet: nothing is launched\n');
  });

  it('takes a definition that broke after the last tick for invalid', async () => {
    const world = await busyWorld();
    world.workerTypes.putRaw('build', aDocument({ maxCapacity: 'many' }));
    const { data } = await world.json('status build');
    expect(data.workerTypes).toMatchObject([
      { state: 'invalid', pendingTasks: 3, problems: [{ path: 'maxCapacity' }] },
    ]);
  });

  it('names the worker types there are when it does not know one', async () => {
    const { error } = await (await busyWorld()).json('status biuld');
    expect(error).toMatchObject({
      kind: 'not-found',
      message: 'there is no worker type "biuld" (there are: broken, build)',
    });
  });
});
