import { beforeEach, describe, expect, it } from 'vitest';
import { fixturesOf } from '../../lib/local/ec2/catalogue.ts';
import { poolKey } from '../../lib/local/ec2/world-settings.ts';
import { type AwsWorld, useAwsWorld } from '../support/aws-world.ts';
import { captureOutput } from '../support/captured-output.ts';
import { provision } from '../support/lambda.ts';
import { instancesOf, ordersFor, statusOf } from './looking.ts';

const HOME = 'us-east-1';
const [A, B, C] = [`${HOME}a`, `${HOME}b`, `${HOME}c`] as const;
/** EC2 takes zone b, where c7g.large costs least, as long as it may. */
const CHEAPEST = { allocationStrategy: 'lowest-price' };
const MINUTE_MS = 60_000;

/** One tick, after so many tasks more. Answers the zones of its first order, undefined when it sent none. */
async function launchFor(aws: AwsWorld, pendingTasks: number): Promise<(string | undefined)[] | undefined> {
  const before = ordersFor(aws, '-build-').length;
  await aws.fill('build', { pendingTasks });
  await provision(aws);
  const zoneOf = new Map(fixturesOf(HOME).subnets.map(({ subnetId, zone }) => [subnetId, zone]));
  return ordersFor(aws, '-build-')[before]?.subnets.map((subnetId) => zoneOf.get(subnetId));
}

/** Every worker of zone b ends by itself: a bootstrap that fails there. */
function endThoseOf({ world }: AwsWorld, zone: string): void {
  for (const each of world.instances()) {
    if (each.zone === zone && each.state !== 'terminated') world.instanceExited(each.instanceId);
  }
}

/** From now on zone b can give that many more. */
function setRoomInB({ world }: AwsWorld, room: number): void {
  world.settings.poolCapacity.set(poolKey({ instanceType: 'c7g.large', zone: B, market: 'spot' }), room);
}

/** A task whose workers end by themselves, `count` in a row in zone b. */
async function failInB(aws: AwsWorld, count: number): Promise<void> {
  for (let index = 0; index < count; index += 1) {
    await launchFor(aws, index === 0 ? 1 : 0);
    endThoseOf(aws, B);
    aws.clock.advance(MINUTE_MS);
  }
}

/** A task with a worker in zone a, which lives: the type as a whole is not in trouble. */
async function liveInA(aws: AwsWorld): Promise<void> {
  setRoomInB(aws, 0);
  await launchFor(aws, 1);
  setRoomInB(aws, 1000);
  // The refusal of zone b is out of the ledger's window then.
  aws.clock.advance(21 * MINUTE_MS);
}

const ended = (aws: AwsWorld) => instancesOf(aws).filter(({ state }) => state === 'terminated');

async function aWorld(changes: object = {}): Promise<AwsWorld> {
  const aws = await useAwsWorld();
  await aws.putItems(aws.document({ ...CHEAPEST, ...changes }));
  return aws;
}

beforeEach(() => void captureOutput());

