import { describe, expect, it } from 'vitest';
import { metricNames } from '../../lib/control/telemetry.ts';
import { secondsAfter } from '../../lib/core/units.ts';
import { aDocument, aWorker, NOW } from '../support/builders.ts';
import { anEngine, QUEUE, statusOf, subnetsOf, TWO_REGIONS, TWO_ZONES } from '../support/one-type-engine.ts';

describe('prices (rows 13 and 50)', () => {
  it('a pool above the ceiling is not asked for; one whose price is not known is', async () => {
    const engine = anEngine({ ...TWO_ZONES, maxPriceUsdPerHour: 0.05 }, 1);
    engine.prices.set('us-east-1', 'linux', 'us-east-1a', 'c7g.large', 0.06);
    await engine.run();
    expect(engine.orders.map(subnetsOf)).toEqual([['subnet-useast1b']]);
    expect((await engine.decisions.latest('build', 1))[0]).toMatchObject({
      rejectedPools: ['us-east-1a/c7g.large spot: costs 0.06 USD an hour, the ceiling is 0.05 USD'],
      usablePools: ['us-east-1b/c7g.large spot: price unknown'],
    });
  });

  it('the utility of a type raises its ceiling', async () => {
    const engine = anEngine(
      { ...TWO_ZONES, maxPriceUsdPerHour: 0.05, instanceTypes: [{ instanceType: 'c7g.large', utility: 2 }] },
      1,
    );
    engine.prices.set('us-east-1', 'linux', 'us-east-1a', 'c7g.large', 0.09);
    await engine.run();
    expect(subnetsOf(engine.orders[0])).toEqual(['subnet-useast1a', 'subnet-useast1b']);
  });

  it('a Windows type goes by Windows prices', async () => {
    const engine = anEngine({ ...TWO_ZONES, platform: 'windows', maxPriceUsdPerHour: 0.05 }, 1);
    engine.prices.set('us-east-1', 'linux', 'us-east-1a', 'c7g.large', 0.02);
    engine.prices.set('us-east-1', 'windows', 'us-east-1a', 'c7g.large', 0.07);
    await engine.run();
    expect(engine.orders.map(subnetsOf)).toEqual([['subnet-useast1b']]);
  });

  it('the cheaper region comes first where the definition wants it', async () => {
    const engine = anEngine({ ...TWO_REGIONS, regionOrder: 'price' }, 1);
    engine.prices.set('us-east-1', 'linux', 'us-east-1a', 'c7g.large', 0.06);
    engine.prices.set('eu-west-1', 'linux', 'eu-west-1a', 'c7g.large', 0.04);
    await engine.run();
    expect(engine.orders.map(({ region }) => region)).toEqual(['eu-west-1']);
  });

  it('prices that cannot be read keep nothing from being launched', async () => {
    const engine = anEngine({ ...TWO_ZONES, maxPriceUsdPerHour: 0.05 }, 1);
    engine.prices.unreadable.add('us-east-1');
    await engine.run();
    expect(engine.fleet.truth).toHaveLength(1);
  });

  it('a ceiling on spend stops launches before it is passed, and says so', async () => {
    const engine = anEngine({ ...TWO_ZONES, maxPriceUsdPerHour: 0.1, maxSpendUsdPerHour: 0.35 }, 10);
    engine.prices.set('us-east-1', 'linux', 'us-east-1a', 'c7g.large', 0.045);
    await engine.run();
    // The pool in zone b has no known price and counts with its ceiling: three for 0.30. Zone a alone gives seven.
    expect(engine.fleet.truth.map(({ zone: where }) => where)).toEqual(Array.from({ length: 7 }, () => 'us-east-1a'));
    for (let index = 0; index < 5; index += 1) await engine.run();
    const spend = engine.fleet.truth.length * 0.045;
    expect(spend).toBeLessThanOrEqual(0.35);
    expect(await statusOf(engine)).toMatchObject({
      state: 'short',
      decision: expect.stringContaining('maxSpendUsdPerHour 0.35'),
    });
  });
});

