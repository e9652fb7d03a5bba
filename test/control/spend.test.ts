/** The ceiling on spend, whatever the market. */
import { describe, expect, it } from 'vitest';
import { anEngine, zonesIn } from '../support/an-engine.ts';

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
