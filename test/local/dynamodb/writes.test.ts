import { ConditionalCheckFailedException, ResourceNotFoundException } from '@aws-sdk/client-dynamodb';
import { DeleteCommand, GetCommand, PutCommand, QueryCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { describe, expect, it } from 'vitest';
import { keyOf, read, startDynamoDb, TABLE } from './fixture.ts';

const ifAbsent = { ConditionExpression: 'attribute_not_exists(pk)' };

it('writes only when the condition holds', async () => {
  const { client } = await startDynamoDb();
  await client.send(new PutCommand({ TableName: TABLE, Item: { ...keyOf('a'), owner: 'first' }, ...ifAbsent }));
  const second = client.send(
    new PutCommand({ TableName: TABLE, Item: { ...keyOf('a'), owner: 'second' }, ...ifAbsent }),
  );
  await expect(second).rejects.toThrow(ConditionalCheckFailedException);
  expect(await read(client, 'a')).toEqual({ ...keyOf('a'), owner: 'first' });
});

describe('shows the item that failed the condition when asked for it:', () => {
  const condition = {
    TableName: TABLE,
    ConditionExpression: '#owner = :me',
    ExpressionAttributeNames: { '#owner': 'owner' },
    ExpressionAttributeValues: { ':me': 'me' },
    ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
  } as const;

  it.each([
    ['PutItem', new PutCommand({ ...condition, Item: keyOf('a') })],
    ['DeleteItem', new DeleteCommand({ ...condition, Key: keyOf('a') })],
    ['UpdateItem', new UpdateCommand({ ...condition, Key: keyOf('a'), UpdateExpression: 'SET #owner = :me' })],
  ])('%s', async (_operation, command) => {
    const { client } = await startDynamoDb();
    await client.send(new PutCommand({ TableName: TABLE, Item: { ...keyOf('a'), owner: 'other' } }));
    await expect(client.send(command as PutCommand)).rejects.toMatchObject({
      name: 'ConditionalCheckFailedException',
      Item: { pk: { S: 'a' }, sk: { S: 'main' }, owner: { S: 'other' } },
    });
  });
});

it('shows no item when it was not asked for', async () => {
  const { client } = await startDynamoDb();
  const put = () => client.send(new PutCommand({ TableName: TABLE, Item: keyOf('a'), ...ifAbsent }));
  await put();
  const failure: unknown = await put().catch((error: unknown) => error);
  expect(failure).toMatchObject({ name: 'ConditionalCheckFailedException', Item: undefined });
});

it('counts every one of 100 parallel additions', async () => {
  const { client } = await startDynamoDb();
  const add = new UpdateCommand({
    TableName: TABLE,
    Key: keyOf('counter'),
    UpdateExpression: 'ADD amount :one',
    ExpressionAttributeValues: { ':one': 1 },
  });
  await Promise.all(Array.from({ length: 100 }, () => client.send(add)));
  expect(await read(client, 'counter')).toMatchObject({ amount: 100 });
});

it('finds items by a secondary index', async () => {
  const { client } = await startDynamoDb();
  for (const [pk, status] of Object.entries({ a: 'running', b: 'stopped', c: 'running' })) {
    await client.send(new PutCommand({ TableName: TABLE, Item: { ...keyOf(pk), status } }));
  }
  const { Items } = await client.send(
    new QueryCommand({
      TableName: TABLE,
      IndexName: 'by-status',
      KeyConditionExpression: '#status = :running',
      ExpressionAttributeNames: { '#status': 'status' },
      ExpressionAttributeValues: { ':running': 'running' },
    }),
  );
  expect(Items?.map((item) => item['pk']).sort()).toEqual(['a', 'c']);
});

it('stores an item of 400 KB, gives it back whole, and refuses a larger one', async () => {
  const { client } = await startDynamoDb();
  const item = (bytes: number) => ({ ...keyOf('a'), data: 'x'.repeat(bytes) });
  const namesAndKeysBytes = 'pk'.length + 'a'.length + 'sk'.length + 'main'.length + 'data'.length;
  const largest = item(400 * 1024 - namesAndKeysBytes);
  await client.send(new PutCommand({ TableName: TABLE, Item: largest }));
  expect(await read(client, 'a')).toEqual(largest);
  const tooLarge = client.send(new PutCommand({ TableName: TABLE, Item: item(400 * 1024) }));
  await expect(tooLarge).rejects.toMatchObject({ name: 'ValidationException' });
});

it('answers ResourceNotFoundException for a table that does not exist', async () => {
  const { client } = await startDynamoDb();
  const get = client.send(new GetCommand({ TableName: 'missing', Key: keyOf('a') }));
  await expect(get).rejects.toThrow(ResourceNotFoundException);
});
