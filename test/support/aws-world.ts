import { PutItemCommand } from '@aws-sdk/client-dynamodb';
import { CreateQueueCommand, ReceiveMessageCommand, SendMessageBatchCommand } from '@aws-sdk/client-sqs';
import { marshall } from '@aws-sdk/util-dynamodb';
import { onTestFinished } from 'vitest';
import { type AwsClients, awsClients } from '../../lib/aws/clients.ts';
import { createTables } from '../../lib/aws/create-tables.ts';
import { type ProvisionerPorts, provisionerPorts } from '../../lib/aws/provisioner-ports.ts';
import { type Env, envNames, type ProvisionerConfig } from '../../lib/control/config.ts';
import { eventBusName } from '../../lib/core/bus-names.ts';
import { type DynamoDbEndpoint, startDynamoDbEndpoint } from '../../lib/local/dynamodb/endpoint.ts';
import { fixturesOf, localRegion, localRegions } from '../../lib/local/ec2/catalogue.ts';
import { startEc2Endpoint } from '../../lib/local/ec2/ec2-server.ts';
import { Ec2World } from '../../lib/local/ec2/world.ts';
import type { WorldSettings } from '../../lib/local/ec2/world-settings.ts';
import { type EventsEndpoint, startEventsEndpoint } from '../../lib/local/events/endpoint.ts';
import { type SqsEndpoint, startSqsEndpoint } from '../../lib/local/sqs/endpoint.ts';
import { MemoryClock } from '../../lib/memory/memory-clock.ts';
import { MemoryTelemetry } from '../../lib/memory/memory-telemetry.ts';
import { aDocument, NOW } from './builders.ts';

const WORKER_TYPES_TABLE = 'worker-types';
const STATE_TABLE = 'state';
const INSTANCE_PROFILE = 'arn:aws:iam::000000000000:instance-profile/worker';
/** Stands for the bundled worker: only its size matters to a launch. */
export const WORKER_PROGRAM = 'process.exit(0);';

/** What launches of a provisioner of this world are made with. */
export const launchSettingsOf = ({ region, regions }: ProvisionerConfig) => ({
  homeRegion: region,
  regions,
  instanceProfileArn: INSTANCE_PROFILE,
  workerProgram: WORKER_PROGRAM,
});

/** How to start a world of loopback endpoints. */
export interface AwsWorldOptions {
  readonly provisionerId?: string;
  /** Knobs of EC2 in every Region; its clock is the world's own. */
  readonly world?: Omit<Partial<WorldSettings>, 'region'>;
}

/** DynamoDB, SQS, EventBridge and EC2 on loopback ports and on one clock that stands still, with the real clients and ports. */
export interface AwsWorld {
  readonly clock: MemoryClock;
  readonly dynamoDb: DynamoDbEndpoint;
  readonly sqs: SqsEndpoint;
  readonly events: EventsEndpoint;
  /** EC2 of the home Region, to be steered and looked at. */
  readonly world: Ec2World;
  /** EC2 by Region: us-east-1, the home, and eu-west-1. */
  readonly worlds: ReadonlyMap<string, Ec2World>;
  readonly clients: AwsClients;
  readonly telemetry: MemoryTelemetry;
  readonly config: ProvisionerConfig;
  readonly ports: ProvisionerPorts;
  /** Further clients, as another process would have them; closed with the world. */
  newClients(): AwsClients;
  /** The ports of another provisioner, or of another process of this one. */
  portsOf(provisionerId: string, clients?: AwsClients): ProvisionerPorts;
  /** The environment of a handler. */
  envOf(provisionerId?: string): Record<string, string> & Env;
  /** A document that launches here; its queue is named after its type. */
  document(changes?: Readonly<Record<string, unknown>>): Record<string, unknown>;
  /** Writes items to the table as somebody would who edits it by hand. */
  putItems(...items: readonly Readonly<Record<string, unknown>>[]): Promise<void>;
  /** Creates the queue if need be, puts that much into it, and answers its URL. */
  fill(name: string, depth?: QueueDepth): Promise<string>;
  close(): Promise<void>;
}

/** Messages to put into a queue. */
export interface QueueDepth {
  readonly pendingTasks?: number;
  readonly claimedTasks?: number;
  readonly delayedTasks?: number;
}