describe('a pool whose workers are no use (row 17)', () => {
  it('is avoided while the others can serve, and the decision says why', async () => {
    const aws = await aWorld();
    await liveInA(aws);
    await failInB(aws, 5);
    expect(ended(aws).map(({ zone }) => zone)).toEqual(Array(5).fill(B));
    expect(await launchFor(aws, 0)).toEqual([A, C]);
    const [decision] = await aws.ports.decisions.latest('build', 1);
    expect(decision?.usablePools).toContainEqual(
      expect.stringMatching(
        /^us-east-1b\/c7g.large spot: .*; weight 1 -> 0.01: 5 of 5 launches failed in the last hour$/,
      ),
    );
  });

  it('is asked as before when too few launches are known', async () => {
    const aws = await aWorld();
    await liveInA(aws);
    await failInB(aws, 4);
    expect(await launchFor(aws, 1)).toEqual([A, B, C]);
  });

  it('is asked again when the failures have grown old', async () => {
    const aws = await aWorld();
    await liveInA(aws);
    await failInB(aws, 5);
    aws.clock.advance(50 * MINUTE_MS);
    expect(await launchFor(aws, 1)).toEqual([A, C]);
    aws.clock.advance(10 * MINUTE_MS);
    expect(await launchFor(aws, 1)).toEqual([A, B, C]);
    expect((await statusOf(aws))?.state).toBe('ok');
  });

  it('serves in the same tick what the others cannot', async () => {
    const aws = await aWorld();
    await liveInA(aws);
    await failInB(aws, 5);
    for (const zone of [A, C]) {
      const taken = aws.world.instances().filter((each) => each.zone === zone).length;
      aws.world.settings.poolCapacity.set(poolKey({ instanceType: 'c7g.large', zone, market: 'spot' }), taken);
    }
    expect(await launchFor(aws, 1)).toEqual([A, C]);
    expect(ordersFor(aws, '-build-').at(-1)?.subnets).toHaveLength(1);
    expect((await statusOf(aws))?.state).toBe('ok');
  });

  it('is not what a breaker tries, so that it closes again', async () => {
    const aws = await aWorld();
    await failInB(aws, 5);
    expect(await launchFor(aws, 4)).toEqual([A, C]);
    expect((await statusOf(aws))?.decision).toMatch(/^launch 1 of 5, to see whether workers live again: /);
    expect(await launchFor(aws, 0)).toBeUndefined();
    expect((await statusOf(aws))?.state).toBe('workers-die');
    aws.clock.advance(3 * MINUTE_MS);
    expect(await launchFor(aws, 0)).toEqual([A, C]);
    expect((await statusOf(aws))?.lastLaunch).toMatchObject({ asked: 4, launched: 4 });
  });

  it('of weight 0 is not asked either when every other one fails', async () => {
    const [a, b] = fixturesOf(HOME).subnets.map(({ subnetId, zone }) => ({ subnetId, availabilityZone: zone }));
    const { images, securityGroup } = fixturesOf(HOME);
    const launchSpec = { imageId: images.linuxArm64.imageId, securityGroupIds: [securityGroup.groupId] };
    const aws = await aWorld({ regions: [{ launchSpec, zones: [{ ...a, weight: 0 }, b] }] });
    await failInB(aws, 7);
    aws.clock.advance(30 * MINUTE_MS);
    expect(await launchFor(aws, 0)).toEqual([B]);
    expect(new Set(instancesOf(aws).map(({ zone }) => zone))).toEqual(new Set([B]));
  });
});

it('weights decide between zones where the allocation strategy goes by them (row 17)', async () => {
  const { images, securityGroup, subnets } = fixturesOf(HOME);
  const launchSpec = { imageId: images.linuxArm64.imageId, securityGroupIds: [securityGroup.groupId] };
  const zones = subnets.map(({ subnetId, zone }) => ({
    subnetId,
    availabilityZone: zone,
    weight: zone === C ? 1 : 0.5,
  }));
  const aws = await aWorld({ allocationStrategy: 'capacity-optimized-prioritized', regions: [{ launchSpec, zones }] });
  await launchFor(aws, 3);
  expect(instancesOf(aws).map(({ zone }) => zone)).toEqual([C, C, C]);
});

describe('a pool that EC2 refuses again and again (row 17)', () => {
  it('is avoided when its cooldowns are over, and asked again when the refusals have grown old', async () => {
    const aws = await aWorld();
    setRoomInB(aws, 0);
    const asked: unknown[] = [];
    for (let index = 0; index < 7; index += 1) {
      asked.push(await launchFor(aws, 1));
      aws.clock.advance(3 * MINUTE_MS);
    }
    expect(asked).toEqual([...Array(5).fill([A, B, C]), [A, C], [A, C]]);
    setRoomInB(aws, 1000);
    expect(await launchFor(aws, 1)).toEqual([A, B, C]);
    expect(instancesOf(aws).at(-1)?.zone).toBe(B);
  });
});
