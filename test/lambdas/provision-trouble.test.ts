import { beforeEach, describe, expect, it } from 'vitest';
import { localSubnets } from '../../lib/local/ec2/catalogue.ts';
import { poolKey } from '../../lib/local/ec2/world-settings.ts';
import { type AwsWorld, aLocalRegion, useAwsWorld } from '../support/aws-world.ts';
import { captureOutput } from '../support/captured-output.ts';
import { provision } from '../support/lambda.ts';
import { instancesOf, statusOf } from './looking.ts';

const dryPools = ({ world }: AwsWorld, instanceType: string) => {
  for (const { zone } of localSubnets)
    world.settings.poolCapacity.set(poolKey({ instanceType, zone, market: 'spot' }), 0);
};

/** Another launch spec for the only type of a document. */
const spoilt = (launchSpec: object) => ({ instanceTypes: [{ instanceType: 'c7g.large', launchSpec }] });
const home = aLocalRegion('us-east-1');
const lost = { subnetId: 'subnet-0000beef' };
/** Zones that the definition does not name have no prices, so EC2 itself has to find the ceiling too low. */
const unpriced = { ...home, zones: localSubnets.map(({ subnetId }) => ({ subnetId })) };

beforeEach(() => void captureOutput());

describe('what is wrong with one type does not stop the others', () => {
  async function twoTypes(changes: Readonly<Record<string, unknown>> = {}): Promise<AwsWorld> {
    const aws = await useAwsWorld();
    await aws.putItems(aws.document({ workerType: 'good' }), aws.document({ workerType: 'bad', ...changes }));
    await aws.fill('good', { pendingTasks: 2 });
    return aws;
  }

  it('an item that somebody broke by hand', async () => {
    const aws = await twoTypes({ maxCapacity: 'lots', colour: 'blue' });
    await expect(provision(aws)).resolves.toEqual({ ticks: 1, skipped: 0 });
    expect(instancesOf(aws, 'good')).toHaveLength(2);
    expect(await statusOf(aws, 'bad')).toMatchObject({
      state: 'invalid',
      problems: [{ path: 'maxCapacity' }, { path: 'colour' }],
    });
  });

  it.each([
    [
      'keys too long to be written down',
      { tags: Object.fromEntries('abcdef'.split('').map((c) => [c.repeat(60_000), ''])) },
    ],
    ['a name too long to be a key of the state table', { workerType: 'b'.repeat(1_024) }],
  ])('an item with %s', async (_what, changes) => {
    const aws = await twoTypes(changes);
    await provision(aws).catch(({ message }: Error) => expect(message).toContain('its status could not be saved'));
    expect(instancesOf(aws, 'good')).toHaveLength(2);
    expect(await statusOf(aws, 'good')).toMatchObject({ state: 'ok' });
    expect((await aws.ports.board.load()).tick).toMatchObject({ workerTypes: 2, invalid: 1 });
  });

  it('a queue that is not there: the invocation fails in the end, by name', async () => {
    const aws = await twoTypes({ minCapacity: 3 });
    await expect(provision(aws)).rejects.toThrow(/^Provisioning failed: bad: .*QueueDoesNotExist/);
    expect(instancesOf(aws, 'good')).toHaveLength(2);
    expect(instancesOf(aws, 'bad')).toHaveLength(0);
    expect(await statusOf(aws, 'bad')).toMatchObject({ state: 'backlog-unknown' });
  });

  it.each`
    what                  | changes                                                 | refusal                                        | state          | again
    ${'a dry pool'}       | ${{ instanceTypes: [{ instanceType: 'm7g.large' }] }}   | ${'no-capacity: InsufficientInstanceCapacity'} | ${'short'}     | ${1}
    ${'a low ceiling'}    | ${{ maxPriceUsdPerHour: 0.002, regions: [unpriced] }}   | ${'no-capacity: SpotMaxPriceTooLow'}           | ${'short'}     | ${1}
    ${'a small quota'}    | ${{ instanceTypes: [{ instanceType: 'c7g.4xlarge' }] }} | ${'quota: MaxSpotInstanceCountExceeded'}       | ${'short'}     | ${1}
    ${'an unknown image'} | ${spoilt({ imageId: 'ami-0000000000000beef' })}         | ${'configuration: InvalidAMIID.NotFound'}      | ${'suspended'} | ${0}
    ${'a lost subnet'}    | ${{ regions: [{ ...home, zones: [lost] }] }}            | ${'configuration: InvalidSubnetID.NotFound'}   | ${'suspended'} | ${0}
  `(
    '$what: refused, recorded with the raw code, $state, and asked $again times again within five minutes',
    async ({ changes, refusal, state, again }) => {
      const aws = await twoTypes(changes);
      await aws.fill('bad', { pendingTasks: 2 });
      dryPools(aws, 'm7g.large');
      aws.world.settings.vCpuQuota.spot = 15;
      await expect(provision(aws)).resolves.toEqual({ ticks: 1, skipped: 0 });
      expect(instancesOf(aws, 'good')).toHaveLength(2);
      expect(await statusOf(aws, 'bad')).toMatchObject({
        state,
        decision: expect.stringContaining(refusal.split(' ')[1]),
        lastLaunch: { asked: 2, launched: 0, refusals: expect.arrayContaining([expect.stringContaining(refusal)]) },
      });
      const calls = () => aws.world.requests.filter(({ action }) => action === 'CreateFleet').length;
      const before = calls();
      await provision(aws);
      expect(calls()).toBe(before);
      aws.clock.advance(301_000);
      await provision(aws);
      expect(calls()).toBe(before + again);
    },
  );

  it.each([
    ['RequestLimitExceeded', 503, 'throttled', 'backing-off'],
    ['UnauthorizedOperation', 403, 'permission', 'suspended'],
    ['OddCode', 400, 'unknown', 'backing-off'],
  ])(
    'a call refused with %s (%i): recorded as %s, %s, the others launch by the next tick',
    async (code, status, kind, state) => {
      const aws = await twoTypes();
      await aws.fill('bad', { pendingTasks: 2 });
      const ofBad = (input: object) => JSON.stringify(input).includes('acme-bad-');
      aws.world.addFault({ action: 'CreateFleet', kind: 'error', code, status, when: ofBad });
      await provision(aws);
      expect(await statusOf(aws, 'bad')).toMatchObject({
        state,
        lastLaunch: { launched: 0, refusals: [`${kind}: ${code} (Injected fault.)`] },
        hold: { reason: `${kind}: ${code} (Injected fault.)` },
      });
      // One token a quarter of a second: a throttle empties the budget of the region.
      aws.clock.advance(250);
      await provision(aws);
      expect(instancesOf(aws, 'good')).toHaveLength(2);
      aws.world.clearFaults();
      aws.clock.advance(301_000);
      if (state === 'suspended') await aws.ports.controls.save({ workerType: 'bad', clearedAt: aws.clock.now() });
      await provision(aws);
      expect(instancesOf(aws, 'bad')).toHaveLength(2);
      expect(await statusOf(aws, 'bad')).toMatchObject({ state: 'ok' });
    },
  );

  it('an order without an answer: counted as launching, and repeated until it is answered', async () => {
    const aws = await twoTypes();
    aws.world.settings.visibilityLagMs = 240_000;
    await aws.fill('bad', { pendingTasks: 2 });
    const ofBad = (input: object) => JSON.stringify(input).includes('acme-bad-');
    aws.world.addFault({ action: 'CreateFleet', kind: 'drop-response', when: ofBad });
    await provision(aws);
    expect(await statusOf(aws, 'bad')).toMatchObject({ state: 'unanswered' });
    await expect(provision(aws)).rejects.toThrow(/^Provisioning failed: bad: launch .*EC2 did not answer again/);
    expect(await statusOf(aws, 'bad')).toMatchObject({ state: 'failed', supply: 2 });
    aws.world.clearFaults();
    await provision(aws);
    expect([instancesOf(aws, 'good').length, instancesOf(aws, 'bad').length]).toEqual([2, 2]);
    expect((await aws.ports.ledger.recent(aws.clock.now())).map(({ state }) => state)).toEqual(['closed', 'closed']);
  });
});