describe('rates and fairness (rows 19, 20)', () => {
  it('launches no more than maxLaunchesPerMinute within any minute', async () => {
    const engine = anEngine({ ...TWO_ZONES, maxLaunchesPerMinute: 3 }, 10);
    const counts: number[] = [];
    for (let index = 0; index < 24; index += 1) {
      await engine.run();
      counts.push(engine.fleet.truth.length);
    }
    expect(counts[5]).toBe(3);
    expect(counts[6]).toBe(6);
    expect(counts.at(-1)).toBe(10);
  });

  it('a type that needs 1 is served in the first round beside one that needs 1000', async () => {
    const engine = anEngine({ ...TWO_ZONES, maxCapacity: 2000 }, 1000);
    engine.workerTypes.putRaw('zeta', aDocument({ workerType: 'zeta', queueUrls: [`${QUEUE}-zeta`], ...TWO_ZONES }));
    engine.backlog.set(`${QUEUE}-zeta`, { pendingTasks: 1 });
    await engine.run();
    const small = engine.orders.findIndex(({ definition }) => definition.workerType === 'zeta');
    expect(small).toBeGreaterThanOrEqual(0);
    expect(small).toBeLessThan(2);
    expect(engine.fleet.truth.filter(({ workerType }) => workerType === 'zeta')).toHaveLength(1);
    expect(engine.fleet.truth).toHaveLength(1001);
  });

  it('the launch budget of a region outlives ticks, binds all types, and counts when it binds', async () => {
    const engine = anEngine(TWO_ZONES, 1);
    for (let index = 0; index < 60; index += 1) {
      engine.workerTypes.putRaw(`t${index}`, aDocument({ workerType: `t${index}`, queueUrls: [QUEUE], ...TWO_ZONES }));
    }
    await engine.run(0);
    expect(engine.orders).toHaveLength(40);
    expect(engine.telemetry.published.get(metricNames.launchBudgetExhausted)).toBe(21);
    await engine.run(0);
    expect(engine.orders).toHaveLength(40);
    engine.clock.advance(5_000);
    await engine.run();
    expect(engine.orders).toHaveLength(60);
    expect(new Set(engine.fleet.truth.map(({ workerType }) => workerType)).size).toBe(60);
  });

  it('a throttle ends the launches of the tick and slows the next ones', async () => {
    const engine = anEngine(TWO_ZONES, 1);
    for (let index = 0; index < 20; index += 1) {
      engine.workerTypes.putRaw(`t${index}`, aDocument({ workerType: `t${index}`, queueUrls: [QUEUE], ...TWO_ZONES }));
    }
    const launch = engine.fleet.launch.bind(engine.fleet);
    engine.fleet.launch = async () => ({
      kind: 'refused',
      refusal: { class: 'throttled', code: 'RequestLimitExceeded', message: '' },
    });
    await engine.run(1);
    engine.fleet.launch = launch;
    await engine.run(1);
    expect(engine.orders.length).toBeLessThanOrEqual(4);
    await engine.run(30);
    await engine.run();
    expect(engine.fleet.truth).toHaveLength(21);
  });
});

describe('the breaker for useless workers (row 18)', () => {
  const ended = (index: number, lifeSeconds: number, endCode: string) => {
    const launchedAt = secondsAfter(NOW, -600 + index * 10);
    return aWorker({
      workerId: `i-dead-${index}`,
      state: 'stopped',
      launchedAt,
      stoppedAt: secondsAfter(launchedAt, lifeSeconds),
      endCode,
    });
  };

  it('stops after five in a row that ended by themselves at once, probes with one, and backs off', async () => {
    const engine = anEngine(TWO_ZONES, 50);
    for (let index = 0; index < 5; index += 1) engine.fleet.put(ended(index, 20, 'Client.InstanceInitiatedShutdown'));
    // The last one died 540 s ago: the first probe is due.
    await engine.run();
    expect(engine.fleet.truth.filter(({ state }) => state === 'booting')).toHaveLength(1);
    const [probe] = engine.fleet.truth.filter(({ state }) => state === 'booting');
    if (probe !== undefined)
      engine.fleet.put({
        ...probe,
        state: 'stopped',
        stoppedAt: engine.clock.now(),
        endCode: 'Client.InstanceInitiatedShutdown',
      });
    await engine.run();
    expect(await statusOf(engine)).toMatchObject({
      state: 'workers-die',
      decision: expect.stringContaining('the last 6 workers ended by themselves at once'),
    });
    expect(engine.orders).toHaveLength(1);
    engine.clock.advance(120_000);
    await engine.run();
    expect(engine.orders).toHaveLength(2);
  });

  it('closes again when a worker lives', async () => {
    const engine = anEngine(TWO_ZONES, 5);
    for (let index = 0; index < 6; index += 1) engine.fleet.put(ended(index, 20, 'Client.InternalError'));
    engine.fleet.put(aWorker({ launchedAt: secondsAfter(NOW, -400) }));
    await engine.run();
    expect(engine.fleet.truth.filter(({ state }) => state === 'booting')).toHaveLength(4);
  });

  it.each([
    ['interrupted by EC2', 20, 'Server.SpotInstanceTermination'],
    ['terminated by somebody', 20, 'Client.UserInitiatedShutdown'],
    ['idle for long enough', 400, 'Client.InstanceInitiatedShutdown'],
  ])('does not count workers that were %s', async (_what, life, code) => {
    const engine = anEngine(TWO_ZONES, 5);
    for (let index = 0; index < 10; index += 1) engine.fleet.put(ended(index, life, code));
    await engine.run();
    expect(engine.fleet.truth.filter(({ state }) => state === 'booting')).toHaveLength(5);
  });
});
