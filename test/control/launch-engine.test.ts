import { describe, expect, it } from 'vitest';
import type { LaunchOrder, LaunchOutcome } from '../../lib/control/ports.ts';
import { tick } from '../../lib/control/provision.ts';
import { metricNames } from '../../lib/control/telemetry.ts';
import { epochMillis, secondsAfter } from '../../lib/core/units.ts';
import { type MemoryWorld, memoryWorld } from '../../lib/memory/memory-world.ts';
import { aDocument, aWorker, NOW } from '../support/builders.ts';

const QUEUE = 'https://sqs.us-east-1.amazonaws.com/123456789012/acme-build';
const WHERE = { homeRegion: 'us-east-1', regions: ['us-east-1', 'eu-west-1'] };
const SPEC = { imageId: 'ami-0123456789abcdef0', securityGroupIds: ['sg-0123456789abcdef0'] };
const zone = (region: string, letter: string) => ({
  subnetId: `subnet-${region.replaceAll('-', '')}${letter}`,
  availabilityZone: `${region}${letter}`,
});
const TWO_ZONES = { regions: [{ zones: [zone('us-east-1', 'a'), zone('us-east-1', 'b')] }], launchSpec: SPEC };
const TWO_REGIONS = {
  regions: [{ zones: [zone('us-east-1', 'a')] }, { region: 'eu-west-1', zones: [zone('eu-west-1', 'a')] }],
  launchSpec: SPEC,
};
const A = 'us-east-1/subnet-useast1a/c7g.large/spot';
const B = 'us-east-1/subnet-useast1b/c7g.large/spot';

interface Engine extends MemoryWorld {
  readonly orders: LaunchOrder[];
  run(seconds?: number): Promise<unknown>;
}

/** A world with one type, and every order that was sent to EC2. */
function anEngine(document: Record<string, unknown>, pendingTasks: number): Engine {
  const world = memoryWorld(NOW);
  world.workerTypes.putRaw('build', aDocument({ queueUrls: [QUEUE], ...document }));
  world.backlog.set(QUEUE, { pendingTasks });
  const orders: LaunchOrder[] = [];
  const launch = world.fleet.launch.bind(world.fleet);
  world.fleet.launch = (order) => {
    orders.push(order);
    return launch(order);
  };
  let ticks = 0;
  const run = async (seconds = 10) => {
    ticks += 1;
    const result = await tick(world, { holder: `tick-${ticks}`, ...WHERE });
    world.clock.advance(seconds * 1000);
    return result;
  };
  return { ...world, orders, run };
}

const dry = (engine: Engine, ...pools: string[]) => {
  for (const pool of pools) engine.fleet.settings.poolRoom.set(pool, 0);
};
const launchedIn = ({ fleet }: Engine) => fleet.truth.map(({ zone: where, market }) => `${where} ${market}`);
const statusOf = async ({ board }: Engine) => (await board.load()).workerTypes[0];
const subnetsOf = (order: LaunchOrder | undefined) => order?.pools.map(({ subnetId }) => subnetId);

