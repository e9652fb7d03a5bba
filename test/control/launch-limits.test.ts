import { describe, expect, it } from 'vitest';
import type { LaunchOutcome } from '../../lib/control/ports.ts';
import { tick } from '../../lib/control/provision.ts';
import { secondsAfter } from '../../lib/core/units.ts';
import { memoryWorld } from '../../lib/memory/memory-world.ts';
import { aDocument, aWorker, NOW } from '../support/builders.ts';

const QUEUE = 'https://sqs.us-east-1.amazonaws.com/123456789012/acme-build';

/** One type in one zone. While `isSilent`, EC2 launches what it is asked for and its answers are lost. */
function aWorld(document: Record<string, unknown>, pendingTasks: number) {
  const world = memoryWorld(NOW);
  const regions = [{ zones: [{ subnetId: 'subnet-useast1a', availabilityZone: 'us-east-1a' }] }];
  world.workerTypes.putRaw('build', aDocument({ queueUrls: [QUEUE], regions, ...document }));
  world.backlog.set(QUEUE, { pendingTasks });
  world.fleet.settings.visibilityLagMs = 120_000;
  const ec2 = { isSilent: true, launches: true };
  const launch = world.fleet.launch.bind(world.fleet);
  world.fleet.launch = async (order): Promise<LaunchOutcome> => {
    if (!ec2.isSilent) return launch(order);
    if (ec2.launches) await launch(order);
    return { kind: 'no-answer', cause: 'the answer was lost' };
  };
  const run = async (ticks = 1) => {
    for (let index = 0; index < ticks; index += 1) {
      await tick(world, {
        holder: `tick-${world.clock.now()}`,
        homeRegion: 'us-east-1',
        regions: ['us-east-1', 'eu-west-1'],
      });
      world.clock.advance(10_000);
    }
  };
  const decision = async () => (await world.board.load()).workerTypes[0]?.decision;
  return { ...world, ec2, run, decision };
}

describe('an order whose answer is lost', () => {
  it.each([
    ['the ceiling of spend', { maxPriceUsdPerHour: 0.1, maxSpendUsdPerHour: 0.5 }, 5],
    ['the launch rate', { maxLaunchesPerMinute: 5 }, 5],
    ['the on-demand base', { market: { onDemandBaseCapacity: 5 } }, 5],
  ])('counts against %s in the ticks after it', async (what, limits, most) => {
    const world = aWorld({ maxCapacity: 100, ...limits }, 50);
    await world.run(6);
    const counted = world.fleet.truth.filter(({ market }) => what !== 'the on-demand base' || market === 'on-demand');
    expect(counted).toHaveLength(most);
  });

  it('keeps a small record when many pools refuse it at last, and each of them is left alone', async () => {
    const instanceTypes = Array.from({ length: 9 }, (_, index) => ({ instanceType: `c${index}g.large` }));
    const world = aWorld({ instanceTypes }, 1);
    world.ec2.launches = false;
    await world.run();
    world.ec2.isSilent = false;
    world.fleet.settings.room = 0;
    await world.run();
    const [record] = await world.ledger.recent(NOW);
    expect(record?.state).toBe('closed');
    expect(record?.refusals[0]?.pools).toHaveLength(5);
    expect(await world.poolMemory.load()).toHaveLength(9);
  });

  it('is not repeated while the type is paused, and is counted all the same', async () => {
    const world = aWorld({}, 3);
    world.ec2.launches = false;
    await world.run();
    world.ec2.isSilent = false;
    await world.controls.save({ workerType: 'build', pause: { by: 'ada', at: world.clock.now(), note: 'stop' } });
    await world.run();
    expect(world.fleet.truth).toEqual([]);
    expect((await world.board.load()).workerTypes[0]?.capacity).toMatchObject({ launching: 3 });
    await world.controls.save({ workerType: 'build' });
    await world.run();
    expect(world.fleet.truth).toHaveLength(3);
  });
});

it('workers of a region that left the definition count while that region cannot be read', async () => {
  const world = aWorld({ maxCapacity: 10 }, 50);
  world.ec2.isSilent = false;
  for (let index = 0; index < 10; index += 1)
    world.fleet.put(aWorker({ workerId: `i-${index}`, zone: 'eu-west-1a', launchedAt: secondsAfter(NOW, -900) }));
  await world.run();
  world.fleet.settings.unreadRegions.set('eu-west-1', 'RequestTimeout');
  await world.run(3);
  expect(world.fleet.truth).toHaveLength(10);
  expect(await world.decision()).toContain('eu-west-1: RequestTimeout');
});

describe('the breaker', () => {
  const dead = (index: number, definitionVersion: number) =>
    aWorker({
      workerId: `i-${index}`,
      state: 'stopped',
      launchedAt: secondsAfter(NOW, -300),
      stoppedAt: secondsAfter(NOW, -270),
      endCode: 'Client.InstanceInitiatedShutdown',
      definitionVersion,
    });

  it('tries one worker at a time', async () => {
    const world = aWorld({ maxCapacity: 100 }, 50);
    world.ec2.isSilent = false;
    for (let index = 0; index < 6; index += 1) world.fleet.put(dead(index, 1));
    await world.run(10);
    expect(world.fleet.truth.filter(({ state }) => state !== 'stopped')).toHaveLength(1);
    expect(await world.decision()).toContain('one worker is being tried');
  });

  it('is closed when somebody resumes the type', async () => {
    const world = aWorld({ maxCapacity: 100 }, 50);
    world.ec2.isSilent = false;
    for (let index = 0; index < 12; index += 1) world.fleet.put(dead(index, 1));
    await world.run();
    expect(await world.decision()).toContain('to see whether workers live again');
    await world.controls.save({ workerType: 'build', clearedAt: world.clock.now() });
    await world.run();
    expect(world.fleet.truth.filter(({ state }) => state !== 'stopped')).toHaveLength(50);
  });

  it('is closed by a changed definition', async () => {
    const world = aWorld({ maxCapacity: 100, version: 2 }, 50);
    world.ec2.isSilent = false;
    for (let index = 0; index < 12; index += 1) world.fleet.put(dead(index, 1));
    await world.run();
    expect(world.fleet.truth.filter(({ state }) => state !== 'stopped')).toHaveLength(50);
  });
});
