import { DeleteLaunchTemplateCommand } from '@aws-sdk/client-ec2';
import { describe, expect, it } from 'vitest';
import type { LaunchOrder, LaunchOutcome } from '../../lib/control/ports.ts';
import { tagKeys } from '../../lib/core/tags.ts';
import { poolKey } from '../../lib/local/ec2/world-settings.ts';
import { type AwsWorld, aLocalDocument, aLocalRegion, useAwsWorld } from '../support/aws-world.ts';
import { aDefinition, anOrder as anyOrder } from '../support/builders.ts';

function anOrder(
  targetCapacity: number,
  changes: Readonly<Record<string, unknown>> = {},
  launchId = 'launch-1',
): LaunchOrder {
  const definition = aDefinition(aLocalDocument(changes));
  return anyOrder({ launchId, definition, targetCapacity });
}

/** The local document with another launch spec for its only type. */
const spoilt = (launchSpec: object) => ({ instanceTypes: [{ instanceType: 'c7g.large', launchSpec }] });
const idsOf = (outcome: LaunchOutcome): string[] =>
  outcome.kind === 'answered' ? outcome.workers.map(({ workerId }) => workerId).sort() : [];
const callsOf = ({ world }: AwsWorld, action: string) => world.requests.filter((request) => request.action === action);
const fault = (code: string, status: number) => ({ action: 'CreateFleet', kind: 'error', code, status }) as const;