describe('capacity feedback (row 14)', () => {
  it('a dry pool in zone A: the same tick launches in zone B', async () => {
    const engine = anEngine(TWO_ZONES, 4);
    dry(engine, A);
    await engine.run();
    expect(engine.fleet.truth).toHaveLength(4);
    expect((await statusOf(engine))?.state).toBe('ok');
  });

  it('zone A is not tried until its cooldown ends, which shows', async () => {
    const engine = anEngine(TWO_ZONES, 1);
    dry(engine, A, B);
    await engine.run();
    expect(engine.orders.map(subnetsOf)).toEqual([['subnet-useast1a', 'subnet-useast1b']]);
    expect(await statusOf(engine)).toMatchObject({
      state: 'short',
      decision: expect.stringMatching(
        /no pool can be used: us-east-1a\/c7g.large spot: EC2 said InsufficientInstanceCapacity/,
      ),
    });
    expect((await engine.poolMemory.load()).map(({ until }) => until)).toEqual([
      secondsAfter(NOW, 180),
      secondsAfter(NOW, 180),
    ]);
    engine.fleet.settings.poolRoom.clear();
    for (let index = 0; index < 16; index += 1) await engine.run();
    expect(engine.orders).toHaveLength(1);
    await engine.run(11);
    await engine.run();
    expect(engine.orders).toHaveLength(2);
    expect(engine.fleet.truth).toHaveLength(1);
    expect(await engine.poolMemory.load()).toEqual([]);
  });

  it('what one type learned of a pool keeps the others from trying it', async () => {
    const engine = anEngine(TWO_ZONES, 1);
    engine.workerTypes.putRaw('other', aDocument({ workerType: 'other', queueUrls: [QUEUE], ...TWO_ZONES }));
    dry(engine, A, B);
    await engine.run();
    await engine.run();
    expect(engine.orders.length).toBeLessThanOrEqual(2);
  });

  it('region 2 is used, in the same tick, when region 1 is dry', async () => {
    const engine = anEngine(TWO_REGIONS, 3);
    dry(engine, A);
    await engine.run();
    expect(engine.orders.map(({ region }) => region)).toEqual(['us-east-1', 'eu-west-1']);
    expect(launchedIn(engine)).toEqual(Array.from({ length: 3 }, () => 'eu-west-1a spot'));
  });
});

describe('partial success (row 15)', () => {
  it('asked for 10 where 6 are available: 6 launched, 4 tried elsewhere in the same tick', async () => {
    const engine = anEngine(TWO_REGIONS, 10);
    engine.fleet.settings.poolRoom.set(A, 6);
    await engine.run();
    expect(engine.orders.map(({ region, targetCapacity }) => [region, targetCapacity])).toEqual([
      ['us-east-1', 10],
      ['eu-west-1', 4],
    ]);
    expect(engine.fleet.truth).toHaveLength(10);
    expect((await engine.decisions.latest('build', 1))[0]).toMatchObject({
      shortfall: 0,
      attempts: [
        {
          words: 'us-east-1 spot: asked 10, launched 6',
          refusals: [expect.stringContaining('InsufficientInstanceCapacity')],
        },
        { words: 'eu-west-1 spot: asked 4, launched 4' },
      ],
    });
  });

  it('what could be served nowhere is a shortfall, explained', async () => {
    const engine = anEngine(TWO_REGIONS, 10);
    engine.fleet.settings.poolRoom.set(A, 6);
    dry(engine, 'eu-west-1/subnet-euwest1a/c7g.large/spot');
    await engine.run();
    expect((await engine.decisions.latest('build', 1))[0]).toMatchObject({
      shortfall: 4,
      shortBecause: expect.stringMatching(/^no pool can be used: /),
    });
  });
});

describe('on-demand (row 16)', () => {
  it('never starts where the definition does not allow it', async () => {
    const engine = anEngine(TWO_ZONES, 2);
    dry(engine, A, B);
    for (let minute = 0; minute < 60; minute += 1) await engine.run(60);
    expect(engine.fleet.truth).toEqual([]);
    expect(engine.orders.every(({ market }) => market === 'spot')).toBe(true);
  });

  it('starts only when spot has been short for the set time, and new launches return to spot', async () => {
    const engine = anEngine({ ...TWO_ZONES, market: { onDemandFallbackMinutes: 5 } }, 2);
    dry(engine, A, B);
    for (let minute = 0; minute < 5; minute += 1) await engine.run(60);
    expect(engine.fleet.truth).toEqual([]);
    await engine.run(60);
    expect(launchedIn(engine)).toEqual(['us-east-1a on-demand', 'us-east-1a on-demand']);
    engine.fleet.settings.poolRoom.clear();
    engine.clock.advance(180_000);
    engine.backlog.set(QUEUE, { pendingTasks: 5 });
    await engine.run();
    expect(launchedIn(engine).filter((where) => where.endsWith('spot'))).toHaveLength(3);
    expect((await statusOf(engine))?.spotShortSince).toBeUndefined();
  });

  it('serves its base share first, and only that', async () => {
    const engine = anEngine({ ...TWO_ZONES, market: { onDemandBaseCapacity: 2 } }, 5);
    await engine.run();
    expect(launchedIn(engine).sort()).toEqual([
      'us-east-1a on-demand',
      'us-east-1a on-demand',
      ...Array.from({ length: 3 }, () => 'us-east-1a spot'),
    ]);
    engine.backlog.set(QUEUE, { pendingTasks: 8 });
    await engine.run();
    expect(launchedIn(engine).filter((where) => where.endsWith('on-demand'))).toHaveLength(2);
  });

  it('a base that EC2 cannot give is served by spot instead of by nothing', async () => {
    const engine = anEngine({ ...TWO_ZONES, market: { onDemandBaseCapacity: 2 } }, 2);
    dry(engine, A.replace('spot', 'on-demand'), B.replace('spot', 'on-demand'));
    await engine.run();
    expect(launchedIn(engine)).toEqual(['us-east-1a spot', 'us-east-1a spot']);
  });
});

