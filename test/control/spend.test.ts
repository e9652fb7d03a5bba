/** The ceiling on spend, whatever the market. */
import { describe, expect, it } from 'vitest';
import { secondsAfter } from '../../lib/core/units.ts';
import { anEngine, type Engine, zonesIn } from '../support/an-engine.ts';
import { aWorker, NOW } from '../support/builders.ts';

const CEILINGS = { maxPriceUsdPerHour: 0.05, maxSpendUsdPerHour: 1 };

describe('on-demand instances and maxSpendUsdPerHour', () => {
  it('count with the on-demand price that the definition states, times utility', async () => {
    const engine = anEngine([
      {
        ...CEILINGS,
        market: { onDemandBaseCapacity: 100, onDemandPriceUsdPerHour: 0.08 },
        instanceTypes: [{ instanceType: 'c7g.large', utility: 2 }],
        pendingTasks: 50,
      },
    ]);
    await engine.run();
    // Six for 0.96, and nothing for the rest: a spot instance may cost 0.10.
    expect(engine.fleet.truth.map(({ market }) => market)).toEqual(Array.from({ length: 6 }, () => 'on-demand'));
    for (let ticks = 0; ticks < 3; ticks += 1) await engine.run();
    expect(engine.fleet.truth).toHaveLength(6);
  });

  it('count with it while EC2 has not answered, too', async () => {
    const engine = anEngine([
      { ...CEILINGS, market: { onDemandBaseCapacity: 100, onDemandPriceUsdPerHour: 0.08 }, pendingTasks: 50 },
    ]);
    engine.answer = () => ({ kind: 'no-answer', cause: 'lost' });
    for (let ticks = 0; ticks < 3; ticks += 1) await engine.run();
    // Twelve for 0.96: beside them there is no room for a further order.
    expect(new Set(engine.orders.map(({ launchId }) => launchId)).size).toBe(1);
    expect(engine.orders[0]?.targetCapacity).toBe(12);
  });
});

describe('when little is left to spend', () => {
  it('a dear pool does not keep a cheap one from being used', async () => {
    const engine = anEngine([
      {
        maxPriceUsdPerHour: 1,
        maxSpendUsdPerHour: 0.5,
        instanceTypes: [{ instanceType: 'c7g.large', utility: 0.1 }, { instanceType: 'c7g.24xlarge' }],
        pendingTasks: 8,
      },
    ]);
    await engine.run();
    expect(engine.fleet.truth.map(({ instanceType }) => instanceType)).toEqual(
      Array.from({ length: 5 }, () => 'c7g.large'),
    );
    expect((await engine.status())?.decision).toContain(
      'maxSpendUsdPerHour 0.5 leaves too little for another instance',
    );
  });

  it('the dear pools of a later region do not count in the first one', async () => {
    const engine = anEngine([
      { ...zonesIn('us-east-1', 'eu-west-1'), maxPriceUsdPerHour: 1, maxSpendUsdPerHour: 1, pendingTasks: 8 },
    ]);
    engine.prices.set('us-east-1', 'linux', 'us-east-1a', 'c7g.large', 0.125);
    await engine.run();
    expect(engine.fleet.truth.map(({ zone }) => zone)).toEqual(Array.from({ length: 8 }, () => 'us-east-1a'));
  });
});

describe('workers of an instance type that left the definition', () => {
  const LARGE = 'p4d.24xlarge';
  const SMALL = 'c7g.large';
  const REPLACED = {
    version: 2,
    maxPriceUsdPerHour: 0.3,
    maxSpendUsdPerHour: 130,
    maxCapacity: 10_000,
    pendingTasks: 500,
  };

  /** Ten of the large type are there; the definition has the small one now, for USD 0.30. */
  function aReplacement(changes: object = {}, worker: object = {}): Engine {
    const engine = anEngine([{ ...REPLACED, instanceTypes: [{ instanceType: SMALL }], ...changes }]);
    engine.prices.set('us-east-1', 'linux', 'us-east-1a', SMALL, 0.3);
    const launchedAt = secondsAfter(NOW, -600);
    for (let index = 0; index < 10; index += 1)
      engine.fleet.put(aWorker({ instanceType: LARGE, definitionVersion: 1, launchedAt, ...worker }));
    return engine;
  }
  const launched = ({ fleet }: Engine) => fleet.truth.filter(({ instanceType }) => instanceType === SMALL).length;

  it.each([
    ['a region that it names', 'us-east-1'],
    ['a region that left it, too', 'eu-west-1'],
  ])('count with their present price in %s', async (_what, region) => {
    const engine = aReplacement({}, { zone: `${region}a` });
    engine.prices.set(region, 'linux', `${region}a`, LARGE, 12);
    await engine.run();
    // 120 of 130 are spent: 33 more at 0.30 are 9.90.
    expect(launched(engine)).toBe(33);
    expect((await engine.status())?.workers).toMatchObject({ unpricedWorkers: 0 });
  });

  it('count before the list shows them', async () => {
    const engine = anEngine([
      { ...REPLACED, version: 1, maxPriceUsdPerHour: 13, pendingTasks: 10, instanceTypes: [{ instanceType: LARGE }] },
    ]);
    engine.fleet.settings.visibilityLagMs = 60_000;
    engine.prices.set('us-east-1', 'linux', 'us-east-1a', LARGE, 12);
    engine.prices.set('us-east-1', 'linux', 'us-east-1a', SMALL, 0.3);
    await engine.run();
    const [stored] = await engine.workerTypes.list();
    engine.workerTypes.putRaw('build', {
      ...Object(stored?.document),
      version: 2,
      maxPriceUsdPerHour: 0.3,
      instanceTypes: [{ instanceType: SMALL }],
    });
    engine.pending('build', 500);
    await engine.run();
    expect(launched(engine)).toBe(33);
  });

  it.each([
    ['spot', 'whose price is not known'],
    ['on-demand', 'whose price nobody looks up'],
  ] as const)('launched as %s, %s, let nothing be added, and the decision says the way out', async (market, _why) => {
    const engine = aReplacement({ market: { onDemandPriceUsdPerHour: 0.3 } }, { market });
    await engine.run();
    expect(launched(engine)).toBe(0);
    expect((await engine.status())?.workers).toMatchObject({ unpricedWorkers: 10 });
    expect((await engine.status())?.decision).toContain(
      'what workers of p4d.24xlarge cost is not known: nothing is added under maxSpendUsdPerHour 130 until they are gone ' +
        'or instanceTypes names them again, with weight 0 if need be',
    );
  });

  it('count with their ceiling when the definition names them again, with weight 0', async () => {
    const instanceTypes = [{ instanceType: SMALL }, { instanceType: LARGE, utility: 40, weight: 0 }];
    const engine = aReplacement({ instanceTypes });
    await engine.run();
    // 0.30 x 40 is the ceiling of each of the ten.
    expect(launched(engine)).toBe(33);
  });

  it('keep nothing from being launched without a ceiling', async () => {
    const engine = aReplacement({ maxSpendUsdPerHour: undefined });
    await engine.run();
    expect(launched(engine)).toBe(490);
  });
});
