import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import { tagKeys } from '../../lib/core/tags.ts';
import { type AwsWorld, startAwsWorld, useAwsWorld } from '../support/aws-world.ts';
import { captureOutput } from '../support/captured-output.ts';
import { aContext, provision, provisionOf } from '../support/lambda.ts';
import { instancesOf, statusOf } from './looking.ts';

/** Capacity, in tasks, of everything that is not gone. */
const presentCapacity = (aws: AwsWorld): number =>
  instancesOf(aws)
    .filter(({ state }) => state !== 'terminated')
    .reduce((sum, { tags }) => sum + Number(tags.get(tagKeys.capacity)), 0);

beforeEach(() => void captureOutput());

describe('an invocation launches the shortfall', () => {
  it('10 pending with 4 booting: 6', async () => {
    const aws = await useAwsWorld({ world: { bootDelayMs: 90_000 } });
    await aws.putItems(aws.document());
    await aws.fill('build', { pendingTasks: 4 });
    await provision(aws);
    await aws.fill('build', { pendingTasks: 6 });
    await provision(aws);
    expect(instancesOf(aws).map(({ state }) => state)).toEqual(Array(10).fill('pending'));
    expect(await statusOf(aws)).toMatchObject({ pendingTasks: 10, capacity: { booting: 4 }, lastLaunch: { asked: 6 } });
    await provision(aws);
    expect(instancesOf(aws)).toHaveLength(10);
  });

  it('50 pending with 100 idle: 0', async () => {
    const aws = await useAwsWorld();
    await aws.putItems(aws.document({ minCapacity: 100 }));
    await aws.fill('build');
    await provision(aws);
    await aws.putItems(aws.document());
    await aws.fill('build', { pendingTasks: 50 });
    await provision(aws);
    expect(instancesOf(aws)).toHaveLength(100);
    expect(await statusOf(aws)).toMatchObject({ target: 50, supply: 100, capacity: { running: 100 } });
  });

  it('a minimum of 5 with 10 stopping: 5', async () => {
    const aws = await useAwsWorld({ world: { shutdownDelayMs: 60_000 } });
    await aws.putItems(aws.document({ minCapacity: 10 }));
    await aws.fill('build');
    await provision(aws);
    await aws.ports.fleet.terminate(instancesOf(aws).map(({ instanceId }) => instanceId));
    await aws.putItems(aws.document({ minCapacity: 5 }));
    await provision(aws);
    expect(instancesOf(aws).filter(({ state }) => state === 'running')).toHaveLength(5);
    expect(await statusOf(aws)).toMatchObject({ capacity: { stopping: 10 }, lastLaunch: { launched: 5 } });
  });

  it('9 pending with 4 tasks an instance: 3 instances', async () => {
    const aws = await useAwsWorld();
    await aws.putItems(aws.document({ instanceTypes: [{ instanceType: 'c7g.xlarge', capacity: 4 }] }));
    await aws.fill('build', { pendingTasks: 9 });
    await provision(aws);
    expect(instancesOf(aws)).toHaveLength(3);
  });

  it('3 pending and 2 claimed: 5, and 4 delayed ones only where the definition counts them', async () => {
    const aws = await useAwsWorld();
    await aws.putItems(aws.document(), aws.document({ workerType: 'eager', countDelayedTasks: true }));
    for (const name of ['build', 'eager']) await aws.fill(name, { pendingTasks: 3, claimedTasks: 2, delayedTasks: 4 });
    await provision(aws);
    expect([instancesOf(aws).length, instancesOf(aws, 'eager').length]).toEqual([5, 9]);
  });

  it('nothing twice while EC2 does not list the new ones yet', async () => {
    const aws = await useAwsWorld({ world: { visibilityLagMs: 200_000 } });
    await aws.putItems(aws.document());
    await aws.fill('build', { pendingTasks: 7 });
    for (let minute = 0; minute < 5; minute += 1) {
      await provision(aws);
      aws.clock.advance(60_000);
    }
    expect(instancesOf(aws)).toHaveLength(7);
  });

  it('in one tick, by requests of at most 500 instances, however much is short', async () => {
    const aws = await useAwsWorld({ world: { defaultPoolCapacity: 5_000 } });
    const instanceTypes = [{ instanceType: 'c7g.large', capacity: 3 }];
    await aws.putItems(aws.document({ minCapacity: 3_600, maxCapacity: 4_000, instanceTypes }));
    await aws.fill('build');
    for (let index = 0; index < 3; index += 1) {
      await provision(aws);
      aws.clock.advance(1_000);
    }
    const launched = [...aws.world.fleets.values()].map(({ instances }) =>
      instances.reduce((sum, { InstanceIds: ids = [] }) => sum + ids.length, 0),
    );
    expect(launched).toEqual([500, 500, 200]);
    expect(instancesOf(aws)).toHaveLength(1_200);
  });

  it('of each type, and ticks on until its time is over', async () => {
    const aws = await useAwsWorld();
    await aws.putItems(aws.document());
    await aws.fill('build', { pendingTasks: 1 });
    const result = await provision(aws, { env: { TICK_SECONDS: '10', INVOCATION_SECONDS: '50' } });
    expect(result).toEqual({ ticks: 5, skipped: 0 });
    expect(instancesOf(aws)).toHaveLength(1);
  });

  it('and leaves at once when no worker type is defined', async () => {
    const aws = await useAwsWorld();
    const result = await provision(aws, { env: { TICK_SECONDS: '10', INVOCATION_SECONDS: '50' } });
    expect(result).toEqual({ ticks: 1, skipped: 0 });
  });
});

