import { setImmediate } from 'node:timers/promises';
import { beforeEach, describe, expect, it } from 'vitest';
import { envNames } from '../../lib/control/config.ts';
import { eventBusName } from '../../lib/core/bus-names.ts';
import type { DeliveredEvent } from '../../lib/local/events/put-events.ts';
import { type AwsWorld, startAwsWorld, useAwsWorld } from '../support/aws-world.ts';
import { captureOutput } from '../support/captured-output.ts';
import { KillSwitch } from '../support/kill-switch.ts';
import { everySecondPoint, LEASE_MS } from '../support/killed-provision.ts';
import { aContext, provisionOf } from '../support/lambda.ts';

/** Some hundred invocations over HTTP: a busy machine needs its time. */
const PATIENCE_MS = 120_000;
const TYPES_PER_SHARD = 10;
const env = { [envNames.typesPerShard]: String(TYPES_PER_SHARD) };

/** Puts the worker types there, those that are enabled with one task each. */
async function withTypes(aws: AwsWorld, count: number, isEnabled = (_index: number) => true): Promise<AwsWorld> {
  const types = Array.from({ length: count }, (_, index) => ({
    workerType: `type-${String(index).padStart(2, '0')}`,
    enabled: isEnabled(index),
  }));
  await Promise.all(
    types.filter(({ enabled }) => enabled).map((type) => aws.fill(type.workerType, { pendingTasks: 1 })),
  );
  await aws.putItems(...types.map((type) => aws.document(type)));
  return aws;
}

const invoke = (aws: AwsWorld, event: object = {}, clients = aws.newClients()) =>
  provisionOf(aws, { clients, env })(event, aContext());

/** What came over the bus, to be delivered as the rule would: to the same function, each once. */
function listenTo({ events, config }: AwsWorld) {
  const heard: DeliveredEvent[] = [];
  events.onEvent(eventBusName(config.provisionerId), (event) => heard.push(event));
  return {
    heard,
    deliver: async (aws: AwsWorld) => {
      await setImmediate();
      for (const event of heard.splice(0)) await invoke(aws, event);
    },
  };
}

const workerTypesOf = ({ world }: AwsWorld): string[] =>
  world
    .instances()
    .map(({ tags }) => tags.get('spot-provisioner:worker-type') ?? '?')
    .sort();
const allTypes = async ({ ports }: AwsWorld) => (await ports.workerTypes.list()).map(({ workerType }) => workerType);

beforeEach(() => void captureOutput());

describe('the provision function with more worker types than one tick should serve', () => {
  it('splits them, and is started for each shard over the bus; every type is served once', async () => {
    const aws = await withTypes(await useAwsWorld(), 24);
    const bus = listenTo(aws);
    await invoke(aws);
    expect(workerTypesOf(aws)).toEqual((await allTypes(aws)).slice(0, 6));
    await setImmediate();
    expect(bus.heard).toMatchObject(Array.from({ length: 3 }, () => ({ 'detail-type': 'Shard Due' })));
    await bus.deliver(aws);
    expect(workerTypesOf(aws)).toEqual(await allTypes(aws));
    aws.clock.advance(60_000);
    await invoke(aws);
    await bus.deliver(aws);
    expect(workerTypesOf(aws)).toEqual(await allTypes(aws));
    expect((await aws.ports.board.load()).tick).toMatchObject({ workerTypes: 24, failures: [] });
    expect((await aws.ports.ledger.recent(aws.clock.now())).length).toBe(0);
  });

  it('asks EC2 and DynamoDB for the types of one shard alone', async () => {
    const aws = await withTypes(await useAwsWorld(), 24);
    const bus = listenTo(aws);
    await invoke(aws);
    await bus.deliver(aws);
    const filters: unknown[] = [];
    const clients = aws.newClients();
    clients.ec2('us-east-1').middlewareStack.add(
      (next) => (request) => {
        filters.push((request.input as { readonly Filters?: readonly { readonly Values?: unknown[] }[] }).Filters);
        return next(request);
      },
      { step: 'initialize' },
    );
    await invoke(aws, {}, clients);
    expect(filters).toEqual([
      [
        { Name: 'tag:spot-provisioner', Values: ['acme'] },
        { Name: 'tag:spot-provisioner:worker-type', Values: (await allTypes(aws)).slice(0, 6) },
      ],
    ]);
  });

  it(
    'killed at any HTTP request of the tick that splits, leaves each type to exactly one shard, and none is doubled or forgotten',
    async () => {
      // Two in each part; the others only have to be many.
      const isWanted = (index: number) => index % 4 < 2 && index < 8;
      const build = async () => withTypes(await startAwsWorld({ world: { visibilityLagMs: 45_000 } }), 11, isWanted);
      const killedAt = async (point: number, aws: AwsWorld) => {
        const kill = new KillSwitch(point);
        const clients = kill.guardClients(aws.newClients());
        const outcome = await Promise.race([invoke(aws, {}, clients).then(() => 'finished'), kill.killed]);
        await kill.quiet();
        return { outcome, points: kill.points };
      };
      const first = await build();
      const { points } = await killedAt(Number.POSITIVE_INFINITY, first);
      await first.close();
      for (const point of everySecondPoint(points, 2)) {
        const aws = await build();
        const bus = listenTo(aws);
        const when = `after a kill at point ${point} of ${points}`;
        expect((await killedAt(point, aws)).outcome, when).toBe('killed');
        for (let round = 0; round < 2; round += 1) {
          aws.clock.advance(LEASE_MS + 1);
          await invoke(aws);
          await bus.deliver(aws);
        }
        expect(workerTypesOf(aws), when).toEqual((await allTypes(aws)).filter((_type, index) => isWanted(index)));
        expect(await aws.ports.leases.shards(), when).toHaveLength(2);
        await aws.close();
      }
      expect(points).toBeGreaterThan(50);
    },
    PATIENCE_MS,
  );
});

describe('an event that tasks wait (row 11)', () => {
  it('brings a worker of that type at once, without any schedule', async () => {
    const aws = await withTypes(await useAwsWorld(), 3);
    await invoke(aws, { 'detail-type': 'Tasks Waiting', detail: { workerTypes: ['type-01'] } });
    expect(workerTypesOf(aws)).toEqual(['type-01']);
  });

  it('that is lost is made good by the next regular tick', async () => {
    const aws = await withTypes(await useAwsWorld(), 3);
    await invoke(aws);
    expect(workerTypesOf(aws)).toEqual(await allTypes(aws));
  });
});
