import { beforeEach, describe, expect, it } from 'vitest';
import { tagKeys } from '../../lib/core/tags.ts';
import { fixturesOf } from '../../lib/local/ec2/catalogue.ts';
import type { Market } from '../../lib/local/ec2/instance-record.ts';
import { poolKey } from '../../lib/local/ec2/world-settings.ts';
import { type AwsWorld, aLocalRegion, useAwsWorld } from '../support/aws-world.ts';
import { captureOutput } from '../support/captured-output.ts';
import { provision } from '../support/lambda.ts';
import { instancesOf, ordersFor, statusOf } from './looking.ts';

const HOME = 'us-east-1';
const ABROAD = 'eu-west-1';
const [A, B, C] = [`${HOME}a`, `${HOME}b`, `${HOME}c`] as const;
const TWO_REGIONS = { regions: [aLocalRegion(HOME), aLocalRegion(ABROAD)] };
/** EC2 asks zone b first, where c7g.large costs least; by other strategies it would pass over a dry pool in silence. */
const CHEAPEST = { allocationStrategy: 'lowest-price' };
const COOLDOWN_MS = 180_000;

/** From now on these zones have room for that many more c7g.large. */
function setRoom({ worlds }: AwsWorld, zones: readonly string[], instances: number, market: Market = 'spot'): void {
  for (const zone of zones) {
    const world = worlds.get(zone.slice(0, -1));
    const taken = world?.instances().filter((each) => each.zone === zone && each.market === market).length ?? 0;
    world?.settings.poolCapacity.set(poolKey({ instanceType: 'c7g.large', zone, market }), taken + instances);
  }
}
const zonesOf = (region: string) => fixturesOf(region).subnets.map(({ zone }) => zone);
const zonesUsed = ({ worlds }: AwsWorld): string[] =>
  [...worlds.values()].flatMap((world) => world.instances().map(({ zone }) => zone)).sort();
const marketsUsed = ({ worlds }: AwsWorld): string[] =>
  [...worlds.values()].flatMap((world) => world.instances().map(({ market }) => market)).sort();
const zonesOfOrders = (aws: AwsWorld) => {
  const zoneOf = new Map(fixturesOf(HOME).subnets.map(({ subnetId, zone }) => [subnetId, zone]));
  return ordersFor(aws, '-build-').map(({ subnets }) => subnets.map((subnetId) => zoneOf.get(subnetId)));
};
const decisionOf = async ({ ports }: AwsWorld, workerType = 'build') =>
  (await ports.decisions.latest(workerType, 1))[0];

async function aWorld(pendingTasks: number, changes: object = {}): Promise<AwsWorld> {
  const aws = await useAwsWorld();
  await aws.putItems(aws.document({ ...changes }));
  await aws.fill('build', { pendingTasks });
  return aws;
}

beforeEach(() => void captureOutput());

describe('capacity feedback (row 14)', () => {
  it('a dry pool in one zone: the same tick launches in another one', async () => {
    const aws = await aWorld(4, CHEAPEST);
    setRoom(aws, [B], 0);
    await provision(aws);
    expect(zonesUsed(aws)).toEqual([A, A, A, A]);
    expect(await statusOf(aws)).toMatchObject({ state: 'ok' });
    expect((await decisionOf(aws))?.rejectedPools).toEqual([
      `${B}/c7g.large spot: EC2 said InsufficientInstanceCapacity`,
    ]);
  });

  it('the zone is not tried again before its cooldown ends, and then it is', async () => {
    const aws = await aWorld(1, CHEAPEST);
    setRoom(aws, [B], 0);
    await provision(aws);
    setRoom(aws, [B], 100);
    for (let waitedMs = 0; waitedMs < COOLDOWN_MS; waitedMs += 30_000) {
      await aws.fill('build', { pendingTasks: 1 });
      aws.clock.advance(waitedMs === 0 ? 29_999 : 30_000);
      await provision(aws);
    }
    const without = zonesOfOrders(aws);
    expect(without).toEqual([[A, B, C], ...Array.from({ length: 6 }, () => [A, C])]);
    aws.clock.advance(1);
    await aws.fill('build', { pendingTasks: 1 });
    await provision(aws);
    expect(zonesOfOrders(aws).at(-1)).toEqual([A, B, C]);
    expect(await aws.ports.poolMemory.load()).toEqual([]);
  });

  it('the second region is used, in the same tick, when the first one is dry', async () => {
    const aws = await aWorld(3, TWO_REGIONS);
    setRoom(aws, zonesOf(HOME), 0);
    await provision(aws);
    expect(zonesUsed(aws).map((zone) => zone.slice(0, -1))).toEqual([ABROAD, ABROAD, ABROAD]);
    expect(await statusOf(aws)).toMatchObject({ state: 'ok', lastLaunch: { asked: 3, launched: 3 } });
    await aws.fill('build', { pendingTasks: 1 });
    await provision(aws);
    expect(ordersFor(aws, '-build-', HOME)).toHaveLength(1);
    expect(ordersFor(aws, '-build-', ABROAD).map(({ targetCapacity }) => targetCapacity)).toEqual([3, 1]);
  });
});

