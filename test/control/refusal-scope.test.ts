/** Whom a refusal concerns, and whom it leaves alone. */
import { describe, expect, it } from 'vitest';
import { anEngine, aZone, type Engine, refused, refusedPools } from '../support/an-engine.ts';

const TWO_ZONES = { regions: [{ zones: [aZone('us-east-1', 'a'), aZone('us-east-1', 'b')] }] };
const ordersOf = ({ orders }: Engine, workerType: string) =>
  orders.filter(({ definition }) => definition.workerType === workerType);

describe('a quota', () => {
  it('of one family of instance types stops those types in every subnet, and no others', async () => {
    const engine = anEngine([
      { workerType: 'gpu', instanceTypes: [{ instanceType: 'p4d.24xlarge' }], pendingTasks: 1 },
      { workerType: 'gpu-too', ...TWO_ZONES, instanceTypes: [{ instanceType: 'p4d.24xlarge' }], pendingTasks: 0 },
      { pendingTasks: 0 },
    ]);
    engine.answer = (order) =>
      order.pools.some(({ instanceType }) => instanceType.startsWith('p4d'))
        ? refusedPools(order, 'quota', 'MaxSpotInstanceCountExceeded')
        : undefined;
    await engine.run();
    expect(await engine.poolMemory.load()).toMatchObject([
      { region: 'us-east-1', market: 'spot', instanceType: 'p4d.24xlarge', code: 'MaxSpotInstanceCountExceeded' },
    ]);
    engine.pending('build', 3);
    engine.pending('gpu-too', 3);
    await engine.run();
    expect(engine.fleet.truth.map(({ workerType }) => workerType)).toEqual(['build', 'build', 'build']);
    expect(ordersOf(engine, 'gpu-too')).toEqual([]);
  });

  it('of a whole call, which names no pool, stops the market of the region for all types', async () => {
    const engine = anEngine([
      { workerType: 'a', pendingTasks: 1 },
      { workerType: 'b', instanceTypes: [{ instanceType: 'm7g.large' }], pendingTasks: 0 },
    ]);
    engine.answer = () => refused('quota', 'MaxSpotInstanceCountExceeded');
    await engine.run();
    engine.answer = undefined;
    engine.pending('b', 1);
    await engine.run();
    expect(engine.orders).toHaveLength(1);
    expect((await engine.status('b'))?.decision).toContain('EC2 said MaxSpotInstanceCountExceeded');
  });
});

it('kinds of instances beyond what one request takes are asked for when the first ones are dry', async () => {
  const instanceTypes = Array.from({ length: 60 }, (_, index) => ({
    instanceType: `c${index}g.large`,
    capacity: index + 1,
  }));
  const engine = anEngine([{ instanceTypes, maxCapacity: 1000, pendingTasks: 5 }]);
  for (const { instanceType } of instanceTypes.slice(0, 55))
    engine.fleet.settings.poolRoom.set(`us-east-1/subnet-useast1a/${instanceType}/spot`, 0);
  await engine.run();
  expect(engine.orders.map(({ pools }) => pools.length)).toEqual([50, 10]);
  expect(engine.fleet.truth).toHaveLength(1);
});
