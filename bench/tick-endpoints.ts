/**
 * A process with local endpoints: what they cost must not count as the tick's. EC2 has one of its own: a page of a long
 * list keeps it busy for so long that connections to the queues would break.
 */
import { BatchWriteItemCommand, type DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { CreateQueueCommand, SendMessageBatchCommand } from '@aws-sdk/client-sqs';
import { marshall } from '@aws-sdk/util-dynamodb';
import pMap from 'p-map';
import { awsClients } from '../lib/aws/clients.ts';
import { createTables } from '../lib/aws/create-tables.ts';
import { DynamoCheckBoard } from '../lib/aws/dynamo-check-board.ts';
import { StateTable } from '../lib/aws/state-table.ts';
import { tagKeys } from '../lib/core/tags.ts';
import { startDynamoDbEndpoint } from '../lib/local/dynamodb/endpoint.ts';
import { localImages, localSecurityGroup, localSubnets } from '../lib/local/ec2/catalogue.ts';
import { startEc2Endpoint } from '../lib/local/ec2/ec2-server.ts';
import { Ec2World } from '../lib/local/ec2/world.ts';
import { startEventsEndpoint } from '../lib/local/events/endpoint.ts';
import { startSqsEndpoint } from '../lib/local/sqs/endpoint.ts';
import { answerOrders } from './tick/child.ts';
import { config, type EndpointsOrder, LOADED_SHARE, nameOf, type Scenario } from './tick/scenario.ts';

const SEEDING = { concurrency: 24 };
/** BatchWriteItem takes 25 items. */
const BATCH = 25;
const INSTANCE_TYPES = ['c7g.large', 'c7g.xlarge', 'm7g.large', 'm7g.xlarge'];

let queues: { readonly scenario: Scenario; readonly sqs: string; readonly urls: readonly string[] };

answerOrders(async (order: EndpointsOrder) => {
  if (order.kind === 'start-ec2') return startEc2(order.scenario);
  return order.kind === 'load' ? load() : startTablesAndQueues(order.scenario);
});

async function startEc2({ workerTypes, instances }: Scenario) {
  const unlimited = 10_000_000;
  const world = new Ec2World({
    defaultPoolCapacity: unlimited,
    subnetAddresses: new Map(localSubnets.map(({ subnetId }) => [subnetId, unlimited])),
    vCpuQuota: { spot: unlimited, 'on-demand': unlimited },
  });
  for (let index = 0; index < workerTypes; index += 1) launchRecords(world, nameOf(index), instances);
  world.tick();
  return { ec2: (await startEc2Endpoint({ world })).url };
}

async function startTablesAndQueues(scenario: Scenario) {
  const [dynamodb, sqs, events] = await Promise.all([
    startDynamoDbEndpoint(),
    startSqsEndpoint(),
    startEventsEndpoint(),
  ]);
  events.addBus(config.eventBus);
  const clients = awsClients(config.region, {
    dynamodb: dynamodb.url,
    sqs: sqs.url,
    ec2: sqs.url,
    events: events.url,
  });
  await createTables(clients.dynamoDb, config);
  const names = Array.from({ length: scenario.workerTypes }, (_, index) => nameOf(index));
  const urls = await pMap(
    names,
    async (name) => (await clients.sqs.send(new CreateQueueCommand({ QueueName: name }))).QueueUrl ?? '',
    SEEDING,
  );
  const documents = names.map((name, index) => aDefinition(name, urls[index] ?? '', scenario.instances));
  await putDefinitions(clients.dynamoDb, documents);
  // What the check leaves behind for each type.
  const checked = { definitionVersion: 1, checkedAt: Date.now(), findings: [], unknown: [] };
  const checks = new DynamoCheckBoard(new StateTable(clients.dynamoDb, config.stateTable, config.provisionerId));
  await checks.save(names.map((workerType) => ({ workerType, ...checked })));
  clients.destroy();
  queues = { scenario, sqs: sqs.url, urls };
  return { dynamodb: dynamodb.url, sqs: sqs.url, events: events.url };
}

async function putDefinitions(client: DynamoDBClient, documents: readonly object[]): Promise<void> {
  const batches = Array.from({ length: Math.ceil(documents.length / BATCH) }, (_, index) =>
    documents.slice(index * BATCH, (index + 1) * BATCH),
  );
  const put = (batch: readonly object[]) => {
    const requests = batch.map((document) => ({ PutRequest: { Item: marshall(document) } }));
    return client.send(new BatchWriteItemCommand({ RequestItems: { [config.workerTypesTable]: requests } }));
  };
  await pMap(batches, put, SEEDING);
}

/** Instances as records in the world, with the tags that a launch gives them. */
function launchRecords(world: Ec2World, workerType: string, count: number): void {
  const [subnet] = localSubnets;
  if (subnet === undefined || count === 0) return;
  world.instanceStore.launch(
    {
      instanceType: 'c7g.large',
      zone: subnet.zone,
      subnetId: subnet.subnetId,
      market: 'spot',
      imageId: localImages.linuxArm64,
      userData: new Uint8Array(),
      securityGroupIds: [localSecurityGroup.groupId],
      instanceMetadataTags: true,
      httpTokens: 'required',
      shutdownBehavior: 'terminate',
      terminationProtection: false,
      tags: new Map([
        [tagKeys.name, `${config.provisionerId}/${workerType}`],
        [tagKeys.owner, config.provisionerId],
        [tagKeys.workerType, workerType],
        [tagKeys.launchId, `seed-${workerType}`],
        [tagKeys.definitionVersion, '1'],
        [tagKeys.capacity, '1'],
        [tagKeys.maxLifetimeSeconds, '345600'],
      ]),
      volumeTags: new Map(),
    },
    count,
  );
}

/** About 1 KB, three zones and four instance types. Its minimum is what runs already: idle means that nothing is to do. */
const aDefinition = (workerType: string, queueUrl: string, instances: number) => ({
  provisionerId: config.provisionerId,
  workerType,
  schemaVersion: 2,
  version: 1,
  description: 'Builds and tests changes of one repository before they are merged.',
  owner: 'team-build@example.com',
  queueUrls: [queueUrl],
  minCapacity: instances,
  maxCapacity: instances + 100,
  instanceTypes: INSTANCE_TYPES.map((instanceType) => ({ instanceType })),
  launchSpec: { imageId: localImages.linuxArm64, securityGroupIds: [localSecurityGroup.groupId] },
  regions: [{ zones: localSubnets.map(({ subnetId, zone }) => ({ subnetId, availabilityZone: zone })) }],
  maxPriceUsdPerHour: 0.2,
  userData: { cacheBucket: 'build-cache', logLevel: 'info', labels: { purpose: 'ci', cost: 'shared' } },
  tags: { team: 'build', purpose: 'ci' },
});

async function load(): Promise<void> {
  const { scenario, sqs, urls } = queues;
  const clients = awsClients(config.region, { dynamodb: sqs, sqs, ec2: sqs, events: sqs });
  const loaded = urls.filter((_, index) => index % Math.round(1 / LOADED_SHARE) === 0);
  const tasks = scenario.instances + 1;
  await pMap(
    loaded,
    async (QueueUrl) => {
      for (let sent = 0; sent < tasks; sent += 10) {
        const Entries = Array.from({ length: Math.min(10, tasks - sent) }, (_, index) => ({
          Id: String(index),
          MessageBody: '{}',
        }));
        await clients.sqs.send(new SendMessageBatchCommand({ QueueUrl, Entries }));
      }
    },
    SEEDING,
  );
  clients.destroy();
}
