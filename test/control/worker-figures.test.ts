import { describe, expect, it } from 'vitest';
import { tick } from '../../lib/control/provision.ts';
import { type MetricName, metricNames } from '../../lib/control/telemetry.ts';
import { secondsAfter } from '../../lib/core/units.ts';
import type { Worker } from '../../lib/core/worker.ts';
import { type MemoryWorld, memoryWorld } from '../../lib/memory/memory-world.ts';
import { aDefinition, aDocument, aWorker, HOME, NOW, someWorkers } from '../support/builders.ts';

const [QUEUE = ''] = aDefinition().queueUrls;
const ZONES = { regions: [{ zones: [{ subnetId: 'subnet-aaaa', availabilityZone: 'us-east-1a' }] }] };

function aWorld(changes: Record<string, unknown> = {}): MemoryWorld {
  const world = memoryWorld(NOW);
  world.workerTypes.putRaw('build', aDocument({ ...ZONES, ...changes }));
  world.backlog.set(QUEUE, { pendingTasks: 0 });
  return world;
}

/** A tick, and then a minute. */
async function run(world: MemoryWorld, seconds = 60): Promise<void> {
  await tick(world, { holder: `tick-${world.clock.now()}`, ...HOME });
  world.clock.advance(seconds * 1000);
}

const published = ({ telemetry }: MemoryWorld, name: keyof typeof metricNames): number | undefined =>
  telemetry.published.get(metricNames[name] as MetricName);
const measured = ({ telemetry }: MemoryWorld, name: keyof typeof metricNames): number[] =>
  telemetry.measured.get(metricNames[name] as MetricName) ?? [];
const figuresOf = async ({ board }: MemoryWorld) =>
  (await board.load()).workerTypes.find(({ workerType }) => workerType === 'build')?.workers;

const ended = (endCode: string, changes: Partial<Worker> = {}): Worker =>
  aWorker({ state: 'stopped', stoppedAt: secondsAfter(NOW, 1), endCode, ...changes });

describe('what happened to workers', () => {
  it('interruptions and useless workers are counted once over ticks, and the status shows them for an hour', async () => {
    const world = aWorld();
    await run(world);
    world.fleet.put(ended('Server.SpotInstanceTermination'));
    for (const _ of [1, 2, 3]) world.fleet.put(ended('Client.InstanceInitiatedShutdown'));
    for (let minute = 0; minute < 20; minute += 1) await run(world);
    expect(published(world, 'workersInterrupted')).toBe(1);
    expect(published(world, 'workersUseless')).toBe(3);
    expect(await figuresOf(world)).toMatchObject({ interruptedLastHour: 1, uselessLastHour: 3 });
    await run(world, 3600);
    await run(world);
    expect(await figuresOf(world)).toMatchObject({ interruptedLastHour: 0, uselessLastHour: 0 });
  });

  it('are counted over a tick that died before it left its report, and not twice', async () => {
    const world = aWorld();
    await run(world);
    world.fleet.put(ended('Server.SpotInstanceTermination'));
    await run(world, 240);
    const { saveTick } = world.board;
    world.board.saveTick = () => Promise.reject(new Error('killed'));
    await expect(run(world)).rejects.toThrow('killed');
    world.clock.advance(60_000);
    world.board.saveTick = saveTick;
    expect(published(world, 'workersInterrupted')).toBeUndefined();
    await run(world);
    await run(world);
    expect(published(world, 'workersInterrupted')).toBe(1);
  });

  it('nothing is counted where it is not known when the last tick was', async () => {
    const world = aWorld();
    world.fleet.put(ended('Server.SpotInstanceTermination'));
    world.fleet.put(aWorker());
    world.clock.advance(600_000);
    await run(world);
    expect(published(world, 'workersInterrupted')).toBeUndefined();
    expect(measured(world, 'bootSeconds')).toEqual([]);
  });
});

