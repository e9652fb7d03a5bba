import { describe, expect, it } from 'vitest';
import { secondsAfter } from '../../lib/core/units.ts';
import { aDocument, NOW } from '../support/builders.ts';
import {
  A,
  anEngine,
  B,
  dry,
  launchedIn,
  QUEUE,
  SPEC,
  statusOf,
  subnetsOf,
  TWO_REGIONS,
  TWO_ZONES,
  zone,
} from '../support/one-type-engine.ts';

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