describe('weights and pauses (rows 17, 28)', () => {
  it.each([
    ['an instance type', { instanceTypes: [{ instanceType: 'c7g.large', weight: 0 }] }],
    ['a zone', { regions: [{ zones: [{ ...zone('us-east-1', 'a'), weight: 0 }] }], launchSpec: SPEC }],
    ['a region', { regions: [{ weight: 0, zones: [zone('us-east-1', 'a')] }], launchSpec: SPEC }],
  ])('weight 0 of %s never launches, even alone', async (_what, changes) => {
    const engine = anEngine({ ...TWO_ZONES, ...changes }, 3);
    await engine.run();
    expect(engine.orders).toEqual([]);
    expect((await statusOf(engine))?.decision).toContain('its weight is 0');
  });

  it('a pause stops launches at once and says who and why; resuming ends it', async () => {
    const engine = anEngine(TWO_ZONES, 3);
    await engine.controls.save({ workerType: 'build', pause: { note: 'image is broken', by: 'ana', at: NOW } });
    await engine.run();
    expect(engine.orders).toEqual([]);
    expect(await statusOf(engine)).toMatchObject({
      state: 'paused',
      decision: expect.stringContaining('by ana: image is broken'),
    });
    await engine.controls.save({ workerType: 'build', clearedAt: engine.clock.now() });
    await engine.run();
    expect(engine.fleet.truth).toHaveLength(3);
  });

  it('a pause ends by itself when it has an end', async () => {
    const engine = anEngine(TWO_ZONES, 1);
    await engine.controls.save({
      workerType: 'build',
      pause: { note: 'lunch', by: 'ana', at: NOW, until: secondsAfter(NOW, 60) },
    });
    await engine.run(61);
    await engine.run();
    expect(engine.fleet.truth).toHaveLength(1);
  });

  it('a region in which this provisioner may not launch is left alone, and said so', async () => {
    const engine = anEngine(
      { regions: [{ region: 'ap-south-1', zones: [zone('ap-south-1', 'a')] }], launchSpec: SPEC },
      1,
    );
    await engine.run();
    expect(engine.orders).toEqual([]);
    expect((await statusOf(engine))?.decision).toContain('launches in us-east-1, eu-west-1 only');
  });
});

