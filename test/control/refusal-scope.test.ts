/** Whom a refusal concerns, and whom it leaves alone. */
import { describe, expect, it } from 'vitest';
import type { Finding } from '../../lib/core/finding.ts';
import { secondsAfter } from '../../lib/core/units.ts';
import { anEngine, aZone, type Engine, refused, refusedPools, zonesIn } from '../support/an-engine.ts';
import { aWorker, NOW } from '../support/builders.ts';

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

it('a limit of launch templates stops the definition that needs another one, for five minutes, and no other', async () => {
  const engine = anEngine([
    { workerType: 'churn', pendingTasks: 1 },
    { workerType: 'steady', pendingTasks: 0 },
  ]);
  engine.answer = ({ definition }) =>
    definition.workerType === 'churn' ? refused('quota', 'LaunchTemplateLimitExceeded') : undefined;
  await engine.run();
  engine.pending('steady', 3);
  await engine.run();
  expect(ordersOf(engine, 'churn')).toHaveLength(1);
  expect(await engine.status('churn')).toMatchObject({ state: 'short' });
  expect(engine.fleet.truth.map(({ workerType }) => workerType)).toEqual(['steady', 'steady', 'steady']);
  engine.answer = undefined;
  engine.clock.advance(280_000);
  await engine.run();
  expect(engine.fleet.truth).toHaveLength(4);
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

describe('a refusal of a whole call', () => {
  it('leaves a pool alone that was too large for the call', async () => {
    const instanceTypes = [{ instanceType: 'c7g.large' }, { instanceType: 'c7g.4xlarge', capacity: 8 }];
    const engine = anEngine([{ instanceTypes, maxCapacity: 10, pendingTasks: 100 }]);
    for (let index = 0; index < 8; index += 1) engine.fleet.put(aWorker({ workerId: `i-${index}` }));
    engine.answer = () => refused('configuration', 'InvalidAMIID.NotFound');
    await engine.run();
    expect(engine.orders.map(({ pools }) => pools.map(({ instanceType }) => instanceType))).toEqual([['c7g.large']]);
    expect(await engine.poolMemory.load()).toMatchObject([{ instanceType: 'c7g.large' }]);
    expect((await engine.status())?.state).toBe('short');
    for (const { workerId } of engine.fleet.truth) engine.fleet.setState(workerId, 'stopped');
    engine.answer = undefined;
    await engine.run();
    expect(engine.orders.at(-1)?.pools.map(({ instanceType }) => instanceType)).toEqual(['c7g.4xlarge']);
  });

  it('leaves pools of last resort alone, and they are asked next', async () => {
    const engine = anEngine([{ ...TWO_ZONES, pendingTasks: 5 }]);
    for (let index = 0; index < 8; index += 1) {
      const end = { state: 'stopped', endCode: 'Client.InstanceInitiatedShutdown' } as const;
      const stoppedAt = secondsAfter(NOW, index < 5 ? -890 : -300);
      const launchedAt = secondsAfter(NOW, -900 - index);
      engine.fleet.put(aWorker({ workerId: `i-${index}`, zone: 'us-east-1b', launchedAt, stoppedAt, ...end }));
    }
    engine.answer = ({ pools }) =>
      pools.some(({ subnetId }) => subnetId.endsWith('a'))
        ? refused('configuration', 'InvalidSubnetID.NotFound')
        : undefined;
    await engine.run();
    expect((await engine.status())?.state).toBe('short');
    await engine.run();
    expect(engine.orders.at(-1)?.pools.map(({ subnetId }) => subnetId)).toEqual(['subnet-useast1b']);
    expect(engine.fleet.truth.filter(({ state }) => state !== 'stopped')).toHaveLength(1);
  });

  it('that names the pools it concerns has the others asked in the same tick', async () => {
    const engine = anEngine([{ ...TWO_ZONES, pendingTasks: 2 }]);
    const pools = ['subnet-useast1a/c7g.large'];
    engine.answer = (order) =>
      order.pools.length === 2
        ? {
            kind: 'refused',
            refusal: { class: 'configuration', code: 'InvalidParameterValue', message: 'no', count: 1, pools },
          }
        : undefined;
    await engine.run();
    expect(engine.orders.map((order) => order.pools.length)).toEqual([2, 1]);
    expect(engine.orders.at(-1)?.pools[0]?.subnetId).toBe('subnet-useast1b');
    expect(engine.fleet.truth).toHaveLength(2);
  });
});

describe('a refusal that somebody has to mend', () => {
  const BOTH = zonesIn('us-east-1', 'eu-west-1');
  const AWAY = 'eu-west-1/subnet-euwest1a/c7g.large/spot';
  const homeRefuses =
    (kind: 'configuration' | 'permission', code: string): Engine['answer'] =>
    ({ region }) =>
      region === 'us-east-1' ? refused(kind, code) : undefined;

  it.each([
    ['configuration', 'InvalidAMIID.NotFound'],
    ['permission', 'UnauthorizedOperation'],
  ] as const)('in one region (%s) does not suspend a type whose other region is dry now', async (kind, code) => {
    const engine = anEngine([{ ...BOTH, pendingTasks: 2 }]);
    engine.answer = homeRefuses(kind, code);
    engine.fleet.settings.poolRoom.set(AWAY, 0);
    await engine.run();
    expect(await engine.status()).toMatchObject({ state: 'short', decision: expect.stringContaining(code) });
    engine.fleet.settings.poolRoom.clear();
    engine.clock.advance(180_000);
    await engine.run();
    expect(engine.fleet.truth.map(({ zone }) => zone)).toEqual(['eu-west-1a', 'eu-west-1a']);
  });

  it.each([
    [
      'was dry a minute ago',
      async (engine: Engine) => {
        engine.fleet.settings.poolRoom.set(AWAY, 0);
        engine.answer = ({ region }) =>
          region === 'us-east-1' ? refused('throttled', 'RequestLimitExceeded') : undefined;
        await engine.run(60);
      },
    ],
    ['has no request left', async (engine: Engine) => engine.budget.drain('eu-west-1')],
  ])('in one region does not suspend a type whose other region %s', async (_what, prepare) => {
    const engine = anEngine([{ ...BOTH, pendingTasks: 2 }]);
    await prepare(engine);
    engine.answer = homeRefuses('configuration', 'InvalidAMIID.NotFound');
    await engine.run();
    expect(engine.orders.at(-1)?.region).toBe('us-east-1');
    expect(await engine.status()).toMatchObject({ state: 'short' });
  });

  it('in one region does not suspend a type in whose other region the check finds something until it looks again', async () => {
    const engine = anEngine([{ ...BOTH, pendingTasks: 2 }]);
    const report = (findings: readonly Finding[]) =>
      engine.checkBoard.save([
        { workerType: 'build', definitionVersion: 1, checkedAt: engine.clock.now(), findings, unknown: [] },
      ]);
    const pools = ['subnet-euwest1a/c7g.large'];
    const image = { path: 'regions[1].launchSpec.imageId', region: 'eu-west-1', value: 'ami-1', message: 'is pending' };
    await report([{ severity: 'error', ...image, pools }]);
    engine.answer = homeRefuses('configuration', 'InvalidAMIID.NotFound');
    await engine.run(900);
    expect(await engine.status()).toMatchObject({ state: 'short' });
    await report([]);
    await engine.run();
    expect(engine.orders.map(({ region }) => region)).toEqual(['us-east-1', 'eu-west-1']);
    expect(engine.fleet.truth).toHaveLength(2);
  });

  it('in every region suspends the type', async () => {
    const engine = anEngine([{ ...BOTH, pendingTasks: 2 }]);
    engine.answer = () => refused('configuration', 'InvalidAMIID.NotFound');
    await engine.run();
    expect(engine.orders).toHaveLength(2);
    expect(await engine.status()).toMatchObject({ state: 'suspended', hold: { class: 'configuration' } });
  });

  it('in one region after the other suspends the type, and its owner is told', async () => {
    const engine = anEngine([{ ...BOTH, pendingTasks: 2 }]);
    engine.fleet.settings.poolRoom.set(AWAY, 0);
    engine.answer = homeRefuses('configuration', 'InvalidAMIID.NotFound');
    await engine.run(200);
    expect(await engine.status()).toMatchObject({ state: 'short' });
    engine.answer = () => refused('configuration', 'InvalidAMIID.NotFound');
    await engine.run();
    expect(engine.orders.map(({ region }) => region)).toEqual(['us-east-1', 'eu-west-1', 'eu-west-1']);
    expect(await engine.status()).toMatchObject({ state: 'suspended', hold: { class: 'configuration' } });
    expect(engine.bus.events.map(({ detail }) => detail)).toContainEqual(expect.objectContaining({ to: 'suspended' }));
  });

  describe('of spot alone, where on-demand may help', () => {
    const forbidSpot: Engine['answer'] = (order) =>
      order.market === 'spot'
        ? refusedPools(order, 'permission', 'AuthFailure.ServiceLinkedRoleCreationNotPermitted')
        : undefined;
    const ON_DEMAND = 'us-east-1/subnet-useast1a/c7g.large/on-demand';

    it.each([0, 5])('(after %i minutes), does not suspend the type: on-demand serves it', async (minutes) => {
      const engine = anEngine([{ market: { onDemandFallbackMinutes: minutes }, pendingTasks: 3 }]);
      engine.answer = forbidSpot;
      for (let minute = 0; minute < minutes; minute += 1) {
        await engine.run(60);
        expect(await engine.status()).toMatchObject({ state: 'short', spotShortSince: NOW });
      }
      await engine.run();
      expect(engine.fleet.truth.map(({ market }) => market)).toEqual(['on-demand', 'on-demand', 'on-demand']);
    });

    it('does not suspend the type while on-demand is dry, but when that is refused, too', async () => {
      const engine = anEngine([{ market: { onDemandFallbackMinutes: 5 }, pendingTasks: 3 }]);
      engine.answer = forbidSpot;
      engine.fleet.settings.poolRoom.set(ON_DEMAND, 0);
      // Spot is asked again after an hour, a minute after on-demand was found dry.
      for (let minute = 0; minute < 62; minute += 1) {
        await engine.run(60);
        expect(await engine.status()).toMatchObject({ state: 'short' });
      }
      engine.answer = (order) => forbidSpot(order) ?? refusedPools(order, 'permission', 'UnauthorizedOperation');
      for (let minute = 0; minute < 62; minute += 1) await engine.run(60);
      expect(await engine.status()).toMatchObject({ state: 'suspended', hold: { class: 'permission' } });
    });
  });

  it('waits five minutes where it passes by itself: an account that AWS still verifies', async () => {
    const engine = anEngine([{ pendingTasks: 2 }]);
    engine.answer = () => refused('permission', 'PendingVerification');
    await engine.run();
    expect(await engine.status()).toMatchObject({ state: 'backing-off', hold: { class: 'permission' } });
    engine.answer = undefined;
    await engine.run(280);
    expect(engine.orders).toHaveLength(1);
    engine.clock.advance(20_000);
    await engine.run();
    expect(engine.fleet.truth).toHaveLength(2);
  });
});

it('an order that no launch record could hold is refused like a wrong definition, and EC2 is not asked', async () => {
  const zones = Array.from({ length: 16 }, (_, index) => ({
    subnetId: `subnet-0123456789abcdef${index.toString(16)}`,
    userData: { text: 'x'.repeat(8_000) },
  }));
  const regions = ['us-east-1', 'us-west-2', 'eu-west-2'].map((region) => ({ region, zones }));
  const engine = anEngine([{ regions, pendingTasks: 1 }]);
  await engine.run();
  await engine.run();
  expect(engine.orders).toEqual([]);
  expect(await engine.ledger.recent(NOW)).toEqual([]);
  expect(await engine.status()).toMatchObject({
    state: 'suspended',
    decision: expect.stringMatching(
      /InvalidDefinition \(an order of this definition takes 38\d KB, its record has room for 350: /,
    ),
  });
});

it('a type whose base on-demand may serve again in minutes is not given up for what spot is refused', async () => {
  const engine = anEngine([{ pendingTasks: 2, market: { onDemandBaseCapacity: 100 } }]);
  const dry = { region: 'us-east-1', market: 'on-demand', code: 'InsufficientInstanceCapacity' } as const;
  await engine.poolMemory.add([{ ...dry, since: NOW, until: secondsAfter(NOW, 180) }]);
  engine.answer = (order) =>
    order.market === 'spot'
      ? refusedPools(order, 'permission', 'AuthFailure.ServiceLinkedRoleCreationNotPermitted')
      : undefined;
  for (let count = 0; count < 60; count += 1) await engine.run();
  expect(engine.fleet.truth.map(({ market }) => market)).toEqual(['on-demand', 'on-demand']);
});
