import { GetCommand, TransactWriteCommand } from '@aws-sdk/lib-dynamodb';
import { expect, it } from 'vitest';
import { keyOf, read, startDynamoDb, TABLE } from './fixture.ts';

it('answers an injected fault as often as told, and only where the input matches', async () => {
  const { dynamoDb, client } = await startDynamoDb();
  dynamoDb.setFault({
    action: 'GetItem',
    when: (input) => JSON.stringify(input['Key']).includes('unlucky'),
    code: 'ProvisionedThroughputExceededException',
    status: 400,
    times: 1,
  });
  await read(client, 'lucky');
  await expect(read(client, 'unlucky')).rejects.toMatchObject({ name: 'ProvisionedThroughputExceededException' });
  await read(client, 'unlucky');
  dynamoDb.setFault({ action: 'GetItem', code: 'InternalServerError', status: 500 });
  for (const _ of [1, 2]) await expect(read(client, 'lucky')).rejects.toThrow('Injected InternalServerError');
  dynamoDb.clearFaults();
  await read(client, 'lucky');
});

it('answers a transaction conflict with its reasons', async () => {
  const { dynamoDb, client } = await startDynamoDb();
  const CancellationReasons = [{ Code: 'TransactionConflict' }];
  const code = 'TransactionCanceledException';
  dynamoDb.setFault({ action: 'TransactWriteItems', code, status: 400, details: { CancellationReasons }, times: 1 });
  const write = new TransactWriteCommand({ TransactItems: [{ Put: { TableName: TABLE, Item: keyOf('a') } }] });
  await expect(client.send(write)).rejects.toMatchObject({ name: code, CancellationReasons });
  expect(await read(client, 'a')).toBeUndefined();
});

it('records every call with its table and time', async () => {
  const { dynamoDb, client } = await startDynamoDb({ now: () => 42 });
  const before = dynamoDb.requests.length;
  await read(client, 'a');
  await expect(client.send(new GetCommand({ TableName: 'missing', Key: keyOf('a') }))).rejects.toThrow();
  expect(dynamoDb.requests.slice(before)).toEqual([
    { action: 'GetItem', table: TABLE, at: 42 },
    { action: 'GetItem', table: 'missing', at: 42 },
  ]);
});