describe('an invocation that cannot see', () => {
  it.each([
    ['its definitions', 'Query', 'worker-types'],
    ['its launch records or statuses', 'Query', 'state'],
  ])('%s launches nothing and fails', async (_what, action, table) => {
    const aws = await useAwsWorld();
    await aws.putItems(aws.document({ minCapacity: 4 }));
    await aws.fill('build', { pendingTasks: 4 });
    const when = ({ TableName: name }: Record<string, unknown>) => name === table;
    aws.dynamoDb.setFault({ action, when, code: 'InternalServerError', status: 500 });
    await expect(provision(aws)).rejects.toThrow(/^Provisioning failed: .*InternalServerError/);
    expect(aws.world.instances()).toEqual([]);
    aws.dynamoDb.clearFaults();
    await provision(aws);
    expect(instancesOf(aws)).toHaveLength(4);
  });

  it('the whole of EC2 launches nothing and fails', async () => {
    const aws = await useAwsWorld();
    await aws.putItems(aws.document({ minCapacity: 4 }));
    await aws.fill('build');
    aws.world.settings.unavailableZones.add('us-east-1b');
    await expect(provision(aws)).rejects.toThrow(/^Provisioning failed: .*us-east-1b/);
    expect(aws.world.instances()).toEqual([]);
  });
});
