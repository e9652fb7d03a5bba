import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Endpoints } from '../aws/clients.ts';
import { type AccountServices, startAccountServices } from './account-services.ts';
import { type DynamoDbEndpoint, startDynamoDbEndpoint } from './dynamodb/endpoint.ts';
import { localRegions } from './ec2/catalogue.ts';
import { startEc2Endpoint } from './ec2/ec2-server.ts';
import { Ec2World } from './ec2/world.ts';
import type { WorldSettings } from './ec2/world-settings.ts';
import { rememberInstances } from './ec2-memory.ts';
import { type EventsEndpoint, startEventsEndpoint } from './events/endpoint.ts';
import type { MachineEvent } from './machines/machine-event.ts';
import { ProcessMachines } from './machines/process-machines.ts';
import { startMetadataEndpoint } from './metadata/endpoint.ts';
import { startSqsEndpoint } from './sqs/endpoint.ts';
import { onUsualPort, readPorts, writePorts } from './usual-ports.ts';

export interface LocalAwsOptions {
  /** Keeps tables and queues over restarts. */
  readonly folder: string;
  /** The home region; EC2 has the usual local regions beside it. */
  readonly region: string;
  /** For every region. */
  readonly world: Omit<Partial<WorldSettings>, 'region' | 'idSeed' | 'machines'>;
  /** Program and arguments of a worker. */
  readonly workerCommand: readonly [string, ...string[]];
  /** This process's environment, which the workers inherit but for its AWS settings. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Further variables of the workers. */
  readonly workerEnvironment: Readonly<Record<string, string>>;
  readonly onMachineEvent: (instanceId: string, event: MachineEvent) => void;
}

/** DynamoDB, SQS, EventBridge, EC2 with its metadata service, and processes as its machines, all on loopback. */
export interface LocalAws {
  readonly endpoints: Endpoints;
  /** Tells of every later change of a table. */
  readonly onTableChange: DynamoDbEndpoint['onChange'];
  readonly buses: Pick<EventsEndpoint, 'addBus' | 'onEvent'>;
  readonly accountServices: AccountServices;
  /** EC2 of the home region. */
  readonly world: Ec2World;
  /** EC2 by region, the home first. */
  readonly worlds: ReadonlyMap<string, Ec2World>;
  readonly machines: ProcessMachines;
  close(): Promise<void>;
}

/** DynamoDB itself removes expired items within days; here once a minute. */
const TTL_SWEEP_MS = 60_000;

/** Starts everything, on the ports of the last run where they are free, so that stored queue URLs go on being true. */
export async function startLocalAws(options: LocalAwsOptions): Promise<LocalAws> {
  const { folder } = options;
  const started = new Started();
  try {
    await mkdir(folder, { recursive: true });
    const ports = await readPorts(folder);
    const dynamodb = await started.add(
      onUsualPort(ports.dynamodb, (port) => startDynamoDbEndpoint({ dataFolder: join(folder, 'dynamodb'), port })),
    );
    const sqs = await started.add(
      onUsualPort(ports.sqs, (port) => startSqsEndpoint({ dataFile: join(folder, 'sqs.sqlite'), port })),
    );
    const events = await started.add(
      onUsualPort(ports.events, (port) => startEventsEndpoint({ port, region: options.region })),
    );
    const { world, worlds, machines, ec2 } = await startEc2(options, ports.ec2, sqs.url, started);
    const accountServices = await started.add(
      startAccountServices((region, name) => worlds.get(region)?.resources.resolveImageId(`resolve:ssm:${name}`)),
    );
    await writePorts(folder, { dynamodb: dynamodb.port, sqs: sqs.port, ec2: ec2.port, events: events.port });
    const sweep = setInterval(() => void dynamodb.sweepExpired().catch(() => undefined), TTL_SWEEP_MS);
    await started.add({ close: async () => clearInterval(sweep) });
    return {
      endpoints: { dynamodb: dynamodb.url, sqs: sqs.url, ec2: ec2.url, events: events.url },
      onTableChange: dynamodb.onChange,
      buses: events,
      accountServices,
      world,
      worlds,
      machines,
      close: () => started.close(),
    };
  } catch (error) {
    await started.close();
    throw error;
  }
}

async function startEc2(options: LocalAwsOptions, usualPort: number, sqsUrl: string, started: Started) {
  const { environment, workerCommand, workerEnvironment, onMachineEvent } = options;
  const { world, worlds } = startWorlds(options);
  const worldOf = (instanceId: string) => [...worlds.values()].find((one) => findIn(one, instanceId) !== undefined);
  const metadata = await started.add(
    startMetadataEndpoint({
      lookup: (instanceId) => {
        const home = worldOf(instanceId);
        return home && findIn(home, instanceId);
      },
    }),
  );
  const ec2 = await started.add(onUsualPort(usualPort, (port) => startEc2Endpoint({ worlds, port })));
  const machines = new ProcessMachines({
    command: workerCommand,
    environment,
    environmentOf: (instanceId) => ({
      AWS_EC2_METADATA_SERVICE_ENDPOINT: metadata.endpointFor(instanceId),
      AWS_ENDPOINT_URL_SQS: sqsUrl,
      ...workerEnvironment,
    }),
    onEvent: onMachineEvent,
    onExit: (instanceId) => worldOf(instanceId)?.instanceExited(instanceId),
  });
  for (const one of worlds.values()) {
    one.settings.machines = machines;
    await started.add({ close: async () => one.close() });
  }
  await started.add({ close: () => machines.closeAll() });
  return { world, worlds, machines, ec2 };
}

/** EC2 of each region, with the instances of the last run. */
function startWorlds({ folder, region: home, world: settings }: LocalAwsOptions) {
  // Ids of an earlier run are still in the state table: this run's must be others.
  const idSeed = Math.floor(Date.now() / 1000) % 2 ** 32;
  const start = (region: string) => {
    const started = new Ec2World({ timers: true, ...settings, region, idSeed });
    rememberInstances(join(folder, `ec2-instances-${region}.jsonl`), started);
    return started;
  };
  const world = start(home);
  const others = localRegions.filter((region) => region !== home).map((region) => [region, start(region)] as const);
  return { world, worlds: new Map<string, Ec2World>([[home, world], ...others]) };
}

const findIn = (world: Ec2World, instanceId: string) =>
  world.instances().find((instance) => instance.instanceId === instanceId);

interface Closable {
  close(): Promise<void>;
}

/** What runs, to be closed in the reverse order. */
class Started {
  readonly #closables: Closable[] = [];

  async add<Server extends Closable>(starting: Server | Promise<Server>): Promise<Server> {
    const server = await starting;
    this.#closables.push(server);
    return server;
  }

  async close(): Promise<void> {
    for (const closable of this.#closables.splice(0).reverse()) await closable.close();
  }
}
