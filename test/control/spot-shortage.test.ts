/** Since when spot is short: the time until on-demand may help. */
import { describe, expect, it } from 'vitest';
import { secondsAfter } from '../../lib/core/units.ts';
import { anEngine, type Engine, refused, zonesIn } from '../support/an-engine.ts';
import { NOW } from '../support/builders.ts';

const POOL = 'us-east-1/subnet-useast1a/c7g.large/spot';
const FALLBACK = { market: { onDemandFallbackMinutes: 5 } };
const shortSince = async (engine: Engine) => (await engine.status())?.spotShortSince;

/** A type for which spot has been short since NOW; three minutes have passed. */
async function aShortEngine(): Promise<Engine> {
  const engine = anEngine([{ ...FALLBACK, pendingTasks: 4 }]);
  engine.fleet.settings.poolRoom.set(POOL, 0);
  await engine.run(180);
  expect(await shortSince(engine)).toBe(NOW);
  return engine;
}

describe('the time of a shortage', () => {
  it('goes on while our own budget is used up', async () => {
    const engine = await aShortEngine();
    await engine.budget.drain('us-east-1');
    await engine.run(0);
    expect((await engine.status())?.decision).toContain('the launch budget of us-east-1 is used up');
    expect(await shortSince(engine)).toBe(NOW);
  });

  it('goes on while EC2 throttles or does not answer', async () => {
    const engine = await aShortEngine();
    engine.answer = () => refused('throttled', 'RequestLimitExceeded');
    await engine.run();
    expect(await shortSince(engine)).toBe(NOW);
    engine.clock.advance(60_000);
    engine.answer = () => ({ kind: 'no-answer', cause: 'lost' });
    await engine.run();
    expect(await shortSince(engine)).toBe(NOW);
  });

  it.each([
    [
      'backlog',
      (engine: Engine) => {
        engine.backlog.read = async () => ({ kind: 'unknown', reason: 'AccessDenied' });
      },
    ],
    ['workers', (engine: Engine) => void engine.fleet.settings.unreadRegions.set('us-east-1', 'RequestTimeout')],
  ])('goes on while the %s cannot be read', async (_what, spoil) => {
    const engine = await aShortEngine();
    spoil(engine);
    await engine.run();
    expect(await shortSince(engine)).toBe(NOW);
  });

  it('goes on while an order without an answer counts as supply, and is over when its workers are there', async () => {
    const engine = await aShortEngine();
    engine.answer = () => ({ kind: 'no-answer', cause: 'lost' });
    for (let ticks = 0; ticks < 3; ticks += 1) {
      await engine.run();
      expect(engine.orders.at(-1)?.launchId).toBe(engine.orders[1]?.launchId);
      expect(await shortSince(engine)).toBe(NOW);
    }
    engine.answer = undefined;
    engine.fleet.settings.poolRoom.clear();
    await engine.run();
    expect(engine.fleet.truth).toHaveLength(4);
    expect(await shortSince(engine)).toBeUndefined();
  });

  it('goes on while on-demand serves what spot cannot', async () => {
    const engine = await aShortEngine();
    engine.clock.advance(120_000);
    await engine.run();
    expect(engine.fleet.truth.map(({ market }) => market)).toEqual(Array.from({ length: 4 }, () => 'on-demand'));
    expect(await shortSince(engine)).toBe(NOW);
  });

  it('is over when spot gives all that is asked of it', async () => {
    const engine = await aShortEngine();
    engine.fleet.settings.poolRoom.clear();
    await engine.run();
    expect(engine.fleet.truth).toHaveLength(4);
    expect(await shortSince(engine)).toBeUndefined();
  });

  it('is over when somebody pauses or disables the type', async () => {
    const engine = await aShortEngine();
    await engine.controls.save({ workerType: 'build', pause: { by: 'ana', at: engine.clock.now(), note: 'stop' } });
    await engine.run(7 * 86_400);
    expect(await shortSince(engine)).toBeUndefined();
    await engine.controls.save({ workerType: 'build', clearedAt: engine.clock.now() });
    await engine.run();
    expect(engine.orders.at(-1)?.market).toBe('spot');
    expect(await shortSince(engine)).toBe(secondsAfter(NOW, 180 + 7 * 86_400));
  });
});