/** Starts the endpoints in memory, with both tables and the bus. */
export async function startAwsWorld(options: AwsWorldOptions = {}): Promise<AwsWorld> {
  const { provisionerId = 'acme', world: settings = {} } = options;
  const clock = new MemoryClock(NOW);
  const now = () => clock.now();
  const world = new Ec2World({ ...settings, now });
  const worlds = new Map(
    localRegions.map((region) => [
      region as string,
      region === localRegion ? world : new Ec2World({ ...settings, region, now }),
    ]),
  );
  const [dynamoDb, sqs, events, ec2] = await Promise.all([
    startDynamoDbEndpoint({ now }),
    startSqsEndpoint({ now }),
    startEventsEndpoint({ now }),
    startEc2Endpoint({ worlds }),
  ]);
  const endpoints = { dynamodb: dynamoDb.url, sqs: sqs.url, ec2: ec2.url, events: events.url };
  const allClients: AwsClients[] = [];
  const newClients = () => {
    const clients = awsClients(localRegion, endpoints);
    allClients.push(clients);
    return clients;
  };
  const clients = newClients();
  const telemetry = new MemoryTelemetry();
  const configOf = (id: string) => ({
    provisionerId: id,
    workerTypesTable: WORKER_TYPES_TABLE,
    stateTable: STATE_TABLE,
    eventBus: eventBusName(id),
    region: localRegion,
    regions: localRegions,
  });
  const settingsOfLaunch = { workerInstanceProfileArn: INSTANCE_PROFILE, workerProgram: WORKER_PROGRAM };
  const portsOf = (id: string, its = clients) => {
    events.addBus(eventBusName(id));
    return provisionerPorts(configOf(id), its, settingsOfLaunch, telemetry, clock);
  };
  await createTables(clients.dynamoDb, configOf(provisionerId));

  return {
    clock,
    dynamoDb,
    sqs,
    events,
    world,
    worlds,
    clients,
    telemetry,
    config: configOf(provisionerId),
    ports: portsOf(provisionerId),
    newClients,
    portsOf,
    envOf: (id = provisionerId) => ({
      [envNames.provisionerId]: id,
      [envNames.workerTypesTable]: WORKER_TYPES_TABLE,
      [envNames.stateTable]: STATE_TABLE,
      [envNames.eventBus]: eventBusName(id),
      [envNames.workerInstanceProfileArn]: INSTANCE_PROFILE,
      [envNames.region]: localRegion,
      [envNames.regions]: localRegions.join(),
      // One tick an invocation: the next one would begin when its time is over.
      [envNames.tickSeconds]: '10',
      [envNames.invocationSeconds]: '10',
    }),
    document: (changes = {}) => ({
      ...aLocalDocument(),
      provisionerId,
      queueUrls: [queueUrl(sqs, String(changes['workerType'] ?? 'build'))],
      ...changes,
    }),
    putItems: (...items) => putItems(clients, items),
    fill: (name, depth = {}) => fill(clients, name, depth),
    close: async () => {
      for (const its of allClients) its.destroy();
      for (const one of worlds.values()) one.close();
      await Promise.all([dynamoDb.close(), sqs.close(), events.close(), ec2.close()]);
    },
  };
}

/** The same for the length of the running test. */
export async function useAwsWorld(options: AwsWorldOptions = {}): Promise<AwsWorld> {
  const awsWorld = await startAwsWorld(options);
  onTestFinished(() => awsWorld.close());
  return awsWorld;
}

/** A document whose image, subnets and security group exist in the local EC2. */
export const aLocalDocument = (changes: Readonly<Record<string, unknown>> = {}): Record<string, unknown> =>
  aDocument({
    launchSpec: {},
    regions: [aLocalRegion(localRegion)],
    ...changes,
  });

/** A region of a document: every zone, and what exists there. */
export function aLocalRegion(region: string): Record<string, unknown> {
  const { images, securityGroup, subnets } = fixturesOf(region);
  return {
    region,
    launchSpec: { imageId: images.linuxArm64.imageId, securityGroupIds: [securityGroup.groupId] },
    zones: subnets.map(({ subnetId, zone }) => ({ subnetId, availabilityZone: zone })),
  };
}

const queueUrl = (sqs: SqsEndpoint, name: string): string => `${sqs.url}/000000000000/${name}`;

async function putItems({ dynamoDb }: AwsClients, items: readonly Readonly<Record<string, unknown>>[]): Promise<void> {
  await Promise.all(
    items.map((item) => dynamoDb.send(new PutItemCommand({ TableName: WORKER_TYPES_TABLE, Item: marshall(item) }))),
  );
}

async function fill({ sqs }: AwsClients, name: string, depth: QueueDepth): Promise<string> {
  const { QueueUrl = '' } = await sqs.send(new CreateQueueCommand({ QueueName: name }));
  const { pendingTasks = 0, claimedTasks = 0, delayedTasks = 0 } = depth;
  const send = async (count: number, delaySeconds: number) => {
    for (let sent = 0; sent < count; sent += 10) {
      const entries = Array.from({ length: Math.min(10, count - sent) }, (_, index) => ({
        Id: String(index),
        MessageBody: 'task',
        DelaySeconds: delaySeconds,
      }));
      await sqs.send(new SendMessageBatchCommand({ QueueUrl, Entries: entries }));
    }
  };
  await send(claimedTasks, 0);
  for (let claimed = 0; claimed < claimedTasks; ) {
    const MaxNumberOfMessages = Math.min(10, claimedTasks - claimed);
    const { Messages = [] } = await sqs.send(
      new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages, VisibilityTimeout: 43_200 }),
    );
    claimed += Messages.length;
  }
  await send(pendingTasks, 0);
  await send(delayedTasks, 900);
  return QueueUrl;
}
