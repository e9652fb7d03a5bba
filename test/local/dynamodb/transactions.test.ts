import {
  DeleteCommand,
  type DynamoDBDocumentClient,
  PutCommand,
  QueryCommand,
  TransactGetCommand,
  TransactWriteCommand,
  type TransactWriteCommandInput,
} from '@aws-sdk/lib-dynamodb';
import { describe, expect, it } from 'vitest';
import { keyOf, read, startDynamoDb, TABLE } from './fixture.ts';

type TransactItems = NonNullable<TransactWriteCommandInput['TransactItems']>;

async function startWithAccounts(): Promise<DynamoDBDocumentClient> {
  const { client } = await startDynamoDb();
  for (const pk of ['a', 'b']) {
    await client.send(new PutCommand({ TableName: TABLE, Item: { ...keyOf(pk), amount: 10, status: 'open' } }));
  }
  return client;
}

function write(client: DynamoDBDocumentClient, TransactItems: TransactItems, ClientRequestToken?: string) {
  return client.send(new TransactWriteCommand({ TransactItems, ...(ClientRequestToken && { ClientRequestToken }) }));
}

const put = (pk: string, attributes = {}) => ({ Put: { TableName: TABLE, Item: { ...keyOf(pk), ...attributes } } });
const add = (pk: string, amount: number) => ({
  Update: {
    TableName: TABLE,
    Key: keyOf(pk),
    UpdateExpression: 'ADD amount :amount',
    ConditionExpression: 'attribute_exists(pk)',
    ExpressionAttributeValues: { ':amount': amount },
  },
});
const check = (pk: string, amount: number) => ({
  ConditionCheck: {
    TableName: TABLE,
    Key: keyOf(pk),
    ConditionExpression: 'amount = :amount',
    ExpressionAttributeValues: { ':amount': amount },
    ReturnValuesOnConditionCheckFailure: 'ALL_OLD' as const,
  },
});

it('puts, updates, deletes and checks together, and keeps indexes in step', async () => {
  const client = await startWithAccounts();
  await client.send(new PutCommand({ TableName: TABLE, Item: keyOf('old') }));
  await write(client, [
    add('a', 5),
    check('b', 10),
    put('new', { status: 'open' }),
    { Delete: { TableName: TABLE, Key: keyOf('old') } },
  ]);
  expect(await read(client, 'a')).toMatchObject({ amount: 15 });
  expect(await read(client, 'old')).toBeUndefined();
  const { Items } = await client.send(
    new QueryCommand({
      TableName: TABLE,
      IndexName: 'by-status',
      KeyConditionExpression: '#status = :open',
      ExpressionAttributeNames: { '#status': 'status' },
      ExpressionAttributeValues: { ':open': 'open' },
    }),
  );
  expect(Items?.map((item) => `${item['pk']} ${item['amount']}`).sort()).toEqual(['a 15', 'b 10', 'new undefined']);
});

it('applies nothing when one condition fails, and says which one and what the item was', async () => {
  const client = await startWithAccounts();
  await expect(write(client, [add('a', 5), check('b', 99), put('new')])).rejects.toMatchObject({
    name: 'TransactionCanceledException',
    message: expect.stringContaining('[None, ConditionalCheckFailed, None]'),
    CancellationReasons: [
      { Code: 'None' },
      // The document client leaves items in errors as DynamoDB sends them.
      {
        Code: 'ConditionalCheckFailed',
        Item: { pk: { S: 'b' }, sk: { S: 'main' }, amount: { N: '10' }, status: { S: 'open' } },
      },
      { Code: 'None' },
    ],
  });
  expect(await read(client, 'a')).toMatchObject({ amount: 10 });
  expect(await read(client, 'new')).toBeUndefined();
});

