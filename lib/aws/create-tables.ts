import {
  CreateTableCommand,
  type DynamoDBClient,
  ResourceInUseException,
  UpdateTimeToLiveCommand,
  waitUntilTableExists,
} from '@aws-sdk/client-dynamodb';

/** The two tables as the stack makes them, for endpoints where nothing is deployed. Those that exist are left alone. */
export async function createTables(
  client: DynamoDBClient,
  { workerTypesTable, stateTable }: { readonly workerTypesTable: string; readonly stateTable: string },
): Promise<void> {
  await createTable(client, workerTypesTable, 'provisionerId', 'workerType');
  if (await createTable(client, stateTable, 'pk', 'sk')) {
    const ttl = { Enabled: true, AttributeName: 'expiresAt' };
    await client.send(new UpdateTimeToLiveCommand({ TableName: stateTable, TimeToLiveSpecification: ttl }));
  }
}

async function createTable(
  client: DynamoDBClient,
  name: string,
  partitionKey: string,
  sortKey: string,
): Promise<boolean> {
  try {
    await client.send(
      new CreateTableCommand({
        TableName: name,
        BillingMode: 'PAY_PER_REQUEST',
        KeySchema: [
          { AttributeName: partitionKey, KeyType: 'HASH' },
          { AttributeName: sortKey, KeyType: 'RANGE' },
        ],
        AttributeDefinitions: [partitionKey, sortKey].map((key) => ({
          AttributeName: key,
          AttributeType: 'S' as const,
        })),
      }),
    );
  } catch (error) {
    if (error instanceof ResourceInUseException) return false;
    throw error;
  }
  await waitUntilTableExists({ client, maxWaitTime: 30, minDelay: 0.02, maxDelay: 1 }, { TableName: name });
  return true;
}