describe('a launch', () => {
  it('that is met in part answers what came and which pools were dry', async () => {
    const { ports, world } = await useAwsWorld({ world: { defaultPoolCapacity: 1 } });
    const outcome = await ports.fleet.launch(anOrder(5));
    expect(idsOf(outcome)).toHaveLength(3);
    expect(outcome).toMatchObject({
      refusals: [
        {
          class: 'no-capacity',
          code: 'InsufficientInstanceCapacity',
          count: world.instances().length,
          pools: world.instances().map(() => expect.stringMatching(/^subnet-\w+\/c7g\.large$/)),
          requestId: expect.any(String),
        },
      ],
    });
  });

  it('that is met in full can carry the refusals of other pools all the same', async () => {
    const { ports, world } = await useAwsWorld();
    world.settings.poolCapacity.set(poolKey({ instanceType: 'm7g.large', zone: 'us-east-1a', market: 'spot' }), 0);
    const instanceTypes = [{ instanceType: 'c7g.large' }, { instanceType: 'c7i.large' }];
    const outcome = await ports.fleet.launch(anOrder(4, { instanceTypes }));
    expect(idsOf(outcome)).toHaveLength(4);
    expect(outcome).toMatchObject({
      refusals: expect.arrayContaining([
        expect.objectContaining({
          class: 'configuration',
          code: 'InvalidParameterValue',
          message: expect.stringContaining('architecture'),
          pools: expect.arrayContaining([expect.stringMatching(/\/c7i\.large$/)]),
        }),
      ]),
    });
  });

  it.each`
    what                | spoil                                                                                     | kind               | code
    ${'price ceiling'}  | ${{ maxPriceUsdPerHour: 0.002 }}                                                          | ${'no-capacity'}   | ${'SpotMaxPriceTooLow'}
    ${'image'}          | ${spoilt({ imageId: 'ami-0000000000000beef' })}                                           | ${'configuration'} | ${'InvalidAMIID.NotFound'}
    ${'security group'} | ${spoilt({ securityGroupIds: ['sg-0beef'] })}                                             | ${'configuration'} | ${'InvalidGroup.NotFound'}
    ${'subnet'}         | ${{ regions: [{ ...aLocalRegion('us-east-1'), zones: [{ subnetId: 'subnet-0beef' }] }] }} | ${'configuration'} | ${'InvalidSubnetID.NotFound'}
    ${'key pair'}       | ${spoilt({ keyName: 'lost' })}                                                            | ${'configuration'} | ${'InvalidKeyPair.NotFound'}
  `('refused for its $what answers the raw code as $kind', async ({ spoil, kind, code }) => {
    const { ports } = await useAwsWorld();
    const outcome = await ports.fleet.launch(anOrder(2, spoil));
    expect(outcome).toMatchObject({ kind: 'answered', workers: [] });
    expect(outcome).toMatchObject({
      refusals: expect.arrayContaining([expect.objectContaining({ class: kind, code })]),
    });
  });

  it('over the quota is refused as quota', async () => {
    const { ports, world } = await useAwsWorld();
    world.settings.vCpuQuota.spot = 1;
    expect(await ports.fleet.launch(anOrder(2))).toMatchObject({
      refusals: [{ class: 'quota', code: 'MaxSpotInstanceCountExceeded', count: 3 }],
    });
  });

  it.each([
    ['RequestLimitExceeded', 503, 'throttled'],
    ['UnauthorizedOperation', 403, 'permission'],
    ['InvalidFleetConfiguration', 400, 'configuration'],
    ['VcpuLimitExceeded', 400, 'quota'],
    ['NeverSeenBefore', 400, 'unknown'],
  ])('whose call is refused as a whole with %s (%i) is refused: %s', async (code, status, kind) => {
    const { ports, world } = await useAwsWorld();
    world.addFault(fault(code, status));
    expect(await ports.fleet.launch(anOrder(2))).toMatchObject({ kind: 'refused', refusal: { class: kind, code } });
  });

  it('whose template cannot be made for a throttle is refused, and nothing is launched', async () => {
    const { ports, world } = await useAwsWorld();
    world.settings.throttle.set('CreateLaunchTemplate', { maxTokens: 0, refillPerSecond: 0 });
    expect(await ports.fleet.launch(anOrder(2))).toMatchObject({ kind: 'refused', refusal: { class: 'throttled' } });
    expect(world.instances()).toEqual([]);
  });

  it.each([
    ['an internal error', fault('InternalError', 500)],
    ['a lost request', { action: 'CreateFleet', kind: 'drop-request' } as const],
    ['a lost response', { action: 'CreateFleet', kind: 'drop-response' } as const],
  ])('that ends in %s has no answer; the same order then launches exactly once', async (_what, broken) => {
    const { ports, world } = await useAwsWorld();
    world.addFault(broken);
    const order = anOrder(3);
    expect(await ports.fleet.launch(order)).toMatchObject({ kind: 'no-answer' });
    world.clearFaults();
    expect(idsOf(await ports.fleet.launch(order))).toEqual(world.instances().map(({ instanceId }) => instanceId));
    expect(world.instances()).toHaveLength(3);
  });

  it('whose response is lost is not repeated behind our back: the refusal of a repetition would hide what was launched', async () => {
    const { ports, world } = await useAwsWorld();
    world.addFault({ action: 'CreateFleet', kind: 'drop-response', times: 1 });
    world.addFault({ action: 'CreateFleet', kind: 'error', code: 'RequestLimitExceeded', status: 503 });
    expect(await ports.fleet.launch(anOrder(3))).toMatchObject({ kind: 'no-answer' });
    expect(world.instances()).toHaveLength(3);
  });

  it('that fails in a thousand pools for one reason is one refusal with a count', async () => {
    const { ports } = await useAwsWorld({ world: { defaultPoolCapacity: 0 } });
    const instanceTypes = ['c7g', 'm7g', 'r7g'].flatMap((family) =>
      ['large', 'xlarge'].map((size) => ({ instanceType: `${family}.${size}` })),
    );
    expect(await ports.fleet.launch(anOrder(5, { instanceTypes }))).toMatchObject({
      workers: [],
      refusals: [{ code: 'InsufficientInstanceCapacity', count: 18, pools: { length: 18 } }],
    });
  });

  it('repeated after its definition changed has no answer: the first one may have launched', async () => {
    const { ports, world } = await useAwsWorld();
    await ports.fleet.launch(anOrder(3));
    expect(await ports.fleet.launch(anOrder(3, { version: 2 }))).toMatchObject({
      kind: 'no-answer',
      cause: expect.stringContaining('IdempotentParameterMismatch'),
    });
    expect(world.instances()).toHaveLength(3);
  });

  it('with user data that is too long is refused as configuration, and asks EC2 for nothing', async () => {
    const { ports, world } = await useAwsWorld();
    const order = anOrder(1);
    const definition = { ...order.definition, userData: { text: 'x'.repeat(20_000) } };
    expect(await ports.fleet.launch({ ...order, definition })).toMatchObject({
      kind: 'refused',
      refusal: { class: 'configuration', code: 'InvalidDefinition', message: expect.stringContaining('16384') },
    });
    expect(world.requests).toEqual([]);
  });

  it('gives each instance the capacity of its own type', async () => {
    const { ports, world } = await useAwsWorld({ world: { defaultPoolCapacity: 1 } });
    const instanceTypes = [{ instanceType: 'c7g.large' }, { instanceType: 'c7g.xlarge', capacity: 2 }];
    await ports.fleet.launch(anOrder(9, { instanceTypes }));
    const capacities = (await ports.fleet.list()).workers.map(
      ({ instanceType, capacity }) => `${instanceType} ${capacity}`,
    );
    expect(new Set(capacities)).toEqual(new Set(['c7g.large 1', 'c7g.xlarge 2']));
    for (const { tags, userData, instanceType } of world.instances()) {
      const capacity = instanceType === 'c7g.large' ? 1 : 2;
      expect(tags.get(tagKeys.capacity)).toBe(String(capacity));
      expect(JSON.parse(new TextDecoder().decode(userData))).toMatchObject({ capacity });
    }
  });
});