describe('a shortage in one of two regions', () => {
  const BOTH = { ...zonesIn('us-east-1', 'eu-west-1'), ...FALLBACK };
  const marketsOf = ({ fleet }: Engine) => fleet.truth.map(({ zone, market }) => `${zone} ${market}`);
  /** Spot is dry in one region; in the other one nothing can be launched. */
  function aDryEngine(dry: 'us-east-1' | 'eu-west-1'): Engine {
    const engine = anEngine([{ ...BOTH, pendingTasks: 1 }]);
    engine.fleet.settings.poolRoom.set(`${dry}/subnet-${dry.replaceAll('-', '')}a/c7g.large/spot`, 0);
    engine.answer = ({ region }) => (region === dry ? undefined : refused('throttled', 'RequestLimitExceeded'));
    return engine;
  }

  it.each(['us-east-1', 'eu-west-1'] as const)(
    '(%s) runs although the other one throttles, and brings on-demand',
    async (dry) => {
      const engine = aDryEngine(dry);
      for (let minute = 0; minute < 5; minute += 1) {
        await engine.run(60);
        expect(await shortSince(engine)).toBe(NOW);
        expect(engine.fleet.truth).toEqual([]);
      }
      await engine.run();
      expect(marketsOf(engine)).toEqual([`${dry}a on-demand`]);
    },
  );

  it('without a time to wait brings on-demand beside a throttle when spot was short before, not at once', async () => {
    const engine = anEngine([{ ...BOTH, market: { onDemandFallbackMinutes: 0 }, pendingTasks: 1 }]);
    engine.fleet.settings.poolRoom.set('eu-west-1/subnet-euwest1a/c7g.large/spot', 0);
    engine.answer = ({ region }) => (region === 'us-east-1' ? refused('throttled', 'RequestLimitExceeded') : undefined);
    await engine.run(20);
    expect(engine.fleet.truth).toEqual([]);
    await engine.run();
    expect(marketsOf(engine)).toEqual(['eu-west-1a on-demand']);
  });

  it('does not begin while our own budget keeps the other one from being asked', async () => {
    const engine = aDryEngine('eu-west-1');
    for (let minute = 0; minute < 10; minute += 1) {
      await engine.budget.drain('us-east-1');
      await engine.run(60);
      expect(await shortSince(engine)).toBeUndefined();
    }
    expect(engine.fleet.truth).toEqual([]);
  });

  it('is none where the other one gives all that is asked of it', async () => {
    const engine = aDryEngine('us-east-1');
    engine.answer = undefined;
    await engine.run();
    expect(marketsOf(engine)).toEqual(['eu-west-1a spot']);
    expect(await shortSince(engine)).toBeUndefined();
  });
});

describe('a type that only its own limits keep short', () => {
  it.each([
    ['a throttle', () => refused('throttled', 'RequestLimitExceeded')],
    ['a lost answer', () => ({ kind: 'no-answer', cause: 'lost' }) as const],
  ])('or %s has no shortage of spot', async (_what, answer) => {
    const engine = anEngine([{ ...FALLBACK, pendingTasks: 4 }]);
    engine.answer = answer;
    await engine.run();
    expect(await shortSince(engine)).toBeUndefined();
  });

  it.each([
    ['its launch rate', { maxLaunchesPerMinute: 2 }],
    ['its ceiling of spend', { maxPriceUsdPerHour: 0.1, maxSpendUsdPerHour: 0.2 }],
    ['the room under its maximum', { maxCapacity: 3, instanceTypes: [{ instanceType: 'c7g.large', capacity: 2 }] }],
  ])('by %s has no shortage of spot', async (_what, limits) => {
    const engine = anEngine([{ ...FALLBACK, ...limits, pendingTasks: 60 }]);
    for (let ticks = 0; ticks < 36; ticks += 1) {
      await engine.run();
      expect(await shortSince(engine)).toBeUndefined();
    }
    expect(engine.fleet.truth.every(({ market }) => market === 'spot')).toBe(true);
  });
});
