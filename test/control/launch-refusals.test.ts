import { describe, expect, it } from 'vitest';
import type { LaunchOutcome } from '../../lib/control/ports.ts';
import { epochMillis } from '../../lib/core/units.ts';
import { aDocument, NOW } from '../support/builders.ts';
import {
  anEngine,
  type Engine,
  launchedIn,
  QUEUE,
  SPEC,
  statusOf,
  subnetsOf,
  TWO_REGIONS,
  TWO_ZONES,
} from '../support/one-type-engine.ts';

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
