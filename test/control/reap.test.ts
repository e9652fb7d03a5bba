import { describe, expect, it } from 'vitest';
import { planReapRun, reap } from '../../lib/control/reap.ts';
import { metricNames } from '../../lib/control/telemetry.ts';
import { secondsAfter } from '../../lib/core/units.ts';
import { memoryWorld } from '../../lib/memory/memory-world.ts';
import { aDocument, aWorker, NOW } from '../support/builders.ts';

const limits = { idleTimeoutSeconds: 60, maxUptimeSeconds: 600, maxLifetimeSeconds: 3600 };
const old = { launchedAt: secondsAfter(NOW, -7200) };

function aWorld() {
  const world = memoryWorld(NOW);
  world.workerTypes.putRaw('build', aDocument(limits));
  world.fleet.put(aWorker({ workerId: 'i-old', ...old }));
  world.fleet.put(aWorker({ workerId: 'i-young' }));
  return world;
}
const stateOf = (world: ReturnType<typeof aWorld>, id: string) =>
  world.fleet.truth.find(({ workerId }) => workerId === id)?.state;

describe('a run of the reaper', () => {
  it('terminates what is too old, keeps the rest, and records why', async () => {
    const world = aWorld();
    const report = await reap(world);
    expect(report).toMatchObject({
      seen: 2,
      reaped: [{ workerId: 'i-old', workerType: 'build', reason: 'too-old' }],
      failures: [],
    });
    expect([stateOf(world, 'i-old'), stateOf(world, 'i-young')]).toEqual(['stopped', 'running']);
    expect((await world.board.load()).reap).toEqual(report);
    expect(world.telemetry.published.get(metricNames.workersReaped)).toBe(1);
  });

  it('only tells, when it is only planned', async () => {
    const world = aWorld();
    const { verdicts } = await planReapRun(world);
    expect(verdicts.map(({ kind }) => kind).sort()).toEqual(['keep', 'reap']);
    expect(stateOf(world, 'i-old')).toBe('running');
  });

  it('ends nobody when the definitions cannot be read', async () => {
    const world = aWorld();
    world.workerTypes.list = () => Promise.reject(new Error('table unreadable'));
    await expect(reap(world)).rejects.toThrow('table unreadable');
    expect(stateOf(world, 'i-old')).toBe('running');
  });

  it('ends nobody when the sweep fails', async () => {
    const world = aWorld();
    world.fleet.list = () => Promise.reject(new Error('RequestLimitExceeded'));
    await expect(reap(world)).rejects.toThrow('RequestLimitExceeded');
    expect(stateOf(world, 'i-old')).toBe('running');
  });

  it('leaves the workers of an invalid definition alone and counts them as unknown', async () => {
    const world = aWorld();
    world.workerTypes.putRaw('build', { junk: true });
    expect(await reap(world)).toMatchObject({ reaped: [], unknown: [{ workerId: 'i-old' }, { workerId: 'i-young' }] });
    expect(stateOf(world, 'i-old')).toBe('running');
  });

  it('reports workers that could not be terminated, and counts them', async () => {
    const world = aWorld();
    world.fleet.terminate = async () => ({
      terminated: [],
      failed: [{ workerId: 'i-old', code: 'OperationNotPermitted', message: 'protected' }],
    });
    const report = await reap(world);
    expect(report).toMatchObject({ reaped: [], failures: ['i-old: OperationNotPermitted (protected)'] });
    expect(world.telemetry.published.get(metricNames.reapFailures)).toBe(1);
  });

  it('run twice at once, or after a crash, ends the same workers', async () => {
    const world = aWorld();
    await Promise.all([reap(world), reap(world)]);
    await reap(world);
    expect(world.fleet.truth.filter(({ state }) => state === 'stopped').map(({ workerId }) => workerId)).toEqual([
      'i-old',
    ]);
  });
});
