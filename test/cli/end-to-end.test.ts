import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { CreateTableCommand, DynamoDBClient, waitUntilTableExists } from '@aws-sdk/client-dynamodb';
import { CreateQueueCommand, SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { expect, it, onTestFinished } from 'vitest';
import { stringify } from 'yaml';
import { writeLocalConnection } from '../../lib/local/connection.ts';
import { startDynamoDbEndpoint } from '../../lib/local/dynamodb/endpoint.ts';
import { localImages, localSecurityGroup, localSubnets } from '../../lib/local/ec2/catalogue.ts';
import { startEc2Endpoint } from '../../lib/local/ec2/ec2-server.ts';
import { Ec2World } from '../../lib/local/ec2/world.ts';
import { startSqsEndpoint } from '../../lib/local/sqs/endpoint.ts';

const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };

/** Local endpoints with two tables and one queue, and a connection file that leads to them. */
async function startLocalProvisioner() {
  const folder = await mkdtemp(join(tmpdir(), 'cli-'));
  const world = new Ec2World();
  const [dynamodb, sqs, ec2] = await Promise.all([
    startDynamoDbEndpoint(),
    startSqsEndpoint(),
    startEc2Endpoint({ world }),
  ]);
  onTestFinished(async () => {
    world.close();
    await Promise.all([dynamodb.close(), sqs.close(), ec2.close(), rm(folder, { recursive: true })]);
  });
  await createTables(dynamodb.url);
  await writeLocalConnection(folder, {
    pid: process.pid,
    provisionerId: 'demo',
    region: 'us-east-1',
    workerTypesTable: 'worker-types',
    stateTable: 'state',
    workerInstanceProfileArn: 'arn:aws:iam::123456789012:instance-profile/workers',
    endpoints: { dynamodb: dynamodb.url, sqs: sqs.url, ec2: ec2.url },
    startedAt: new Date().toISOString(),
  });
  return { folder, queueUrl: await createQueueWithTask(sqs.url) };
}

async function createTables(endpoint: string): Promise<void> {
  const client = new DynamoDBClient({ region: 'us-east-1', endpoint, credentials });
  for (const [TableName, partition, sort] of [
    ['worker-types', 'provisionerId', 'workerType'],
    ['state', 'pk', 'sk'],
  ] as const) {
    await client.send(
      new CreateTableCommand({
        TableName,
        BillingMode: 'PAY_PER_REQUEST',
        AttributeDefinitions: [partition, sort].map((AttributeName) => ({ AttributeName, AttributeType: 'S' })),
        KeySchema: [
          { AttributeName: partition, KeyType: 'HASH' },
          { AttributeName: sort, KeyType: 'RANGE' },
        ],
      }),
    );
    await waitUntilTableExists({ client, maxWaitTime: 20, minDelay: 0.05, maxDelay: 0.1 }, { TableName });
  }
  client.destroy();
}

async function createQueueWithTask(endpoint: string): Promise<string> {
  const client = new SQSClient({ region: 'us-east-1', endpoint, credentials });
  const { QueueUrl = '' } = await client.send(new CreateQueueCommand({ QueueName: 'demo-build' }));
  await client.send(new SendMessageCommand({ QueueUrl, MessageBody: '{"command":["true"]}' }));
  client.destroy();
  return QueueUrl;
}

it('a worker type goes from its file over a launch to its end, by the real command and the real adapters', async () => {
  const { folder, queueUrl } = await startLocalProvisioner();
  const definition = stringify({
    workerType: 'build',
    queueUrl,
    maxCapacity: 3,
    instanceTypes: [{ instanceType: 'c7g.large' }],
    imageId: localImages.linuxArm64,
    workerInstall: 'amazon-linux-2023',
    subnetIds: localSubnets.map(({ subnetId }) => subnetId),
    securityGroupIds: [localSecurityGroup.groupId],
  });

  async function provisioner(line: string, stdin = '') {
    const { promise, resolve: answer } = Promise.withResolvers<{ exitCode: unknown; data: unknown; stderr: string }>();
    const args = [`--local=${folder}`, '--json', ...line.split(' ')];
    const child = execFile(resolve('bin/provisioner'), args, (error, stdout, stderr) =>
      answer({ exitCode: error?.code ?? 0, data: stdout === '' ? undefined : JSON.parse(stdout), stderr }),
    );
    child.stdin?.end(stdin);
    return promise;
  }

  const applied = await provisioner('worker-types apply -', definition);
  expect(applied).toMatchObject({ exitCode: 0, stderr: '', data: { workerTypes: [{ result: 'saved', version: 1 }] } });
  const again = await provisioner('worker-types apply -', definition);
  expect(again).toMatchObject({ exitCode: 0, data: { workerTypes: [{ result: 'unchanged' }] } });

  const preview = await provisioner('tick --dry-run');
  expect(preview).toMatchObject({
    exitCode: 0,
    data: {
      workerTypes: [{ kind: 'launch', requests: [{ action: 'CreateLaunchTemplate' }, { action: 'CreateFleet' }] }],
    },
  });
  expect(await provisioner('workers list')).toMatchObject({ exitCode: 0, data: { workers: [] } });

  const ticked = await provisioner('tick');
  expect(ticked).toMatchObject({ exitCode: 0, stderr: '', data: { tick: { launchedCapacity: 1, failures: [] } } });
  const status = await provisioner('status build');
  expect(status).toMatchObject({ exitCode: 0, data: { workerTypes: [{ state: 'ok', pendingTasks: 1, target: 1 }] } });
  const reaped = await provisioner('reap --dry-run');
  expect(reaped).toMatchObject({ exitCode: 0, data: { workers: [{ verdict: 'keep' }] } });

  const { data } = await provisioner('workers list');
  const [worker] = (data as { workers: { workerId: string; workerType: string }[] }).workers;
  expect(worker).toMatchObject({ workerType: 'build' });
  const terminated = await provisioner(`workers terminate ${worker?.workerId} --yes`);
  expect(terminated).toMatchObject({ exitCode: 0, data: { workers: [{ result: 'terminated' }] } });
  const deleted = await provisioner('worker-types delete build --yes');
  expect(deleted).toMatchObject({ exitCode: 0, data: { result: 'removed' } });
}, 60_000);
