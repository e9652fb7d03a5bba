import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { CreateQueueCommand, SendMessageCommand } from '@aws-sdk/client-sqs';
import { onTestFinished } from 'vitest';
import { awsClients } from '../../lib/aws/clients.ts';
import { createTables } from '../../lib/aws/create-tables.ts';
import { startAccountServices } from '../../lib/local/account-services.ts';
import { writeLocalConnection } from '../../lib/local/connection.ts';
import { startDynamoDbEndpoint } from '../../lib/local/dynamodb/endpoint.ts';
import { startEc2Endpoint } from '../../lib/local/ec2/ec2-server.ts';
import { Ec2World } from '../../lib/local/ec2/world.ts';
import { startEventsEndpoint } from '../../lib/local/events/endpoint.ts';
import type { DeliveredEvent } from '../../lib/local/events/put-events.ts';
import { startSqsEndpoint } from '../../lib/local/sqs/endpoint.ts';

/** What the real command answered. */
interface Answer {
  readonly exitCode: unknown;
  readonly data: unknown;
  readonly stderr: string;
}

/** Local endpoints with two tables and a queue that holds one task, and the real command in front of them. */
export async function startLocalProvisioner() {
  const folder = await mkdtemp(join(tmpdir(), 'cli-'));
  const world = new Ec2World();
  const [dynamodb, sqs, events, ec2, account] = await Promise.all([
    startDynamoDbEndpoint(),
    startSqsEndpoint(),
    startEventsEndpoint(),
    startEc2Endpoint({ world }),
    startAccountServices(),
  ]);
  const connection = {
    pid: process.pid,
    provisionerId: 'demo',
    region: 'us-east-1',
    regions: ['us-east-1'],
    workerTypesTable: 'worker-types',
    stateTable: 'state',
    eventBus: 'bus',
    workerInstanceProfileArn: 'arn:aws:iam::123456789012:instance-profile/workers',
    endpoints: { dynamodb: dynamodb.url, sqs: sqs.url, ec2: ec2.url, events: events.url },
    accountEndpoints: account.endpoints,
    startedAt: new Date().toISOString(),
  };
  const clients = awsClients(connection.region, connection.endpoints);
  onTestFinished(async () => {
    clients.destroy();
    world.close();
    await Promise.all([
      dynamodb.close(),
      sqs.close(),
      events.close(),
      ec2.close(),
      account.close(),
      rm(folder, { recursive: true }),
    ]);
  });
  events.addBus(connection.eventBus);
  const busEvents: DeliveredEvent[] = [];
  events.onEvent(connection.eventBus, (event) => busEvents.push(event));
  await createTables(clients.dynamoDb, connection);
  await writeLocalConnection(folder, connection);
  const { QueueUrl: queueUrl = '' } = await clients.sqs.send(new CreateQueueCommand({ QueueName: 'demo-build' }));
  await clients.sqs.send(new SendMessageCommand({ QueueUrl: queueUrl, MessageBody: '{"command":["true"]}' }));

  /** Runs `bin/provisioner --json` and reads its answer. */
  async function provisioner(line: string | readonly string[], stdin = ''): Promise<Answer> {
    const { promise, resolve: answer } = Promise.withResolvers<Answer>();
    const words = typeof line === 'string' ? line.split(' ') : line;
    const child = execFile(
      resolve('bin/provisioner'),
      [`--local=${folder}`, '--json', ...words],
      (error, stdout, stderr) =>
        answer({ exitCode: error?.code ?? 0, data: stdout === '' ? undefined : JSON.parse(stdout), stderr }),
    );
    child.stdin?.end(stdin);
    return promise;
  }

  return { queueUrl, world, provisioner, busEvents };
}
