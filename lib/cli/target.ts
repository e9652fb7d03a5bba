import { envNames } from '../control/config.ts';
import { eventBusName } from '../core/bus-names.ts';
import { PROVISIONER_ID_PATTERN } from '../core/worker-type-schema.ts';
import type { LocalConnection } from '../local/connection.ts';
import { readLocalConnection } from '../local/connection.ts';
import { CliError } from './cli-error.ts';

export type Env = Readonly<Record<string, string | undefined>>;

/** The options that every command takes. */
export interface GlobalOptions {
  readonly provisioner?: string;
  readonly region?: string;
  /** Every region of the provisioner, with commas between. */
  readonly regions?: string;
  readonly workerTypesTable?: string;
  readonly stateTable?: string;
  readonly eventBus?: string;
  readonly workerInstanceProfileArn?: string;
  /** Folder of a running local mode. */
  readonly local?: string;
  readonly json?: boolean;
}

/** The provisioner that a command talks to, and how to reach it. */
export interface Target {
  readonly provisionerId: string;
  /** Where its tables and queues are. */
  readonly region: string;
  /** Where it may have workers; `region` comes first. */
  readonly regions: readonly string[];
  readonly workerTypesTable: string;
  readonly stateTable: string;
  readonly eventBus: string;
  /** Needed to launch only; absent when neither option nor environment says it. */
  readonly workerInstanceProfileArn: string | undefined;
  /** Present for local mode. */
  readonly endpoints: LocalConnection['endpoints'] | undefined;
  readonly accountEndpoints: LocalConnection['accountEndpoints'] | undefined;
}

/** The names that the stack gives its tables and its event bus. */
const defaultNames = (provisionerId: string) => ({
  workerTypesTable: `SpotProvisioner-${provisionerId}-WorkerTypes`,
  stateTable: `SpotProvisioner-${provisionerId}-State`,
  eventBus: eventBusName(provisionerId),
});

/** Options before environment before defaults; `--local` takes everything from the running local mode. */
export async function resolveTarget(options: GlobalOptions, env: Env): Promise<Target> {
  if (options.local !== undefined) return localTarget(options.local, options);
  const provisionerId = provisionerIdOf(options, env);
  const region = first(options.region, env[envNames.region], env['AWS_DEFAULT_REGION']);
  const missing = [
    ...(provisionerId === undefined ? [`--provisioner or ${envNames.provisionerId}`] : []),
    ...(region === undefined ? [`--region or ${envNames.region}`] : []),
  ];
  if (provisionerId === undefined || region === undefined) {
    throw new CliError('usage', `which provisioner? Give ${missing.join(', and ')}; or --local for local mode`);
  }
  const names = defaultNames(provisionerId);
  return {
    provisionerId,
    region,
    regions: regionsOf(region, first(options.regions, env[envNames.regions])),
    workerTypesTable: first(options.workerTypesTable, env[envNames.workerTypesTable]) ?? names.workerTypesTable,
    stateTable: first(options.stateTable, env[envNames.stateTable]) ?? names.stateTable,
    eventBus: first(options.eventBus, env[envNames.eventBus]) ?? names.eventBus,
    workerInstanceProfileArn: first(options.workerInstanceProfileArn, env[envNames.workerInstanceProfileArn]),
    endpoints: undefined,
    accountEndpoints: undefined,
  };
}

/** The provisionerId alone, where a command can do without the rest; undefined when nothing names one. */
export async function resolveProvisionerId(options: GlobalOptions, env: Env): Promise<string | undefined> {
  return options.local === undefined
    ? provisionerIdOf(options, env)
    : (await localTarget(options.local, options)).provisionerId;
}

/** Local mode says everything itself; an option that says otherwise is a misunderstanding, not a wish. */
async function localTarget(folder: string, options: GlobalOptions): Promise<Target> {
  const { provisioner, region, regions, workerTypesTable, stateTable, eventBus, workerInstanceProfileArn } = options;
  if (
    [provisioner, region, regions, workerTypesTable, stateTable, eventBus, workerInstanceProfileArn].some(
      (option) => option !== undefined,
    )
  )
    throw new CliError(
      'usage',
      '--local names the provisioner, its region, its tables and its event bus: leave the other options out',
    );
  return readLocalConnection(folder);
}

/** The home region and all others that are named. */
function regionsOf(home: string, named: string | undefined): readonly string[] {
  const found = (named ?? '')
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');
  const wrong = found.find((part) => !REGION.test(part));
  if (wrong !== undefined)
    throw new CliError(
      'usage',
      `"${wrong}" is no region: give their names with commas between, such as us-east-1,eu-west-1`,
    );
  return [...new Set([home, ...found])];
}

const REGION = /^[a-z]{2}(-[a-z]+)+-\d$/;

function provisionerIdOf(options: GlobalOptions, env: Env): string | undefined {
  const id = first(options.provisioner, env[envNames.provisionerId]);
  if (id !== undefined && !PROVISIONER_ID_PATTERN.test(id))
    throw new CliError('usage', `"${id}" is no provisionerId: it has 1 to 38 letters, digits or -, a letter first`);
  return id;
}

const first = (...values: readonly (string | undefined)[]): string | undefined =>
  values.map((value) => value?.trim()).find((value) => value !== undefined && value !== '');
