import { beforeEach, describe, expect, it } from 'vitest';
import { tagKeys } from '../../lib/core/tags.ts';
import { type AwsWorld, useAwsWorld } from '../support/aws-world.ts';
import { captureOutput } from '../support/captured-output.ts';
import { provision, reap } from '../support/lambda.ts';

const HOUR_MS = 3_600_000;
const SHORT_LIVED = { idleTimeoutSeconds: 60, maxUptimeSeconds: 1_800, maxLifetimeSeconds: 3_600 };

/** Launches what the document asks for at least, and answers the ids of what was launched. */
async function launched(aws: AwsWorld, changes: Readonly<Record<string, unknown>>): Promise<string[]> {
  const before = new Set(aws.world.instances().map(({ instanceId }) => instanceId));
  const document = aws.document(changes);
  await aws.putItems(document);
  await aws.fill(String(document['workerType']));
  await provision(aws);
  return aws.world.instances().flatMap(({ instanceId }) => (before.has(instanceId) ? [] : [instanceId]));
}

const running = ({ world }: AwsWorld): string[] =>
  world.instances().flatMap(({ instanceId, state }) => (state === 'running' ? [instanceId] : []));

beforeEach(() => void captureOutput());

describe('a run of the reaper', () => {
  it('terminates what is older than its limit, and nothing else', async () => {
    const aws = await useAwsWorld();
    const old = await launched(aws, { ...SHORT_LIVED, workerType: 'short', minCapacity: 3 });
    const patient = await launched(aws, { workerType: 'long', minCapacity: 2 });
    aws.clock.advance(HOUR_MS);
    const young = await launched(aws, { ...SHORT_LIVED, workerType: 'short', minCapacity: 5 });
    expect(await reap(aws)).toEqual({ seen: 7, reaped: 0 });
    aws.clock.advance(1);
    expect(await reap(aws)).toEqual({ seen: 7, reaped: 3 });
    expect(running(aws).sort()).toEqual([...patient, ...young].sort());
    expect((await aws.ports.board.load()).reap?.reaped.map(({ workerId }) => workerId).sort()).toEqual(old.sort());
  });

  it('does it once: the next run finds them gone', async () => {
    const aws = await useAwsWorld();
    await launched(aws, { ...SHORT_LIVED, minCapacity: 2 });
    aws.clock.advance(HOUR_MS + 1);
    expect(await reap(aws)).toEqual({ seen: 2, reaped: 2 });
    expect(await reap(aws)).toEqual({ seen: 2, reaped: 0 });
  });

  it('goes by 96 hours when the type is not defined any more', async () => {
    const aws = await useAwsWorld();
    await launched(aws, { ...SHORT_LIVED, minCapacity: 2 });
    await aws.ports.workerTypes.remove('build', 1);
    aws.clock.advance(96 * HOUR_MS);
    expect(await reap(aws)).toMatchObject({ reaped: 0 });
    aws.clock.advance(1);
    expect(await reap(aws)).toMatchObject({ reaped: 2 });
  });

  it('leaves the workers of an invalid definition alone, and names them', async () => {
    const aws = await useAwsWorld();
    const ids = await launched(aws, { ...SHORT_LIVED, minCapacity: 2 });
    await aws.putItems(aws.document({ ...SHORT_LIVED, maxCapacity: null }));
    aws.clock.advance(100 * HOUR_MS);
    expect(await reap(aws)).toEqual({ seen: 2, reaped: 0 });
    expect(running(aws)).toEqual(ids);
    expect((await aws.ports.board.load()).reap?.unknown).toHaveLength(2);
  });

  it('does not touch instances that are not its own', async () => {
    const aws = await useAwsWorld();
    await launched(aws, { ...SHORT_LIVED, minCapacity: 1 });
    await aws.putItems(aws.document({ ...SHORT_LIVED, provisionerId: 'other', minCapacity: 2 }));
    await provision(aws, { provisionerId: 'other' });
    const untagged = aws.world.instances()[1];
    untagged?.tags.delete(tagKeys.owner);
    aws.clock.advance(100 * HOUR_MS);
    expect(await reap(aws)).toEqual({ seen: 1, reaped: 1 });
    expect(running(aws)).toHaveLength(2);
  });

  it('terminates the others although one is protected, and fails in the end by name', async () => {
    const aws = await useAwsWorld();
    const ids = await launched(aws, { ...SHORT_LIVED, minCapacity: 6 });
    const [guarded = ''] = ids;
    Object.assign(aws.world.instanceStore.require(guarded), { terminationProtection: true });
    aws.clock.advance(HOUR_MS + 1);
    await expect(reap(aws)).rejects.toThrow(new RegExp(`^Reaping failed: ${guarded}: OperationNotPermitted`));
    expect(running(aws)).toEqual([guarded]);
    expect((await aws.ports.board.load()).reap).toMatchObject({ reaped: { length: 5 }, failures: { length: 1 } });
  });

  it('fails when EC2 throttles, and does the rest the next time', async () => {
    const aws = await useAwsWorld();
    await launched(aws, { ...SHORT_LIVED, minCapacity: 3 });
    aws.clock.advance(HOUR_MS + 1);
    aws.world.addFault({ action: 'TerminateInstances', kind: 'error', code: 'RequestLimitExceeded', status: 503 });
    await expect(reap(aws)).rejects.toThrow('RequestLimitExceeded');
    expect(running(aws)).toHaveLength(3);
    aws.world.clearFaults();
    expect(await reap(aws)).toEqual({ seen: 3, reaped: 3 });
  });

  it('ends the same workers when the answer to it is lost, or two run at once', async () => {
    const aws = await useAwsWorld();
    await launched(aws, { ...SHORT_LIVED, minCapacity: 3 });
    const young = await launched(aws, { workerType: 'long', minCapacity: 1 });
    aws.clock.advance(HOUR_MS + 1);
    aws.world.addFault({ action: 'TerminateInstances', kind: 'drop-response', times: 1 });
    await Promise.all([reap(aws), reap(aws, { clients: aws.newClients() })]);
    expect(running(aws)).toEqual(young);
  });
});

describe('a reaper that cannot see', () => {
  it('one region ends who is too old in the other one, and fails in the end by the name of the region', async () => {
    const aws = await useAwsWorld();
    await launched(aws, { ...SHORT_LIVED, minCapacity: 2 });
    aws.clock.advance(HOUR_MS + 1);
    const abroad = aws.worlds.get('eu-west-1');
    abroad?.addFault({ action: 'DescribeInstances', kind: 'error', code: 'Unavailable', status: 503 });
    await expect(reap(aws)).rejects.toThrow(/^Reaping failed: eu-west-1 could not be listed: Unavailable/);
    expect(running(aws)).toEqual([]);
  });

  it('the definitions ends nobody and fails', async () => {
    const aws = await useAwsWorld();
    await launched(aws, { ...SHORT_LIVED, minCapacity: 2 });
    aws.clock.advance(200 * HOUR_MS);
    aws.dynamoDb.setFault({ action: 'Query', code: 'InternalServerError', status: 500 });
    await expect(reap(aws)).rejects.toThrow('InternalServerError');
    expect(running(aws)).toHaveLength(2);
  });

  it('the whole of EC2 ends nobody and fails', async () => {
    const aws = await useAwsWorld();
    await launched(aws, { ...SHORT_LIVED, minCapacity: 2 });
    aws.clock.advance(200 * HOUR_MS);
    aws.world.settings.unavailableZones.add('us-east-1c');
    await expect(reap(aws)).rejects.toThrow('us-east-1c');
    expect(running(aws)).toHaveLength(2);
  });
});