describe('a definition that EC2 refuses', () => {
  const refusing = (engine: Engine, code: string, kind: 'configuration' | 'permission') => {
    engine.fleet.launch = async (order): Promise<LaunchOutcome> => {
      engine.orders.push(order);
      return { kind: 'refused', refusal: { class: kind, code, message: 'no' } };
    };
  };

  it.each(['configuration', 'permission'] as const)(
    '(%s) suspends the type until the definition changes',
    async (kind) => {
      const engine = anEngine(TWO_ZONES, 1);
      refusing(engine, 'Odd', kind);
      for (let hour = 0; hour < 5; hour += 1) await engine.run(3600);
      expect(engine.orders).toHaveLength(1);
      expect(await statusOf(engine)).toMatchObject({ state: 'suspended', hold: { class: kind } });
      engine.workerTypes.putRaw('build', aDocument({ queueUrls: [QUEUE], ...TWO_ZONES, description: 'better words' }));
      await engine.run();
      expect(engine.orders).toHaveLength(1);
      // By hand, and without a higher version.
      engine.workerTypes.putRaw(
        'build',
        aDocument({ queueUrls: [QUEUE], ...TWO_ZONES, launchSpec: { ...SPEC, keyName: 'new' } }),
      );
      await engine.run();
      expect(engine.orders).toHaveLength(2);
    },
  );

  it('is tried again when somebody resumes it', async () => {
    const engine = anEngine(TWO_ZONES, 1);
    refusing(engine, 'InvalidAMIID.NotFound', 'configuration');
    await engine.run();
    await engine.run();
    expect(engine.orders).toHaveLength(1);
    await engine.controls.save({ workerType: 'build', clearedAt: engine.clock.now() });
    await engine.run();
    expect(engine.orders).toHaveLength(2);
  });

  it('in one region only is launched in the other one', async () => {
    const engine = anEngine(TWO_REGIONS, 2);
    const launch = engine.fleet.launch.bind(engine.fleet);
    engine.fleet.launch = async (order) =>
      order.region === 'us-east-1'
        ? { kind: 'refused', refusal: { class: 'configuration', code: 'InvalidAMIID.NotFound', message: 'gone' } }
        : launch(order);
    await engine.run();
    expect(launchedIn(engine)).toEqual(['eu-west-1a spot', 'eu-west-1a spot']);
  });

  it('in a pool that the check found unlaunchable is not asked for there (rows 3 and 5)', async () => {
    const engine = anEngine(TWO_ZONES, 2);
    const finding = {
      severity: 'error',
      path: 'x',
      region: 'us-east-1',
      value: 'v',
      message: 'c7g.large is not offered in us-east-1a',
      pools: ['subnet-useast1a/c7g.large'],
    } as const;
    await engine.checkBoard.save([
      { workerType: 'build', definitionVersion: 1, checkedAt: NOW, findings: [finding], unknown: [] },
    ]);
    await engine.run();
    expect(engine.orders.map(subnetsOf)).toEqual([['subnet-useast1b']]);
    expect((await engine.decisions.latest('build', 1))[0]?.rejectedPools).toEqual([
      'us-east-1a/c7g.large spot: v c7g.large is not offered in us-east-1a',
    ]);
  });
});

describe('a quota', () => {
  it('stops the instance types that EC2 names for all worker types, not the worker type', async () => {
    const engine = anEngine({ ...TWO_REGIONS }, 2);
    const launch = engine.fleet.launch.bind(engine.fleet);
    engine.fleet.launch = async (order) => {
      if (order.region !== 'us-east-1') return launch(order);
      engine.orders.push(order);
      const pools = order.pools.map(({ subnetId, instanceType }) => `${subnetId}/${instanceType}`);
      return {
        kind: 'answered',
        workers: [],
        refusals: [{ class: 'quota', code: 'MaxSpotInstanceCountExceeded', message: '', count: 1, pools }],
      };
    };
    engine.workerTypes.putRaw('other', aDocument({ workerType: 'other', queueUrls: [QUEUE], ...TWO_REGIONS }));
    await engine.run();
    await engine.run();
    expect(engine.orders.filter(({ region }) => region === 'us-east-1').length).toBeLessThanOrEqual(2);
    expect(engine.fleet.truth).toHaveLength(4);
    expect(await engine.poolMemory.load()).toMatchObject([
      { region: 'us-east-1', market: 'spot', instanceType: 'c7g.large', code: 'MaxSpotInstanceCountExceeded' },
    ]);
  });
});

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

describe('regions that cannot be read', () => {
  it('make the supply of the types that launch there unknown, and of no other', async () => {
    const engine = anEngine(TWO_REGIONS, 3);
    engine.workerTypes.putRaw('home', aDocument({ workerType: 'home', queueUrls: [QUEUE], ...TWO_ZONES }));
    engine.fleet.settings.unreadRegions.set('eu-west-1', 'zone down');
    const result = await engine.run();
    expect(result).toMatchObject({ report: { failures: [expect.stringMatching(/^build: .*eu-west-1: zone down/)] } });
    expect(new Set(engine.fleet.truth.map(({ workerType }) => workerType))).toEqual(new Set(['home']));
    expect(epochMillis(0)).toBe(0);
  });
});
