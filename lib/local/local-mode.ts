/**
 * The whole system in one process: local AWS endpoints, the bundled handlers on their schedules, workers as processes.
 * What is deployed runs unchanged; only endpoint URLs differ.
 */
import { appendFileSync, mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { awsClients } from '../aws/clients.ts';
import { createTables } from '../aws/create-tables.ts';
import { provisionerPorts } from '../aws/provisioner-ports.ts';
import { DEFAULT_TYPES_PER_SHARD, envNames } from '../control/config.ts';
import type { Telemetry } from '../control/ports.ts';
import type { Leases } from '../control/shards.ts';
import { busSource, eventBusName } from '../core/bus-names.ts';
import { type LocalConnection, removeLocalConnection, writeLocalConnection } from './connection.ts';
import type { Ec2Event } from './ec2/ec2-events.ts';
import type { DeliveredEvent } from './events/put-events.ts';
import { LocalFunction } from './lambda/local-function.ts';
import { Schedule } from './lambda/schedule.ts';
import { StreamSource } from './lambda/stream-source.ts';
import { type LocalAws, type LocalAwsOptions, startLocalAws } from './local-aws.ts';
import type { MachineEvent } from './machines/machine-event.ts';

/** Something that happened, for whoever shows it. */
export type LocalEvent =
  | { readonly source: 'provision' | 'reap' | 'check'; readonly fields: Readonly<Record<string, unknown>> }
  | { readonly source: 'machine'; readonly instanceId: string; readonly event: MachineEvent }
  | { readonly source: 'ec2'; readonly event: Ec2Event }
  | { readonly source: 'bus'; readonly event: DeliveredEvent };

export interface LocalModeOptions
  extends Pick<LocalAwsOptions, 'folder' | 'region' | 'world' | 'workerCommand' | 'workerEnvironment' | 'environment'> {
  readonly provisionerId: string;
  /** Answers the bundled handlers, the files that would be deployed. Called when the folder is this process's alone. */
  readonly bundles: () => Promise<{ readonly provision: URL; readonly reap: URL; readonly check: URL }>;
  readonly provisionEverySeconds: number;
  readonly tickSeconds: number;
  /** As deployed unless told otherwise. */
  readonly typesPerShard?: number;
  readonly reapEverySeconds: number;
  readonly onEvent: (event: LocalEvent) => void;
}

/** An invocation ends this long before the next one is due. */
const PAUSE_SECONDS = 3;
/** An invocation that is this late is killed. More than the time before its end in which it launches no more. */
const MAX_DELAY_SECONDS = 30;
/** As deployed: an edit is checked at once anyhow. */
const CHECK_EVERY_SECONDS = 900;

export type LocalMode = Awaited<ReturnType<typeof startLocalMode>>;

/** Starts local mode. Rejects in words when its folder is in use, and leaves nothing running then. */
export async function startLocalMode(options: LocalModeOptions) {
  const { onEvent } = options;
  const folder = resolve(options.folder);
  const aws = await startLocalAws({
    ...options,
    folder,
    onMachineEvent: (instanceId, event) => onEvent({ source: 'machine', instanceId, event }),
  }).catch((cause: unknown) => {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new Error(`local mode cannot start in ${folder}: ${reason}`, { cause });
  });
  try {
    return await startProvisioner({ ...options, folder }, aws);
  } catch (error) {
    await aws.close();
    throw error;
  }
}

async function startProvisioner(options: LocalModeOptions, aws: LocalAws) {
  const { folder, onEvent, provisionerId, region } = options;
  mkdirSync(join(folder, 'log'), { recursive: true });
  for (const world of aws.worlds.values()) world.onInstanceEvent((event) => onEvent({ source: 'ec2', event }));
  const connection: LocalConnection = {
    pid: process.pid,
    provisionerId,
    region,
    regions: [...aws.worlds.keys()],
    workerTypesTable: `SpotProvisioner-${provisionerId}-WorkerTypes`,
    stateTable: `SpotProvisioner-${provisionerId}-State`,
    eventBus: eventBusName(provisionerId),
    workerInstanceProfileArn: 'arn:aws:iam::000000000000:instance-profile/local-worker',
    endpoints: aws.endpoints,
    accountEndpoints: aws.accountServices.endpoints,
    startedAt: new Date().toISOString(),
  };
  aws.accountServices.iam.putInstanceProfile(connection.workerInstanceProfileArn);
  const clients = awsClients(region, aws.endpoints);
  const ports = provisionerPorts(connection, clients, { workerInstanceProfileArn: '', workerProgram: '' }, silent);
  await createTables(clients.dynamoDb, connection);
  await endLeases(ports.leases);
  const bundles = await options.bundles();

  const lambda = (name: 'provision' | 'reap' | 'check') =>
    new LocalFunction({
      name,
      bundle: bundles[name],
      environment: functionEnvironment(connection, options),
      timeoutSeconds: options.provisionEverySeconds + MAX_DELAY_SECONDS,
      onLog: (line) => {
        appendFileSync(join(folder, 'log', `${name}.jsonl`), `${line}\n`);
        const fields = parseLog(line);
        if (fields !== undefined) onEvent({ source: name, fields });
      },
    });
  const functions = { provision: lambda('provision'), reap: lambda('reap'), check: lambda('check') };
  await writeLocalConnection(folder, connection);
  const schedules = [
    new Schedule(options.provisionEverySeconds, (event) => void functions.provision.invoke(event)),
    new Schedule(options.reapEverySeconds, (event) => void functions.reap.invoke(event)),
    new Schedule(CHECK_EVERY_SECONDS, (event) => void functions.check.invoke(event)),
  ];
  const definitionChanges = new StreamSource((event) => functions.check.invoke(event));
  aws.onTableChange(connection.workerTypesTable, (change) => definitionChanges.push(change));
  const endRules = startRules(options, aws, functions.provision);

  return {
    connection,
    clients,
    functions,
    world: aws.world,
    worlds: aws.worlds,
    machines: aws.machines,
    ports,
    close: async () => {
      await removeLocalConnection(folder);
      for (const schedule of schedules) schedule.stop();
      endRules();
      await Promise.all([...Object.values(functions).map((each) => each.close()), definitionChanges.close()]);
      await aws.close();
      clients.destroy();
    },
  };
}

/** The bus with the rules of the stack: events either start the provision function or are shown. */
function startRules({ folder, provisionerId, onEvent }: LocalModeOptions, aws: LocalAws, provision: LocalFunction) {
  const bus = eventBusName(provisionerId);
  aws.buses.addBus(bus);
  return aws.buses.onEvent(bus, (event) => {
    appendFileSync(join(folder, 'log', 'events.jsonl'), `${JSON.stringify(event)}\n`);
    if (isForProvision(event, provisionerId)) void provision.invoke(event);
    else onEvent({ source: 'bus', event });
  });
}

const isForProvision = ({ source, 'detail-type': type }: DeliveredEvent, provisionerId: string): boolean =>
  source === busSource(provisionerId) && (type === 'Tasks Waiting' || type === 'Shard Due');

/** An earlier run may have ended in the middle of a tick: whoever held the lease then does not live any more. */
async function endLeases(leases: Leases): Promise<void> {
  for (const { shard } of await leases.shards()) {
    const first = await leases.acquire('local mode', 1000, shard);
    const answer = first.kind === 'held' ? await leases.acquire(first.by, 1000, shard) : first;
    if (answer.kind === 'acquired') await leases.release(answer.lease);
  }
}

function functionEnvironment(
  connection: LocalConnection,
  { tickSeconds, typesPerShard = DEFAULT_TYPES_PER_SHARD, provisionEverySeconds }: LocalModeOptions,
): Record<string, string> {
  const { endpoints, accountEndpoints } = connection;
  return {
    [envNames.provisionerId]: connection.provisionerId,
    [envNames.workerTypesTable]: connection.workerTypesTable,
    [envNames.stateTable]: connection.stateTable,
    [envNames.eventBus]: connection.eventBus,
    [envNames.workerInstanceProfileArn]: connection.workerInstanceProfileArn,
    [envNames.region]: connection.region,
    [envNames.regions]: connection.regions.join(),
    [envNames.tickSeconds]: String(tickSeconds),
    [envNames.typesPerShard]: String(typesPerShard),
    [envNames.invocationSeconds]: String(provisionEverySeconds - PAUSE_SECONDS),
    AWS_ENDPOINT_URL_DYNAMODB: endpoints.dynamodb,
    AWS_ENDPOINT_URL_SQS: endpoints.sqs,
    AWS_ENDPOINT_URL_EC2: endpoints.ec2,
    AWS_ENDPOINT_URL_EVENTBRIDGE: endpoints.events,
    AWS_ENDPOINT_URL_IAM: accountEndpoints.iam,
    AWS_ENDPOINT_URL_SERVICE_QUOTAS: accountEndpoints.serviceQuotas,
    AWS_ENDPOINT_URL_SSM: accountEndpoints.ssm,
    AWS_ACCESS_KEY_ID: 'local',
    AWS_SECRET_ACCESS_KEY: 'local',
  };
}

function parseLog(line: string): Record<string, unknown> | undefined {
  try {
    return JSON.parse(line) as Record<string, unknown>;
  } catch {
    return undefined;
  }
}

const silent: Telemetry = {
  event: () => undefined,
  count: () => undefined,
  gauge: () => undefined,
  measure: () => undefined,
  publish: () => undefined,
};
