import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CreateTableCommand, DynamoDBClient, waitUntilTableExists } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, GetCommand } from '@aws-sdk/lib-dynamodb';
import { onTestFinished } from 'vitest';
import {
  type DynamoDbEndpoint,
  type DynamoDbEndpointOptions,
  startDynamoDbEndpoint,
} from '../../../lib/local/dynamodb/endpoint.ts';

/** The table that tests use: partition key `pk`, sort key `sk`, and an index by `status`. */
export const TABLE = 'state';

/** The real SDK's document client, signing with made-up keys. */
export function dynamoDbClient(endpoint: string): DynamoDBDocumentClient {
  const client = new DynamoDBClient({
    endpoint,
    region: 'us-east-1',
    credentials: { accessKeyId: 'LOCAL', secretAccessKey: 'local' },
    maxAttempts: 1,
  });
  onTestFinished(() => client.destroy());
  return DynamoDBDocumentClient.from(client);
}

/** Creates the table and waits until it is active. */
export async function createTable(client: DynamoDBDocumentClient): Promise<void> {
  const key = (AttributeName: string, KeyType: 'HASH' | 'RANGE') => ({ AttributeName, KeyType });
  await client.send(
    new CreateTableCommand({
      TableName: TABLE,
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: ['pk', 'sk', 'status'].map((name) => ({ AttributeName: name, AttributeType: 'S' })),
      KeySchema: [key('pk', 'HASH'), key('sk', 'RANGE')],
      GlobalSecondaryIndexes: [
        { IndexName: 'by-status', KeySchema: [key('status', 'HASH')], Projection: { ProjectionType: 'ALL' } },
      ],
    }),
  );
  await waitUntilTableExists({ client, maxWaitTime: 10, minDelay: 0.01, maxDelay: 0.01 }, { TableName: TABLE });
}

/** An endpoint with the table and a client, closed when the test ends. */
export async function startDynamoDb(
  options: DynamoDbEndpointOptions = {},
): Promise<{ dynamoDb: DynamoDbEndpoint; client: DynamoDBDocumentClient }> {
  const dynamoDb = await startDynamoDbEndpoint(options);
  onTestFinished(() => dynamoDb.close());
  const client = dynamoDbClient(dynamoDb.url);
  await createTable(client);
  return { dynamoDb, client };
}

/** The item with this partition key and the sort key `main`. */
export async function read(client: DynamoDBDocumentClient, pk: string): Promise<Record<string, unknown> | undefined> {
  return (await client.send(new GetCommand({ TableName: TABLE, Key: keyOf(pk), ConsistentRead: true }))).Item;
}

/** The whole key of an item. */
export function keyOf(pk: string): { pk: string; sk: string } {
  return { pk, sk: 'main' };
}

/** A folder that is removed when the test ends. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'dynamodb-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return folder;
}

/** An endpoint in a process of its own, to be killed without warning. */
export async function startDynamoDbProcess(dataFolder: string): Promise<{ url: string; kill: () => Promise<void> }> {
  const child = fork(new URL('endpoint-process.ts', import.meta.url), [dataFolder], { execArgv: [] });
  onTestFinished(() => void child.kill('SIGKILL'));
  const [url] = await once(child, 'message');
  return {
    url: String(url),
    kill: async () => {
      child.kill('SIGKILL');
      await once(child, 'exit');
    },
  };
}

/** Serves a data folder that exists already. */
export async function restart(dataFolder: string): Promise<DynamoDBDocumentClient> {
  const dynamoDb = await startDynamoDbEndpoint({ dataFolder });
  onTestFinished(() => dynamoDb.close());
  return dynamoDbClient(dynamoDb.url);
}
