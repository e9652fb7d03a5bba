import {
  DeleteTableCommand,
  DescribeContinuousBackupsCommand,
  DescribeTimeToLiveCommand,
  UpdateContinuousBackupsCommand,
  UpdateTimeToLiveCommand,
} from '@aws-sdk/client-dynamodb';
import { PutCommand } from '@aws-sdk/lib-dynamodb';
import { expect, it } from 'vitest';
import { createTable, keyOf, read, restart, startDynamoDb, TABLE, temporaryFolder } from './fixture.ts';

const NOW_SECONDS = 1_700_000_000;

function ttl(Enabled: boolean): UpdateTimeToLiveCommand {
  return new UpdateTimeToLiveCommand({
    TableName: TABLE,
    TimeToLiveSpecification: { AttributeName: 'expiresAt', Enabled },
  });
}

it('deletes on request what has expired, where TTL is enabled', async () => {
  const { dynamoDb, client } = await startDynamoDb({ now: () => NOW_SECONDS * 1000 });
  const items = {
    expired: { expiresAt: NOW_SECONDS - 1 },
    current: { expiresAt: NOW_SECONDS },
    unlimited: {},
    text: { expiresAt: '1' },
    ancient: { expiresAt: NOW_SECONDS - 6 * 365 * 86_400 },
  };
  for (const [pk, attributes] of Object.entries(items)) {
    await client.send(new PutCommand({ TableName: TABLE, Item: { ...keyOf(pk), ...attributes } }));
  }
  expect(await dynamoDb.sweepExpired()).toBe(0);
  await client.send(ttl(true));
  expect(await dynamoDb.sweepExpired()).toBe(1);
  expect(await read(client, 'expired')).toBeUndefined();
  for (const pk of ['current', 'unlimited', 'text', 'ancient']) expect(await read(client, pk), pk).toBeDefined();
});

it('describes TTL, refuses to set what is set, and forgets it with the table', async () => {
  const { client } = await startDynamoDb();
  const describeTtl = async () =>
    (await client.send(new DescribeTimeToLiveCommand({ TableName: TABLE }))).TimeToLiveDescription;
  expect(await describeTtl()).toEqual({ TimeToLiveStatus: 'DISABLED' });
  await client.send(ttl(true));
  expect(await describeTtl()).toEqual({ TimeToLiveStatus: 'ENABLED', AttributeName: 'expiresAt' });
  await expect(client.send(ttl(true))).rejects.toThrow('TimeToLive is already enabled');
  await client.send(new DeleteTableCommand({ TableName: TABLE }));
  await expect.poll(() => createTable(client).then(() => 'created', String), { interval: 5 }).toBe('created');
  expect(await describeTtl()).toEqual({ TimeToLiveStatus: 'DISABLED' });
});

it('still has its TTL and backup settings after a restart', async () => {
  const dataFolder = temporaryFolder();
  const { dynamoDb, client } = await startDynamoDb({ dataFolder });
  await client.send(ttl(true));
  await client.send(
    new UpdateContinuousBackupsCommand({
      TableName: TABLE,
      PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
    }),
  );
  await dynamoDb.close();

  const again = await restart(dataFolder);
  await expect(again.send(ttl(true))).rejects.toThrow('TimeToLive is already enabled');
  const backups = await again.send(new DescribeContinuousBackupsCommand({ TableName: TABLE }));
  expect(backups.ContinuousBackupsDescription?.PointInTimeRecoveryDescription).toEqual({
    PointInTimeRecoveryStatus: 'ENABLED',
  });
});
