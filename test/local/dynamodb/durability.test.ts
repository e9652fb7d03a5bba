import { PutCommand, ScanCommand, TransactWriteCommand } from '@aws-sdk/lib-dynamodb';
import { expect, it } from 'vitest';
import { startDynamoDbEndpoint } from '../../../lib/local/dynamodb/endpoint.ts';
import {
  createTable,
  dynamoDbClient,
  keyOf,
  read,
  restart,
  startDynamoDb,
  startDynamoDbProcess,
  TABLE,
  temporaryFolder,
} from './fixture.ts';

it('loses no acknowledged write and splits no transaction when its process is killed', async () => {
  const dataFolder = temporaryFolder();
  const { url, kill } = await startDynamoDbProcess(dataFolder);
  const client = dynamoDbClient(url);
  await createTable(client);
  const acknowledged: string[] = [];
  const put = (pk: string) => ({ TableName: TABLE, Item: { ...keyOf(pk), status: 'open' } });
  const putUntilKilled = async () => {
    for (let id = 0; ; id += 1) {
      await client.send(new PutCommand(put(`single-${id}`)));
      acknowledged.push(`single-${id}`);
    }
  };
  const transactUntilKilled = async (series: string) => {
    for (let id = 0; ; id += 1) {
      const [left, right] = [`${series}-${id}-left`, `${series}-${id}-right`];
      await client.send(new TransactWriteCommand({ TransactItems: [{ Put: put(left) }, { Put: put(right) }] }));
      acknowledged.push(left, right);
    }
  };
  const writers = Promise.allSettled([putUntilKilled(), transactUntilKilled('x'), transactUntilKilled('y')]);
  await expect.poll(() => acknowledged.length, { interval: 5 }).toBeGreaterThan(200);
  await kill();
  await writers;

  const { Items = [] } = await (await restart(dataFolder)).send(new ScanCommand({ TableName: TABLE }));
  const found = new Set(Items.map((item) => String(item['pk'])));
  expect(acknowledged.filter((pk) => !found.has(pk))).toEqual([]);
  const lefts = [...found].filter((pk) => pk.endsWith('-left'));
  expect(lefts.every((pk) => found.has(pk.replace('-left', '-right')))).toBe(true);
  expect([...found].filter((pk) => pk.endsWith('-right'))).toHaveLength(lefts.length);
});

it('keeps tables and items when it comes back on another port', async () => {
  const dataFolder = temporaryFolder();
  const { dynamoDb, client } = await startDynamoDb({ dataFolder });
  await client.send(new PutCommand({ TableName: TABLE, Item: keyOf('a') }));
  await dynamoDb.close();
  expect(await read(await restart(dataFolder), 'a')).toEqual(keyOf('a'));
});

it('names the data folder while another process uses it, and takes it over when that one is dead', async () => {
  const dataFolder = temporaryFolder();
  const { kill } = await startDynamoDbProcess(dataFolder);
  const second = startDynamoDbEndpoint({ dataFolder });
  await expect(second).rejects.toThrow(`The DynamoDB data folder ${dataFolder} is in use by another running endpoint`);
  await kill();
  await startDynamoDb({ dataFolder });
});
