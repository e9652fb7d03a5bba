import { describe, expect, it } from 'vitest';
import { tick } from '../../lib/control/provision.ts';
import { metricNames } from '../../lib/control/telemetry.ts';
import { secondsAfter } from '../../lib/core/units.ts';
import { type MemoryWorld, memoryWorld } from '../../lib/memory/memory-world.ts';
import { aDocument, aWorker, HOME, NOW } from '../support/builders.ts';

const QUEUE = 'https://sqs.us-east-1.amazonaws.com/123456789012/acme-build';

function aWorld(): MemoryWorld {
  const world = memoryWorld(NOW);
  world.workerTypes.putRaw('build', aDocument());
  world.backlog.set(QUEUE, { pendingTasks: 0 });
  return world;
}

let holders = 0;
function run(world: MemoryWorld, options: object = {}) {
  holders += 1;
  return tick(world, { holder: `holder-${holders}`, ...HOME, ...options });
}

describe('a tick that lost its lease without noticing, since it launched nothing', () => {
  it('writes nothing over what the newer holder wrote, and counts nothing a second time', async () => {
    const world = aWorld();
    const ended = {
      state: 'stopped',
      stoppedAt: secondsAfter(NOW, 1),
      endCode: 'Server.SpotInstanceTermination',
    } as const;
    world.fleet.put(aWorker(ended));
    await run(world);
    world.clock.advance(400_000);
    const { list } = world.fleet;
    let isSlow = true;
    // The queue was read and is empty; while the sweep hangs, tasks come and another tick launches for them.
    world.fleet.list = async (names) => {
      const listed = await list.call(world.fleet, names);
      if (!isSlow) return listed;
      isSlow = false;
      for (let turn = 0; turn < 50; turn += 1) await Promise.resolve();
      world.clock.advance(40_000);
      world.backlog.set(QUEUE, { pendingTasks: 4 });
      await run(world);
      return listed;
    };
    await run(world);
    const { workerTypes } = await world.board.load();
    expect(workerTypes).toMatchObject([{ pendingTasks: 4, lastLaunch: { launched: 4 } }]);
    expect(world.telemetry.published.get(metricNames.workersInterrupted)).toBe(1);
  });
});

describe('a tick of one worker type alone', () => {
  it('leaves a boot that it sees first to be measured by the next tick of all', async () => {
    const world = aWorld();
    world.backlog.set(QUEUE, { pendingTasks: 1 });
    await run(world);
    world.clock.advance(10_000);
    await run(world);
    world.clock.advance(5_000);
    for (const { workerId } of world.fleet.truth) world.fleet.setState(workerId, 'running');
    await run(world, { only: 'build' });
    world.clock.advance(5_000);
    await run(world);
    world.clock.advance(10_000);
    await run(world);
    expect(world.telemetry.measured.get(metricNames.bootSeconds)).toEqual([20]);
  });
});

describe('a worker type that is deleted', () => {
  it('takes its pause with it: one of the same name that comes later is another one', async () => {
    const world = aWorld();
    world.backlog.set(QUEUE, { pendingTasks: 3 });
    await world.controls.save({ workerType: 'build', pause: { note: 'broken image', by: 'ana', at: NOW } });
    await world.controls.save({ workerType: 'other', pause: { note: 'n', by: 'ana', at: NOW } });
    await run(world);
    expect(world.fleet.truth).toEqual([]);
    await world.workerTypes.remove('build', 1);
    await run(world);
    expect((await world.controls.load()).map(({ workerType }) => workerType)).toEqual(['other']);
    world.workerTypes.putRaw('build', aDocument());
    await run(world);
    expect(world.fleet.truth).toHaveLength(3);
  });
});