describe('a launch template', () => {
  it('is made once and used again, also by another process that finds it there', async () => {
    const aws = await useAwsWorld();
    await aws.ports.fleet.launch(anOrder(1, {}, 'one'));
    await aws.ports.fleet.launch(anOrder(1, {}, 'two'));
    expect(callsOf(aws, 'CreateLaunchTemplate')).toHaveLength(1);
    expect(idsOf(await aws.portsOf('acme').fleet.launch(anOrder(1, {}, 'three')))).toHaveLength(1);
    expect(callsOf(aws, 'CreateLaunchTemplate').map(({ outcome }) => outcome)).toEqual([
      'ok',
      'InvalidLaunchTemplateName.AlreadyExistsException',
    ]);
  });

  it.each([
    [
      'InvalidParameterValue',
      400,
      'configuration',
      { count: 3, pools: Array(3).fill(expect.stringMatching(/xlarge$/)) },
    ],
    ['RequestLimitExceeded', 503, 'throttled', { class: 'throttled' }],
  ])("that EC2 refuses (%s) is the refusal of the pools that use it; a throttle is the call's", async (...row) => {
    const [code, status, kind, scope] = row;
    const { ports, world } = await useAwsWorld();
    const instanceTypes = [{ instanceType: 'c7g.large' }, { instanceType: 'c7g.xlarge', capacity: 2 }];
    const when = (input: object) => JSON.stringify(input).includes('"Value":"2"');
    world.addFault({ action: 'CreateLaunchTemplate', kind: 'error', code, status, when });
    const outcome = await ports.fleet.launch(anOrder(1, { instanceTypes }));
    expect(outcome).toMatchObject({ kind: 'refused', refusal: { class: kind, code, ...scope } });
    expect(outcome.kind === 'refused' && (outcome.refusal.pools === undefined) === (kind === 'throttled')).toBe(true);
    expect(world.instances()).toEqual([]);
  });

  it('that somebody deleted is made again when the order is repeated', async () => {
    const { ports, world, clients } = await useAwsWorld();
    await ports.fleet.launch(anOrder(1, {}, 'one'));
    await clients
      .ec2('us-east-1')
      .send(new DeleteLaunchTemplateCommand({ LaunchTemplateId: world.templates.all()[0]?.id }));
    const order = anOrder(2, {}, 'two');
    expect(await ports.fleet.launch(order)).toMatchObject({
      kind: 'no-answer',
      cause: expect.stringContaining('InvalidLaunchTemplateName.NotFoundException'),
    });
    expect(idsOf(await ports.fleet.launch(order))).toHaveLength(2);
  });

  it('that somebody deleted is made again by another process at once', async () => {
    const { ports, portsOf, world, clients } = await useAwsWorld();
    await ports.fleet.launch(anOrder(1, {}, 'one'));
    await clients
      .ec2('us-east-1')
      .send(new DeleteLaunchTemplateCommand({ LaunchTemplateId: world.templates.all()[0]?.id }));
    expect(idsOf(await portsOf('acme').fleet.launch(anOrder(2, {}, 'two')))).toHaveLength(2);
  });
});

