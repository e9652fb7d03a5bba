import { PutItemCommand } from '@aws-sdk/client-dynamodb';
import { expect, it } from 'vitest';
import { toItem } from '../../lib/aws/dynamo-tables.ts';
import { stateKeys } from '../../lib/aws/state-keys.ts';
import type { LaunchRecord } from '../../lib/control/ports.ts';
import { FIRST_SHARD } from '../../lib/control/shards.ts';
import { useAwsWorld } from '../support/aws-world.ts';
import { anOrder, aWorker, NOW } from '../support/builders.ts';

it('reads records whose workers stand each by itself, as versions before wrote them', async () => {
  const { ports, clients, config } = await useAwsWorld();
  const record: LaunchRecord = {
    order: anOrder(),
    shard: FIRST_SHARD,
    openedAt: NOW,
    state: 'closed',
    workers: [aWorker({ workerId: 'i-1' }), aWorker({ workerId: 'i-2' })],
    refusals: [],
  };
  const key = stateKeys.launch('acme', FIRST_SHARD, NOW, record.order.launchId);
  await clients.dynamoDb.send(
    new PutItemCommand({ TableName: config.stateTable, Item: toItem({ ...key, record, expiresAt: 2e9 }) }),
  );
  expect(await ports.ledger.recent(NOW)).toEqual([record]);
});