describe('partial success (row 15)', () => {
  it('asked for 10 where 6 are available: 6 launched, 4 tried elsewhere in the same tick', async () => {
    const aws = await aWorld(10, TWO_REGIONS);
    setRoom(aws, zonesOf(HOME), 2);
    await provision(aws);
    expect(ordersFor(aws, '-build-', HOME).map(({ targetCapacity }) => targetCapacity)).toEqual([10]);
    expect(ordersFor(aws, '-build-', ABROAD).map(({ targetCapacity }) => targetCapacity)).toEqual([4]);
    expect(instancesOf(aws)).toHaveLength(6);
    expect(zonesUsed(aws)).toHaveLength(10);
    expect(await decisionOf(aws)).toMatchObject({
      shortfall: 0,
      attempts: [
        { words: 'us-east-1 spot: asked 10, launched 6', refusals: [expect.stringContaining('in 3 pools')] },
        { words: 'eu-west-1 spot: asked 4, launched 4', refusals: [] },
      ],
    });
  });

  it('the rest is a shortfall, explained, when it can be had nowhere', async () => {
    const aws = await aWorld(10, TWO_REGIONS);
    setRoom(aws, zonesOf(HOME), 2);
    setRoom(aws, zonesOf(ABROAD), 0);
    await provision(aws);
    expect(await statusOf(aws)).toMatchObject({
      state: 'short',
      lastLaunch: { asked: 10, launched: 6 },
      decision: expect.stringMatching(/not more: no pool can be used: .*InsufficientInstanceCapacity.*and 3 more$/),
    });
    expect(await decisionOf(aws)).toMatchObject({ shortfall: 4, rejected: 6, usable: 0 });
  });
});

describe('on-demand (row 16)', () => {
  it('never starts where the definition does not allow it, however long spot is short', async () => {
    const aws = await aWorld(2);
    setRoom(aws, zonesOf(HOME), 0);
    for (let hour = 0; hour < 5; hour += 1) {
      await provision(aws);
      aws.clock.advance(3_600_000);
    }
    expect(ordersFor(aws, '-build-').map(({ market }) => market)).toEqual(Array(5).fill('spot'));
    expect(marketsUsed(aws)).toEqual([]);
  });

  it('starts when spot has been short for the set time, and new launches return to spot', async () => {
    const aws = await aWorld(2, { market: { onDemandFallbackMinutes: 10 } });
    setRoom(aws, zonesOf(HOME), 0);
    await provision(aws);
    aws.clock.advance(10 * 60_000 - 1);
    await provision(aws);
    expect(marketsUsed(aws)).toEqual([]);
    expect(await statusOf(aws)).toMatchObject({ state: 'short', spotShortSince: expect.any(Number) });
    aws.clock.advance(1);
    await provision(aws);
    expect(marketsUsed(aws)).toEqual(['on-demand', 'on-demand']);
    setRoom(aws, zonesOf(HOME), 100);
    aws.clock.advance(COOLDOWN_MS);
    await aws.fill('build', { pendingTasks: 3 });
    await provision(aws);
    expect(marketsUsed(aws)).toEqual(['on-demand', 'on-demand', 'spot', 'spot', 'spot']);
    expect((await statusOf(aws))?.spotShortSince).toBeUndefined();
  });

  it('serves its base share first, in the same tick as spot serves the rest', async () => {
    const aws = await aWorld(5, { market: { onDemandBaseCapacity: 2 } });
    await provision(aws);
    await aws.fill('build', { pendingTasks: 1 });
    await provision(aws);
    expect(ordersFor(aws, '-build-').map(({ market, targetCapacity }) => [market, targetCapacity])).toEqual([
      ['on-demand', 2],
      ['spot', 3],
      ['spot', 1],
    ]);
  });
});

