/** Environment -> typed settings, once, at the edge. The stack writes these names and the handlers read them. */

export const envNames = {
  provisionerId: 'PROVISIONER_ID',
  workerTypesTable: 'WORKER_TYPES_TABLE',
  stateTable: 'STATE_TABLE',
  eventBus: 'EVENT_BUS',
  workerInstanceProfileArn: 'WORKER_INSTANCE_PROFILE_ARN',
  tickSeconds: 'TICK_SECONDS',
  invocationSeconds: 'INVOCATION_SECONDS',
  typesPerShard: 'TYPES_PER_SHARD',
  quietQueueSeconds: 'QUIET_QUEUE_SECONDS',
  region: 'AWS_REGION',
  regions: 'REGIONS',
} as const;

/** An environment, such as `process.env`. */
export type Env = Readonly<Record<string, string | undefined>>;

/** What every handler and the CLI need to reach one provisioner. */
export interface ProvisionerConfig {
  readonly provisionerId: string;
  readonly workerTypesTable: string;
  readonly stateTable: string;
  /** Name of its event bus. */
  readonly eventBus: string;
  /** Of its tables, queues and event bus. */
  readonly region: string;
  /** Where workers may be: that region first, then the others it is deployed for. */
  readonly regions: readonly string[];
}

/** Settings of the `provision` handler. */
export interface ProvisionConfig extends ProvisionerConfig {
  readonly workerInstanceProfileArn: string;
  /** Time from the start of one tick to the start of the next. */
  readonly tickSeconds: number;
  /** An invocation repeats ticks for this long. */
  readonly invocationSeconds: number;
  /** A tick serves no more worker types than this; with more, several share the work. */
  readonly typesPerShard: number;
  /** Time between two readings of a queue that has been empty for long; 0: each tick reads all. */
  readonly quietQueueSeconds: number;
}

/** Throws one error that names every variable that is missing or wrong. */
export function readProvisionConfig(env: Env): ProvisionConfig {
  const read = reader('provision', env);
  const config = {
    ...provisionerConfig(read),
    workerInstanceProfileArn: read.text(envNames.workerInstanceProfileArn),
    tickSeconds: read.positive(envNames.tickSeconds, 10),
    invocationSeconds: read.positive(envNames.invocationSeconds, 59),
    typesPerShard: read.whole(envNames.typesPerShard, DEFAULT_TYPES_PER_SHARD, TYPES_PER_SHARD),
    quietQueueSeconds: read.whole(envNames.quietQueueSeconds, 0, QUIET_QUEUE_SECONDS),
  };
  read.done();
  return config;
}

/** Settings of the `reap` handler. */
export function readReapConfig(env: Env): ProvisionerConfig {
  const read = reader('reap', env);
  const config = provisionerConfig(read);
  read.done();
  return config;
}

/** Settings of the `check` handler. */
export interface CheckConfig extends ProvisionerConfig {
  readonly workerInstanceProfileArn: string;
}

/** Throws one error that names every variable that is missing or wrong. */
export function readCheckConfig(env: Env): CheckConfig {
  const read = reader('check', env);
  const config = { ...provisionerConfig(read), workerInstanceProfileArn: read.text(envNames.workerInstanceProfileArn) };
  read.done();
  return config;
}

function provisionerConfig(read: EnvReader): ProvisionerConfig {
  const region = read.text(envNames.region);
  return {
    provisionerId: read.text(envNames.provisionerId),
    workerTypesTable: read.text(envNames.workerTypesTable),
    stateTable: read.text(envNames.stateTable),
    eventBus: read.text(envNames.eventBus),
    region,
    regions: [...new Set([region, ...read.regions(envNames.regions)])],
  };
}

/**
 * What a tick in 256 MiB serves with ease: 750 types with five workers each take 175 MiB and 1.3 s of CPU, nine seconds at
 * that size (bench/README.md).
 */
export const DEFAULT_TYPES_PER_SHARD = 750;
/** An hour is as long as a first task should ever wait for want of a look. */
export const QUIET_QUEUE_SECONDS = { min: 0, max: 3600 } as const;
export const TYPES_PER_SHARD = { min: 10, max: 5000 } as const;

export const REGION = /^[a-z]{2}(-[a-z]+)+-\d$/;

interface EnvReader {
  text(name: string): string;
  /** Names with commas between them; none when the variable is absent or empty. */
  regions(name: string): readonly string[];
  positive(name: string, fallback: number): number;
  whole(name: string, fallback: number, allowed: { readonly min: number; readonly max: number }): number;
  done(): void;
}

function reader(who: string, env: Env): EnvReader {
  const problems: string[] = [];
  return {
    text(name) {
      const value = env[name]?.trim() ?? '';
      if (value === '') problems.push(`${name} is missing`);
      return value;
    },
    regions(name) {
      const found = (env[name] ?? '')
        .split(',')
        .map((part) => part.trim())
        .filter((part) => part !== '');
      const wrong = found.filter((part) => !REGION.test(part));
      if (wrong.length > 0)
        problems.push(`${name} must be names of regions with commas between, found "${wrong.join()}"`);
      return found;
    },
    positive(name, fallback) {
      const raw = env[name];
      if (raw === undefined) return fallback;
      const value = raw.trim() === '' ? Number.NaN : Number(raw);
      if (!(value > 0 && value <= 900))
        problems.push(`${name} must be a number of seconds, more than 0 and at most 900, found "${raw}"`);
      return value;
    },
    whole(name, fallback, { min, max }) {
      const raw = env[name];
      if (raw === undefined) return fallback;
      const value = raw.trim() === '' ? Number.NaN : Number(raw);
      if (!(Number.isInteger(value) && value >= min && value <= max))
        problems.push(`${name} must be a whole number from ${min} to ${max}, found "${raw}"`);
      return value;
    },
    done() {
      if (problems.length > 0) throw new Error(`${who} is misconfigured: ${problems.join('; ')}`);
    },
  };
}

/** How long an instance may live whose worker type is not defined any more: 96 h, as Taskcluster's provisioner had it. */
export const DEFAULT_MAX_LIFETIME_SECONDS = 96 * 3600;