describe('an invocation never passes maxCapacity', () => {
  const aType = fc.record({
    instanceType: fc.constantFrom('c7g.medium', 'c7g.large', 'c7g.xlarge', 'm7g.large', 'm7g.xlarge', 'r7g.large'),
    capacity: fc.integer({ min: 1, max: 9 }),
  });
  const aStep = fc.record({
    pendingTasks: fc.integer({ min: 0, max: 25 }),
    poolCapacity: fc.integer({ min: 0, max: 4 }),
    terminate: fc.integer({ min: 0, max: 3 }),
    seconds: fc.integer({ min: 0, max: 150 }),
  });

  it('whatever the weights, the room, the lag of the list and who dies meanwhile', async () => {
    let launched = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(aType, { minLength: 1, maxLength: 5, selector: ({ instanceType }) => instanceType }),
        fc.integer({ min: 9, max: 40 }),
        fc.integer({ min: 0, max: 9 }),
        fc.integer({ min: 0, max: 120_000 }),
        fc.array(aStep, { minLength: 2, maxLength: 4 }),
        async (instanceTypes, maxCapacity, minCapacity, visibilityLagMs, steps) => {
          const delays = { bootDelayMs: 70_000, shutdownDelayMs: 40_000, visibilityLagMs };
          const aws = await startAwsWorld({ world: delays });
          await aws.putItems(aws.document({ instanceTypes, maxCapacity, minCapacity }));
          for (const { pendingTasks, poolCapacity, terminate, seconds } of steps) {
            await aws.fill('build', { pendingTasks });
            aws.world.settings.defaultPoolCapacity = poolCapacity;
            await provision(aws);
            expect(presentCapacity(aws)).toBeLessThanOrEqual(maxCapacity);
            aws.clock.advance(seconds * 1_000);
            const visible = (await aws.ports.fleet.list()).workers.slice(0, terminate);
            await aws.ports.fleet.terminate(visible.map(({ workerId }) => workerId));
          }
          launched += instancesOf(aws).length;
          await aws.close();
        },
      ),
      { numRuns: 25 },
    );
    expect(launched).toBeGreaterThan(50);
  });
});

describe('two invocations', () => {
  async function aBusyWorld(): Promise<AwsWorld> {
    const aws = await useAwsWorld({ world: { bootDelayMs: 60_000 } });
    await aws.putItems(...['a', 'b', 'c'].map((workerType) => aws.document({ workerType })));
    for (const name of ['a', 'b', 'c']) await aws.fill(name, { pendingTasks: 5 });
    return aws;
  }
  const counts = (aws: AwsWorld) => ['a', 'b', 'c'].map((name) => instancesOf(aws, name).length);

  it('at the same time launch once', async () => {
    const aws = await aBusyWorld();
    const results = await Promise.all(Array.from({ length: 4 }, () => provision(aws, { clients: aws.newClients() })));
    // Whoever finds the lease taken tries again, and finds nothing left to launch.
    for (const { ticks, skipped } of results) expect(ticks + skipped).toBeGreaterThan(0);
    expect(counts(aws)).toEqual([5, 5, 5]);
  });

  it('of one event that was delivered twice launch once, at the same time or one after the other', async () => {
    const aws = await aBusyWorld();
    const [handler, context, event] = [provisionOf(aws), aContext(), { id: 'event-1' }];
    await Promise.all([handler(event, context), handler(event, context)]);
    await handler(event, context);
    expect(counts(aws)).toEqual([5, 5, 5]);
  });

  it('for two provisioners in one account do not see each other', async () => {
    const aws = await aBusyWorld();
    const theirs = {
      provisionerId: 'other',
      workerType: 'a',
      queueUrls: aws.document({ workerType: 'a' })['queueUrls'],
    };
    await aws.putItems(aws.document(theirs));
    await Promise.all([provision(aws), provision(aws, { provisionerId: 'other' })]);
    const owners = instancesOf(aws, 'a').map(({ tags }) => tags.get(tagKeys.owner));
    expect(owners.filter((owner) => owner === 'acme')).toHaveLength(5);
    expect(owners.filter((owner) => owner === 'other')).toHaveLength(5);
  });
});
