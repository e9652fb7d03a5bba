/**
 * The whole system in one process: local AWS endpoints, the bundled handlers on their schedules, workers as processes.
 * What is deployed runs unchanged; only endpoint URLs differ.
 */
import { appendFileSync, mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { awsClients } from '../aws/clients.ts';
import { createTables } from '../aws/create-tables.ts';
import { provisionerPorts } from '../aws/provisioner-ports.ts';
import { envNames } from '../control/config.ts';
import type { Telemetry } from '../control/ports.ts';
import { type LocalConnection, removeLocalConnection, writeLocalConnection } from './connection.ts';
import type { Ec2Event } from './ec2/ec2-events.ts';
import { LocalFunction } from './lambda/local-function.ts';
import { Schedule } from './lambda/schedule.ts';
import { type LocalAwsOptions, startLocalAws } from './local-aws.ts';
import type { MachineEvent } from './machines/machine-event.ts';

/** Something that happened, for whoever shows it. */
export type LocalEvent =
  | { readonly source: 'provision' | 'reap'; readonly fields: Readonly<Record<string, unknown>> }
  | { readonly source: 'machine'; readonly instanceId: string; readonly event: MachineEvent }
  | { readonly source: 'ec2'; readonly event: Ec2Event };

export interface LocalModeOptions
  extends Pick<LocalAwsOptions, 'folder' | 'world' | 'workerCommand' | 'workerEnvironment' | 'environment'> {
  readonly provisionerId: string;
  readonly region: string;
  /** Bundled handlers, the files that would be deployed. */
  readonly bundles: { readonly provision: URL; readonly reap: URL };
  readonly tickSeconds: number;
  readonly reapEverySeconds: number;
  readonly onEvent: (event: LocalEvent) => void;
}

/** The deployed schedule: once a minute. */
const PROVISION_EVERY_SECONDS = 60;
/** As deployed: repeats ticks for 50 s, is killed after 60. */
const INVOCATION_SECONDS = 57;
const TIMEOUT_SECONDS = 70;

export type LocalMode = Awaited<ReturnType<typeof startLocalMode>>;

/** Starts local mode. Rejects in words when its folder is in use. */
export async function startLocalMode(options: LocalModeOptions) {
  const { onEvent, provisionerId, region } = options;
  const folder = resolve(options.folder);
  mkdirSync(join(folder, 'log'), { recursive: true });
  const aws = await startLocalAws({
    ...options,
    folder,
    onMachineEvent: (instanceId, event) => onEvent({ source: 'machine', instanceId, event }),
  });
  aws.world.onInstanceEvent((event) => onEvent({ source: 'ec2', event }));
  const connection: LocalConnection = {
    pid: process.pid,
    provisionerId,
    region,
    workerTypesTable: `SpotProvisioner-${provisionerId}-WorkerTypes`,
    stateTable: `SpotProvisioner-${provisionerId}-State`,
    workerInstanceProfileArn: 'arn:aws:iam::000000000000:instance-profile/local-worker',
    endpoints: aws.endpoints,
    startedAt: new Date().toISOString(),
  };
  const clients = awsClients(region, aws.endpoints);
  await createTables(clients.dynamoDb, connection);
  await writeLocalConnection(folder, connection);

  const lambda = (name: 'provision' | 'reap') =>
    new LocalFunction({
      name,
      bundle: options.bundles[name],
      environment: functionEnvironment(connection, options.tickSeconds),
      timeoutSeconds: TIMEOUT_SECONDS,
      onLog: (line) => {
        appendFileSync(join(folder, 'log', `${name}.jsonl`), `${line}\n`);
        const fields = parseLog(line);
        if (fields !== undefined) onEvent({ source: name, fields });
      },
    });
  const functions = { provision: lambda('provision'), reap: lambda('reap') };
  const schedules = [
    new Schedule(PROVISION_EVERY_SECONDS, (event) => void functions.provision.invoke(event)),
    new Schedule(options.reapEverySeconds, (event) => void functions.reap.invoke(event)),
  ];

  return {
    connection,
    clients,
    functions,
    world: aws.world,
    machines: aws.machines,
    ports: provisionerPorts(connection, clients, { workerInstanceProfileArn: '', workerProgram: '' }, silent),
    close: async () => {
      for (const schedule of schedules) schedule.stop();
      await Promise.all([functions.provision.close(), functions.reap.close()]);
      await aws.close();
      await removeLocalConnection(folder);
    },
  };
}

function functionEnvironment(connection: LocalConnection, tickSeconds: number): Record<string, string> {
  const { endpoints } = connection;
  return {
    [envNames.provisionerId]: connection.provisionerId,
    [envNames.workerTypesTable]: connection.workerTypesTable,
    [envNames.stateTable]: connection.stateTable,
    [envNames.workerInstanceProfileArn]: connection.workerInstanceProfileArn,
    [envNames.region]: connection.region,
    [envNames.tickSeconds]: String(tickSeconds),
    [envNames.invocationSeconds]: String(INVOCATION_SECONDS),
    AWS_ENDPOINT_URL_DYNAMODB: endpoints.dynamodb,
    AWS_ENDPOINT_URL_SQS: endpoints.sqs,
    AWS_ENDPOINT_URL_EC2: endpoints.ec2,
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

const silent: Telemetry = { event: () => undefined, count: () => undefined, publish: () => undefined };
