/** What limits the requests to one region says nothing of another one. */
import { describe, expect, it } from 'vitest';
import { anEngine, type Engine, refused, zonesIn } from '../support/an-engine.ts';

const BOTH = zonesIn('us-east-1', 'eu-west-1');
const HOME_THROTTLES: Engine['answer'] = ({ region }) =>
  region === 'us-east-1' ? refused('throttled', 'RequestLimitExceeded') : undefined;
const zonesOf = ({ fleet }: Engine, workerType: string) =>
  fleet.truth.filter((worker) => worker.workerType === workerType).map(({ zone }) => zone);

describe('a throttle in one region', () => {
  it('leaves the launches of types in other regions alone', async () => {
    const names = Array.from({ length: 8 }, (_, index) => `home-${index}`);
    const engine = anEngine([
      ...names.map((workerType) => ({ workerType, pendingTasks: 1 })),
      { workerType: 'z-away', pendingTasks: 1, ...zonesIn('eu-west-1') },
    ]);
    engine.answer = HOME_THROTTLES;
    await engine.run(1);
    expect(zonesOf(engine, 'z-away')).toEqual(['eu-west-1a']);
    expect(engine.orders.filter(({ region }) => region === 'us-east-1').length).toBeLessThanOrEqual(4);
  });

  it('sends a type to its next region in the same tick, and is told when that is short, too', async () => {
    const engine = anEngine([{ ...BOTH, pendingTasks: 3 }]);
    engine.answer = HOME_THROTTLES;
    engine.fleet.settings.poolRoom.set('eu-west-1/subnet-euwest1a/c7g.large/spot', 2);
    await engine.run();
    expect(zonesOf(engine, 'build')).toEqual(['eu-west-1a', 'eu-west-1a']);
    expect((await engine.status())?.decision).toMatch(
      /not more: EC2 throttled an earlier launch of this tick in us-east-1; no pool can be used: eu-west-1a/,
    );
  });

  it('does not bring on-demand instances while spot pools there were not asked', async () => {
    const engine = anEngine([{ ...BOTH, market: { onDemandFallbackMinutes: 0 }, pendingTasks: 3 }]);
    engine.answer = HOME_THROTTLES;
    engine.fleet.settings.poolRoom.set('eu-west-1/subnet-euwest1a/c7g.large/spot', 0);
    await engine.run();
    expect(engine.orders.map(({ region, market }) => `${region} ${market}`)).toEqual([
      'us-east-1 spot',
      'eu-west-1 spot',
    ]);
  });

  it('keeps open orders of that region from being repeated, and no others', async () => {
    const engine = anEngine([
      ...['a', 'b', 'c', 'd', 'e', 'f', 'g'].map((workerType) => ({ workerType, pendingTasks: 1 })),
      { workerType: 'z-away', pendingTasks: 1, ...zonesIn('eu-west-1') },
    ]);
    engine.answer = () => ({ kind: 'no-answer', cause: 'lost' });
    await engine.run();
    engine.orders.length = 0;
    engine.answer = HOME_THROTTLES;
    await engine.run(1);
    expect(zonesOf(engine, 'z-away')).toEqual(['eu-west-1a']);
    expect(engine.orders.filter(({ region }) => region === 'us-east-1').length).toBeLessThanOrEqual(4);
  });
});

it('a used-up budget of one region sends types to their next one in the same tick', async () => {
  const engine = anEngine([{ ...BOTH, pendingTasks: 3 }]);
  await engine.budget.drain('us-east-1');
  await engine.run();
  expect(zonesOf(engine, 'build')).toEqual(['eu-west-1a', 'eu-west-1a', 'eu-west-1a']);
  expect((await engine.status())?.state).toBe('ok');
});

it('a budget that binds serves whoever has waited longest first', async () => {
  const names = Array.from({ length: 60 }, (_, index) => `type-${index}`);
  const engine = anEngine(names.map((workerType) => ({ workerType, maxCapacity: 1000, pendingTasks: 1 })));
  let left = 0;
  engine.budget.take = async () => {
    left -= 1;
    return left >= 0 ? { kind: 'granted' } : { kind: 'exhausted', retryAt: engine.clock.now() };
  };
  for (let ticks = 1; ticks <= 12; ticks += 1) {
    left = 10;
    for (const name of names) engine.pending(name, 2 * ticks);
    await engine.run();
  }
  const served = names.map((name) => engine.orders.filter(({ definition }) => definition.workerType === name).length);
  expect(served).toEqual(names.map(() => 2));
});
