import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import { tagKeys } from '../../lib/core/tags.ts';
import { type AwsWorld, startAwsWorld } from '../support/aws-world.ts';
import { captureOutput } from '../support/captured-output.ts';
import { cleanTick, countPoints, everySecondPoint, killedAt, LEASE_MS } from '../support/killed-provision.ts';
import { provision } from '../support/lambda.ts';

/** Instances by worker type; `c` has two tasks an instance and two launch templates. */
const WANTED = { a: 3, b: 7, c: 2 } as const;
/** Hundreds of invocations over HTTP: a busy machine needs its time. */
const PATIENCE_MS = 120_000;

async function aWorld(visibilityLagMs: number): Promise<AwsWorld> {
  const aws = await startAwsWorld({ world: { visibilityLagMs, bootDelayMs: 60_000 } });
  const instanceTypes = [
    { instanceType: 'c7g.large', capacity: 2 },
    { instanceType: 'c7g.4xlarge', capacity: 4 },
  ];
  await aws.putItems(
    aws.document({ workerType: 'a' }),
    aws.document({ workerType: 'b' }),
    aws.document({ workerType: 'c', instanceTypes, userData: { z: 1, a: { y: 2, b: 3 } }, tags: { z: '1', a: '2' } }),
  );
  for (const [name, pendingTasks] of Object.entries({ a: 3, b: 7, c: 4 })) await aws.fill(name, { pendingTasks });
  return aws;
}

function instancesByType({ world }: AwsWorld): Record<string, number> {
  const counts: Record<string, number> = { a: 0, b: 0, c: 0 };
  for (const { tags } of world.instances()) {
    const workerType = tags.get(tagKeys.workerType) ?? '?';
    counts[workerType] = (counts[workerType] ?? 0) + 1;
  }
  return counts;
}

beforeEach(() => void captureOutput());

describe('a provision handler that is killed (row 12)', () => {
  // Types launch side by side, so that each point counts; those with another lag share them.
  it.each([
    [45_000, [1, 2]],
    [0, [1]],
    [240_000, [2]],
  ] as const)(
    'at any HTTP request, before or after the server acted, is made good by the next tick, with a list %i ms late',
    async (visibilityLagMs, series) => {
      const points = await countPoints(await aWorld(0));
      const killedPoints = series.flatMap((from) => everySecondPoint(points, from));
      for (const point of killedPoints) {
        const aws = await aWorld(visibilityLagMs);
        expect((await killedAt(point, aws)).outcome, `point ${point}`).toBe('killed');
        await cleanTick(aws);
        expect(instancesByType(aws), `after a kill at point ${point} of ${points}`).toEqual(WANTED);
        expect((await aws.ports.ledger.recent(aws.clock.now())).filter(({ state }) => state === 'open')).toEqual([]);
        await cleanTick(aws);
        expect(instancesByType(aws), `one more tick after point ${point}`).toEqual(WANTED);
        await aws.close();
      }
      // Lease, definitions, 3 queues, EC2, ledger, board; a transaction, template, fleet and record a type; statuses.
      expect(points).toBeGreaterThan(50);
    },
    PATIENCE_MS,
  );

  it('twice, at any two requests, is made good all the same', { timeout: PATIENCE_MS }, async () => {
    const points = await countPoints(await aWorld(0));
    const point = fc.integer({ min: 1, max: points });
    await fc.assert(
      fc.asyncProperty(point, point, fc.integer({ min: 0, max: 200_000 }), async (first, second, visibilityLagMs) => {
        const aws = await aWorld(visibilityLagMs);
        await killedAt(first, aws);
        aws.clock.advance(LEASE_MS + 1);
        await killedAt(second, aws);
        await cleanTick(aws);
        expect(instancesByType(aws)).toEqual(WANTED);
        await aws.close();
      }),
      { numRuns: 25 },
    );
  });

  it('leaves the lease behind, so that nobody launches beside it meanwhile', async () => {
    const aws = await aWorld(0);
    // The shard has been made, its lease taken.
    await killedAt(9, aws);
    expect(await provision(aws, { clients: aws.newClients() })).toEqual({ ticks: 0, skipped: 20 });
    expect(aws.world.instances()).toEqual([]);
    await aws.close();
  });
});