it('applies nothing when an update turns out not to fit its item', async () => {
  const client = await startWithAccounts();
  await client.send(new PutCommand({ TableName: TABLE, Item: { ...keyOf('text'), amount: 'ten' } }));
  await expect(write(client, [put('new'), add('a', 1), add('text', 1)])).rejects.toMatchObject({
    CancellationReasons: [{ Code: 'None' }, { Code: 'None' }, { Code: 'ValidationError' }],
  });
  expect(await read(client, 'a')).toMatchObject({ amount: 10 });
  expect(await read(client, 'new')).toBeUndefined();
});

it('lets one of two transactions win that race for an item', async () => {
  const client = await startWithAccounts();
  const claim = (owner: string) => {
    const once = { ConditionExpression: 'attribute_not_exists(pk)' };
    return write(client, [{ Put: { TableName: TABLE, Item: { ...keyOf('lease'), owner }, ...once } }, put(owner)]);
  };
  const outcomes = await Promise.allSettled([claim('first'), claim('second')]);
  expect(outcomes.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
  const owner = String((await read(client, 'lease'))?.['owner']);
  expect(await read(client, owner)).toBeDefined();
  expect(await read(client, owner === 'first' ? 'second' : 'first')).toBeUndefined();
});

it('moves amounts between items without losing any, whatever runs in parallel', async () => {
  const client = await startWithAccounts();
  await Promise.all(Array.from({ length: 50 }, () => write(client, [add('a', -1), add('b', 1)])));
  expect(await read(client, 'a')).toMatchObject({ amount: -40 });
  expect(await read(client, 'b')).toMatchObject({ amount: 60 });
});

it('applies a request with the same token once, and refuses another request with that token', async () => {
  const client = await startWithAccounts();
  await write(client, [add('a', 1)], 'token');
  await write(client, [add('a', 1)], 'token');
  expect(await read(client, 'a')).toMatchObject({ amount: 11 });
  const mismatch = { name: 'IdempotentParameterMismatchException' };
  await expect(write(client, [add('a', 2)], 'token')).rejects.toMatchObject(mismatch);
});

it('reads items together in the order asked for, with projections', async () => {
  const client = await startWithAccounts();
  const get = (pk: string) => ({ Get: { TableName: TABLE, Key: keyOf(pk), ProjectionExpression: 'pk, amount' } });
  const { Responses } = await client.send(new TransactGetCommand({ TransactItems: ['b', 'missing', 'a'].map(get) }));
  expect(Responses).toEqual([{ Item: { pk: 'b', amount: 10 } }, {}, { Item: { pk: 'a', amount: 10 } }]);
});

describe('refuses', () => {
  it.each<[fact: string, name: string, items: TransactItems]>([
    ['two actions on one item', 'ValidationException', [put('x'), check('x', 1)]],
    ['no action', 'ValidationException', []],
    ['101 actions', 'ValidationException', Array.from({ length: 101 }, (_, index) => put(`${index}`))],
    ['a malformed expression', 'ValidationException', [{ Update: { ...add('a', 1).Update, UpdateExpression: 'ADD' } }]],
    ['an unknown table', 'ResourceNotFoundException', [{ Put: { TableName: 'missing', Item: keyOf('a') } }]],
  ])('%s with %s', async (_fact, name, items) => {
    const client = await startWithAccounts();
    await expect(write(client, items)).rejects.toMatchObject({ name });
  });
});

it('runs beside single writes without mixing with them', async () => {
  const client = await startWithAccounts();
  const failing = () => write(client, [add('a', 1), check('b', 99)]).catch(() => undefined);
  const single = (id: number) => client.send(new PutCommand({ TableName: TABLE, Item: keyOf(`single-${id}`) }));
  const removal = client.send(new DeleteCommand({ TableName: TABLE, Key: keyOf('absent') }));
  await Promise.all([removal, ...Array.from({ length: 30 }, (_, id) => (id % 2 ? failing() : single(id)))]);
  expect(await read(client, 'a')).toMatchObject({ amount: 10 });
  for (let id = 0; id < 30; id += 2) expect(await read(client, `single-${id}`)).toBeDefined();
});
