import {
  BatchWriteCommand,
  DeleteCommand,
  PutCommand,
  TransactWriteCommand,
  UpdateCommand,
} from '@aws-sdk/lib-dynamodb';
import { describe, expect, it } from 'vitest';
import type { TableChange } from '../../../lib/local/dynamodb/table-changes.ts';
import { keyOf, startDynamoDb, TABLE } from './fixture.ts';

async function watched() {
  const { dynamoDb, client } = await startDynamoDb({ now: () => 1_700_000_000_500 });
  const changes: TableChange[] = [];
  const stop = dynamoDb.onChange(TABLE, (change) => changes.push(change));
  const put = (pk: string, value: number) =>
    client.send(new PutCommand({ TableName: TABLE, Item: { ...keyOf(pk), value } }));
  const seen = () =>
    changes.map(({ keys, before, after }) => [
      Object(keys['pk']).S,
      Object(before?.['value']).N,
      Object(after?.['value']).N,
    ]);
  return { client, changes, put, seen, stop };
}

describe('changes of a table', () => {
  it('are told with the item before and after, in order, under numbers that rise', async () => {
    const { client, changes, put, seen } = await watched();
    await put('a', 1);
    await put('a', 2);
    await client.send(
      new UpdateCommand({
        TableName: TABLE,
        Key: keyOf('a'),
        UpdateExpression: 'ADD #v :one',
        ExpressionAttributeNames: { '#v': 'value' },
        ExpressionAttributeValues: { ':one': 1 },
      }),
    );
    await client.send(new DeleteCommand({ TableName: TABLE, Key: keyOf('a') }));
    expect(seen()).toEqual([
      ['a', undefined, '1'],
      ['a', '1', '2'],
      ['a', '2', '3'],
      ['a', '3', undefined],
    ]);
    expect(changes[0]).toMatchObject({
      table: TABLE,
      at: 1_700_000_000_500,
      keys: { pk: { S: 'a' }, sk: { S: 'main' } },
    });
    const numbers = changes.map(({ sequence }) => sequence);
    expect(numbers.toSorted()).toEqual(numbers);
    expect(new Set(numbers).size).toBe(4);
  });

  it('are told of batches and transactions, item by item', async () => {
    const { client, seen } = await watched();
    const item = (pk: string) => ({ ...keyOf(pk), value: 1 });
    await client.send(
      new BatchWriteCommand({
        RequestItems: { [TABLE]: ['a', 'b'].map((pk) => ({ PutRequest: { Item: item(pk) } })) },
      }),
    );
    await client.send(
      new TransactWriteCommand({
        TransactItems: [
          { Delete: { TableName: TABLE, Key: keyOf('a') } },
          { Put: { TableName: TABLE, Item: item('c') } },
          { ConditionCheck: { TableName: TABLE, Key: keyOf('b'), ConditionExpression: 'attribute_exists(pk)' } },
        ],
      }),
    );
    expect(seen()).toEqual([
      ['a', undefined, '1'],
      ['b', undefined, '1'],
      ['a', '1', undefined],
      ['c', undefined, '1'],
    ]);
  });

  it('are not told of what was refused, of what changed nothing, nor of other tables', async () => {
    const { client, put, seen } = await watched();
    await put('a', 1);
    await put('a', 1);
    await client.send(new DeleteCommand({ TableName: TABLE, Key: keyOf('never-there') }));
    const refused = new PutCommand({
      TableName: TABLE,
      Item: keyOf('a'),
      ConditionExpression: 'attribute_not_exists(pk)',
      ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
    });
    await expect(client.send(refused)).rejects.toThrow('conditional');
    await expect(client.send(new PutCommand({ TableName: TABLE, Item: { pk: 'no sort key' } }))).rejects.toThrow();
    await expect(client.send(new PutCommand({ TableName: 'other', Item: keyOf('a') }))).rejects.toThrow();
    expect(seen()).toEqual([['a', undefined, '1']]);
  });

  it('are told no more when nobody listens', async () => {
    const { put, seen, stop } = await watched();
    await put('a', 1);
    stop();
    await put('a', 2);
    expect(seen()).toHaveLength(1);
  });
});
