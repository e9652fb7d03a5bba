import { TransactWriteItemsCommand, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import { marshall } from '@aws-sdk/util-dynamodb';
import { describe, expect, it } from 'vitest';
import { tick } from '../../lib/control/provision.ts';
import { type AwsWorld, useAwsWorld } from '../support/aws-world.ts';

const HALF_A_MINUTE = 30_000;
const isLease = (input: Record<string, unknown>) => JSON.stringify(input['Key']).includes('#LEASE');

/** The one and only or, counted from 1, that write to the lease meets the transaction of a launch. */
function meetTransaction({ dynamoDb }: AwsWorld, write = 1): void {
  let seen = 0;
  const when = (input: Record<string, unknown>) => {
    if (isLease(input)) seen += 1;
    return isLease(input) && seen === write;
  };
  dynamoDb.setFault({ action: 'UpdateItem', code: 'TransactionConflictException', status: 400, times: 1, when });
}

const tickOf = ({ ports, config }: AwsWorld, holder: string) =>
  tick(ports, { holder, homeRegion: config.region, regions: config.regions });

describe('a write to the lease that meets the transaction of a launch is made once more', () => {
  it('when it asks for the lease', async () => {
    const aws = await useAwsWorld();
    await aws.ports.leases.acquire('holder', HALF_A_MINUTE);
    meetTransaction(aws);
    expect(await aws.ports.leases.acquire('another', HALF_A_MINUTE)).toEqual({ kind: 'held', by: 'holder' });
  });

  it('when it gives the lease back: it is free afterwards', async () => {
    const aws = await useAwsWorld();
    await tickOf(aws, 'makes the shard');
    meetTransaction(aws, 2);
    await tickOf(aws, 'one');
    expect(await tickOf(aws, 'two')).toMatchObject({ kind: 'done' });
  });

  it('when it prolongs the lease: the launch goes on', async () => {
    const aws = await useAwsWorld();
    await aws.putItems(aws.document());
    await tickOf(aws, 'makes the shard');
    await aws.fill('build', { pendingTasks: 2 });
    const { list } = aws.ports.fleet;
    aws.ports.fleet.list = async (names) => {
      aws.clock.advance(16_000);
      return list.call(aws.ports.fleet, names);
    };
    meetTransaction(aws, 2);
    expect(await tickOf(aws, 'slow')).toMatchObject({ report: { failures: [] } });
    expect(aws.world.instances()).toHaveLength(2);
  });
});

/** How versions before shards asked for their only lease, and wrote an intent under it. */
const OLD_LEASE = marshall({ pk: 'acme#LEASE', sk: 'provision' });

async function acquireAsOld({ clients, clock, config }: AwsWorld): Promise<number> {
  const { Attributes: attributes } = await clients.dynamoDb.send(
    new UpdateItemCommand({
      TableName: config.stateTable,
      Key: OLD_LEASE,
      UpdateExpression: 'SET holder = :holder, leaseUntil = :until, fence = if_not_exists(fence, :zero) + :one',
      ConditionExpression: 'attribute_not_exists(leaseUntil) OR leaseUntil <= :now OR holder = :holder',
      ExpressionAttributeValues: marshall({
        ':holder': '0.1.0',
        ':until': clock.now() + HALF_A_MINUTE,
        ':now': clock.now(),
        ':zero': 0,
        ':one': 1,
      }),
      ReturnValues: 'ALL_NEW',
    }),
  );
  return Number(attributes?.['fence']?.N);
}

const openAsOld = ({ clients, config }: AwsWorld, fence: number) =>
  clients.dynamoDb.send(
    new TransactWriteItemsCommand({
      TransactItems: [
        {
          ConditionCheck: {
            TableName: config.stateTable,
            Key: OLD_LEASE,
            ConditionExpression: 'fence = :fence AND leaseUntil > :released',
            ExpressionAttributeValues: marshall({ ':fence': fence, ':released': 0 }),
          },
        },
        { Put: { TableName: config.stateTable, Item: marshall({ pk: 'acme#LAUNCH', sk: '1#old' }) } },
      ],
    }),
  );

describe('a version that knows no shards', () => {
  it('is not joined while it ticks', async () => {
    const aws = await useAwsWorld();
    await acquireAsOld(aws);
    expect(await aws.ports.leases.acquire('new', HALF_A_MINUTE)).toEqual({
      kind: 'held',
      by: 'a version that knows no shards',
    });
    aws.clock.advance(HALF_A_MINUTE);
    expect(await aws.ports.leases.acquire('new', HALF_A_MINUTE)).toMatchObject({ kind: 'acquired' });
  });

  it('gets no lease and opens no launch any more once there is a shard, which it would not see the launches of', async () => {
    const aws = await useAwsWorld();
    const fence = await acquireAsOld(aws);
    await openAsOld(aws, fence);
    aws.clock.advance(HALF_A_MINUTE);
    await aws.ports.leases.acquire('new', HALF_A_MINUTE);
    await expect(openAsOld(aws, fence)).rejects.toThrow('ConditionalCheckFailed');
    aws.clock.advance(1000 * HALF_A_MINUTE);
    await expect(acquireAsOld(aws)).rejects.toThrow('conditional request failed');
  });

  it('is kept out also when the item of the first shard was deleted by hand', async () => {
    const aws = await useAwsWorld();
    await aws.ports.leases.acquire('new', HALF_A_MINUTE);
    const { ports } = aws;
    await aws.clients.dynamoDb.send(
      new TransactWriteItemsCommand({
        TransactItems: [
          { Delete: { TableName: aws.config.stateTable, Key: marshall({ pk: 'acme#LEASE', sk: 'shard' }) } },
        ],
      }),
    );
    expect(await ports.leases.acquire('again', HALF_A_MINUTE)).toMatchObject({ kind: 'acquired' });
    await expect(acquireAsOld(aws)).rejects.toThrow('conditional request failed');
  });
});