describe('prices (row 13)', () => {
  it('a pool above maxPrice x utility is not asked for, and the decision shows the price per unit of each', async () => {
    const instanceTypes = [{ instanceType: 'c7g.large' }, { instanceType: 'c7g.xlarge', capacity: 2, utility: 2 }];
    const aws = await aWorld(2, { instanceTypes, maxPriceUsdPerHour: 0.0292 });
    await provision(aws);
    const asked = ordersFor(aws, '-build-').flatMap(({ overrides }) =>
      overrides.map(({ SubnetId, InstanceType }) => `${SubnetId.slice(-1)} ${InstanceType}`),
    );
    expect(asked.sort()).toEqual(['a c7g.large', 'b c7g.large', 'b c7g.xlarge']);
    expect(await decisionOf(aws)).toMatchObject({
      usablePools: [
        `${A}/c7g.large spot: 0.0291 USD an hour, 0.0291 USD by utility`,
        `${B}/c7g.large spot: 0.0282 USD an hour, 0.0282 USD by utility`,
        `${B}/c7g.xlarge spot: 0.057 USD an hour, 0.0285 USD by utility`,
      ],
      rejectedPools: [
        `${A}/c7g.xlarge spot: costs 0.0588 USD an hour, the ceiling is 0.0584 USD`,
        `${C}/c7g.large spot: costs 0.0303 USD an hour, the ceiling is 0.0292 USD`,
        `${C}/c7g.xlarge spot: costs 0.0612 USD an hour, the ceiling is 0.0584 USD`,
      ],
    });
  });
});

describe('prices of Windows (row 50)', () => {
  it('a Windows type goes by Windows prices where a Linux type goes by those of Linux', async () => {
    const { images, securityGroup } = fixturesOf(HOME);
    const type = (platform: string, imageId: string) => ({
      workerType: platform,
      platform,
      // Between the prices of Linux (0.0391) and of Windows (0.1311).
      maxPriceUsdPerHour: 0.06,
      minCapacity: 1,
      instanceTypes: [{ instanceType: 'c7i.large' }],
      regions: [{ ...aLocalRegion(HOME), launchSpec: { imageId, securityGroupIds: [securityGroup.groupId] } }],
    });
    const linux = type('linux', images.linuxX8664.imageId);
    const windows = type('windows', images.windowsX8664.imageId);
    const aws = await useAwsWorld();
    await aws.putItems(aws.document(linux), aws.document(windows));
    await Promise.all([aws.fill('linux'), aws.fill('windows')]);
    await provision(aws);
    expect([instancesOf(aws, 'linux').length, instancesOf(aws, 'windows').length]).toEqual([1, 0]);
    expect((await decisionOf(aws, 'linux'))?.usablePools[0]).toMatch(/0\.0391 USD an hour/);
    expect((await decisionOf(aws, 'windows'))?.rejectedPools[0]).toMatch(/costs 0\.131 USD an hour/);
    await aws.putItems(aws.document({ ...windows, maxPriceUsdPerHour: 0.14 }));
    await provision(aws);
    expect(instancesOf(aws, 'windows')).toHaveLength(1);
  });
});

describe('rates and fairness (rows 19, 20)', () => {
  it('no more than maxLaunchesPerMinute are launched within any minute (row 19)', async () => {
    const aws = await aWorld(20, { maxLaunchesPerMinute: 6 });
    const launched: number[] = [];
    for (let index = 0; index < 4; index += 1) {
      await provision(aws);
      launched.push(instancesOf(aws).length);
      aws.clock.advance(30_000);
    }
    expect(launched).toEqual([6, 6, 12, 12]);
    expect(await statusOf(aws)).toMatchObject({
      decision: expect.stringContaining('maxLaunchesPerMinute 6 is reached'),
    });
  });

  it('a type that needs 1 is served in the first round beside one that needs 1000 (row 20)', async () => {
    const aws = await useAwsWorld({ world: { defaultPoolCapacity: 5_000 } });
    await aws.putItems(
      aws.document({ workerType: 'large', minCapacity: 1_000, maxCapacity: 1_000 }),
      aws.document({ workerType: 'small', minCapacity: 1 }),
    );
    await Promise.all([aws.fill('large'), aws.fill('small')]);
    await provision(aws);
    const fleets = [...aws.world.fleets.values()].map(({ tags }) => tags.get(tagKeys.workerType));
    expect(fleets.slice(0, 2).sort()).toEqual(['large', 'small']);
    expect(fleets).toEqual([...fleets.slice(0, 2), 'large']);
    expect([instancesOf(aws, 'large').length, instancesOf(aws, 'small').length]).toEqual([1_000, 1]);
  });
});

describe('tags at launch (row 49)', () => {
  it('each worker carries name, owner, type, definition version, launch, capacity and contact', async () => {
    const aws = await aWorld(1, { owner: 'team@example.com', version: 7, tags: { cost: 'blue' } });
    await provision(aws);
    expect(Object.fromEntries(instancesOf(aws)[0]?.tags ?? [])).toMatchObject({
      Name: 'acme/build',
      cost: 'blue',
      [tagKeys.owner]: 'acme',
      [tagKeys.workerType]: 'build',
      [tagKeys.definitionVersion]: '7',
      [tagKeys.launchId]: (await decisionOf(aws))?.attempts[0]?.launchId,
      [tagKeys.capacity]: '1',
      [tagKeys.contact]: 'team@example.com',
    });
  });
});
