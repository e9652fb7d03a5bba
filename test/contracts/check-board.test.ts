import { onTestFinished } from 'vitest';
import { awsClients } from '../../lib/aws/clients.ts';
import { createTables } from '../../lib/aws/create-tables.ts';
import { DynamoCheckBoard } from '../../lib/aws/dynamo-check-board.ts';
import { StateTable } from '../../lib/aws/state-table.ts';
import { startDynamoDbEndpoint } from '../../lib/local/dynamodb/endpoint.ts';
import { MemoryCheckBoard } from '../../lib/memory/memory-check-board.ts';
import { describeCheckBoard } from './check-board.contract.ts';

describeCheckBoard('in memory', async () => ({ checkBoard: new MemoryCheckBoard() }));

describeCheckBoard('AWS SDK over HTTP', async () => {
  const dynamoDb = await startDynamoDbEndpoint();
  const nowhere = 'http://127.0.0.1:1';
  const clients = awsClients('us-east-1', { dynamodb: dynamoDb.url, sqs: nowhere, ec2: nowhere, events: nowhere });
  onTestFinished(async () => {
    clients.destroy();
    await dynamoDb.close();
  });
  await createTables(clients.dynamoDb, { workerTypesTable: 'types', stateTable: 'state' });
  return { checkBoard: new DynamoCheckBoard(new StateTable(clients.dynamoDb, 'state', 'acme')) };
});