describe('the list', () => {
  it('has all pages', async () => {
    const aws = await useAwsWorld({ world: { defaultPoolCapacity: 2_000 } });
    await aws.ports.fleet.launch(anOrder(2_300, { maxCapacity: 3_000 }));
    expect((await aws.ports.fleet.list()).workers).toHaveLength(2_300);
    expect(callsOf(aws, 'DescribeInstances')).toHaveLength(3);
  });

  it('has every region, and no part of one of which a page or a zone cannot be read', async () => {
    const { ports, world } = await useAwsWorld({ world: { defaultPoolCapacity: 2_000 } });
    const regions = ['us-east-1', 'eu-west-1'].map(aLocalRegion);
    const definition = aDefinition(aLocalDocument({ regions, maxCapacity: 3_000 }));
    const abroad = anyOrder({ launchId: 'abroad', definition, region: 'eu-west-1', targetCapacity: 2 });
    await ports.fleet.launch(anyOrder({ definition, targetCapacity: 1_200 }));
    await ports.fleet.launch(abroad);
    expect((await ports.fleet.list()).workers).toHaveLength(1_202);
    const lastPage = (input: object) => 'NextToken' in input && input.NextToken !== undefined;
    world.addFault({ action: 'DescribeInstances', kind: 'error', code: 'RequestLimitExceeded', when: lastPage });
    const unread = async () => {
      const { workers, unread: causes } = await ports.fleet.list();
      expect(workers.map(({ zone }) => zone.slice(0, -1))).toEqual(['eu-west-1', 'eu-west-1']);
      return [...causes];
    };
    expect(await unread()).toEqual([['us-east-1', expect.stringContaining('RequestLimitExceeded')]]);
    world.clearFaults();
    world.settings.unavailableZones.add('us-east-1c');
    expect(await unread()).toEqual([['us-east-1', expect.stringContaining('us-east-1c')]]);
  });

  it('throws when no region can be read: nothing seen is not nothing there', async () => {
    const { ports, worlds } = await useAwsWorld();
    for (const world of worlds.values())
      world.addFault({ action: 'DescribeInstances', kind: 'error', code: 'RequestLimitExceeded' });
    await expect(ports.fleet.list()).rejects.toThrow('Injected');
  });

  it('shows the dead until EC2 forgets them', async () => {
    const { ports, clock } = await useAwsWorld();
    const ids = idsOf(await ports.fleet.launch(anOrder(1)));
    await ports.fleet.terminate(ids);
    clock.advance(59 * 60_000);
    expect((await ports.fleet.list()).workers).toMatchObject([{ state: 'stopped' }]);
    clock.advance(2 * 60_000);
    expect(await ports.fleet.list()).toEqual({ workers: [], unread: new Map() });
  });
});

describe('the preview of an order', () => {
  it('is exactly what a launch sends, and sends nothing itself', async () => {
    const { ports, world } = await useAwsWorld();
    const preview = ports.fleet.requestsFor(anOrder(2));
    expect(world.requests).toEqual([]);
    await ports.fleet.launch(anOrder(2));
    expect(preview.map(({ action }) => action)).toEqual(world.requests.map(({ action }) => action));
    for (const [index, { input }] of preview.entries())
      expect(world.requests[index]?.input).toMatchObject({ ...Object(input) });
  });
});