describe('the time that workers take', () => {
  it('a boot is measured once, when a tick first sees the worker run', async () => {
    const world = aWorld();
    world.backlog.set(QUEUE, { pendingTasks: 2 });
    await run(world, 10);
    await run(world, 10);
    const [first, second] = world.fleet.truth;
    world.fleet.setState(first?.workerId ?? '', 'running');
    await run(world, 10);
    world.fleet.setState(second?.workerId ?? '', 'running');
    for (let index = 0; index < 5; index += 1) await run(world, 10);
    expect(measured(world, 'bootSeconds')).toEqual([20, 30]);
  });

  it('also when it took less than a tick', async () => {
    const world = aWorld();
    world.backlog.set(QUEUE, { pendingTasks: 1 });
    await run(world);
    world.fleet.setState(world.fleet.truth[0]?.workerId ?? '', 'running');
    for (let index = 0; index < 5; index += 1) await run(world);
    expect(measured(world, 'bootSeconds')).toEqual([60]);
  });

  it('a launch takes from its intent to the answer of EC2', async () => {
    const world = aWorld();
    world.backlog.set(QUEUE, { pendingTasks: 1 });
    const { fleet } = world;
    const launch = fleet.launch.bind(fleet);
    fleet.launch = (order) => {
      world.clock.advance(2500);
      return launch(order);
    };
    await run(world);
    expect(measured(world, 'launchSeconds')).toEqual([2.5]);
  });

  it('booting capacity is what of the supply does not run', async () => {
    const world = aWorld();
    for (const worker of someWorkers(2, { state: 'booting', capacity: 3 })) world.fleet.put(worker);
    world.fleet.put(aWorker());
    await run(world);
    expect(published(world, 'bootingCapacity')).toBe(6);
  });
});

describe('what workers cost', () => {
  it('is summed over types, with those counted that have no price', async () => {
    const world = aWorld();
    world.prices.set('us-east-1', 'linux', 'us-east-1a', 'c7g.large', 0.04123);
    world.workerTypes.putRaw('other', aDocument({ ...ZONES, workerType: 'other', maxPriceUsdPerHour: 0.5 }));
    for (const worker of someWorkers(2)) world.fleet.put(worker);
    world.fleet.put(aWorker({ market: 'on-demand' }));
    world.fleet.put(aWorker({ workerType: 'other', market: 'on-demand' }));
    await run(world);
    expect(published(world, 'spendUsdPerHour')).toBeCloseTo(0.58246);
    expect(await figuresOf(world)).toMatchObject({ spendUsdPerHour: 0.082, unpricedWorkers: 1 });
  });

  it('is unknown, and not less, when a region cannot be listed', async () => {
    const world = aWorld();
    world.prices.set('us-east-1', 'linux', 'us-east-1a', 'c7g.large', 0.04);
    world.fleet.put(aWorker());
    world.fleet.settings.unreadRegions.set('us-east-1', 'outage');
    await run(world);
    expect(published(world, 'spendUsdPerHour')).toBeUndefined();
    expect(await figuresOf(world)).toBeUndefined();
  });
});

describe('the status', () => {
  it('is not written again while the figures stay, and new figures are no new decision', async () => {
    const world = aWorld();
    world.prices.set('us-east-1', 'linux', 'us-east-1a', 'c7g.large', 0.04);
    world.fleet.put(aWorker());
    await run(world);
    const { changedAt } = (await world.board.load()).workerTypes[0] ?? {};
    world.prices.set('us-east-1', 'linux', 'us-east-1a', 'c7g.large', 0.0401);
    await run(world);
    expect((await world.board.load()).workerTypes[0]?.changedAt).toBe(changedAt);
    world.prices.set('us-east-1', 'linux', 'us-east-1a', 'c7g.large', 0.06);
    await run(world);
    expect(await figuresOf(world)).toMatchObject({ spendUsdPerHour: 0.06 });
    expect(await world.decisions.latest('build', 10)).toHaveLength(1);
  });
});
