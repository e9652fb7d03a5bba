import * as z from 'zod';
import { idSchema, launchSpecSchema } from './launch-spec-schema.ts';
import type { Problem } from './problem.ts';
import { migrateWorkerType, SCHEMA_VERSION } from './worker-type-migrations.ts';
import { MIN_MAX_PRICE_USD_PER_HOUR, rules } from './worker-type-rules.ts';
import { problemsOf } from './zod-problems-schema.ts';

const HOUR_SECONDS = 3600;
/** No definition can allow a worker to grow older than 30 days. */
export const MAX_LIFETIME_SECONDS = 30 * 24 * HOUR_SECONDS;

/** Names end up in tags, table keys, metrics and log fields. Length as in Taskcluster's worker types. */
const NAME_PATTERN = /^[A-Za-z0-9_-]{1,38}$/;
/** May a worker type be named like this? */
export const isTypeName = (name: string): boolean => NAME_PATTERN.test(name);

const name = z.string().regex(NAME_PATTERN, '1 to 38 letters, digits, - or _');
/** Also part of a CloudFormation stack's name, which knows no underscore and begins with a letter. */
export const PROVISIONER_ID_PATTERN = /^[A-Za-z][A-Za-z0-9-]{0,37}$/;

/** CreateFleet bodies grow with types x subnets; 60 types is what Karpenter cuts to. */
const MAX_INSTANCE_TYPES = 60;

const unique = <Item>(items: readonly Item[], key: (item: Item) => string | undefined): boolean => {
  const keys = items.map(key).filter((value) => value !== undefined);
  return new Set(keys).size === keys.length;
};

const weight = z
  .number()
  .min(0)
  .max(1)
  .default(1)
  .describe(
    'Preference; multiplied with the others of a pool, and lowered while launches fail there. 0 never launches, even alone: a pause of this entry.',
  );
const userData = z.record(z.string(), z.json());
const layer = {
  weight,
  launchSpec: launchSpecSchema.optional().describe('Wins over the launch specs of the layers before it.'),
  userData: userData.optional().describe('Wins over the user data of the layers before it.'),
};

const instanceTypeSchema = z.strictObject({
  instanceType: z
    .string()
    .regex(/^[a-z][a-z0-9-]*\.[a-z0-9-]+$/, 'an EC2 instance type such as c7g.large')
    .describe('EC2 instance type, for example `c7g.large`.'),
  capacity: z.int().min(1).max(1000).default(1).describe('Tasks that one instance of this type runs at once.'),
  utility: z
    .number()
    .positive()
    .max(1000)
    .default(1)
    .describe('Worth of an instance of this type relative to the others; multiplies `maxPriceUsdPerHour`.'),
  ...layer,
});

const zoneSchema = z.strictObject({
  subnetId: idSchema('subnet').describe('Subnet to launch into; it lies in one Availability Zone.'),
  availabilityZone: z
    .string()
    .regex(/^[a-z]{2}(-[a-z]+)+-\d[a-z]$/, 'an Availability Zone such as us-east-1a')
    .optional()
    .describe("The subnet's zone. Named, its prices are known before the launch."),
  ...layer,
});

const regionSchema = z.strictObject({
  region: z
    .string()
    .regex(/^[a-z]{2}(-[a-z]+)+-\d$/, 'an AWS region such as us-east-1')
    .optional()
    .describe("AWS region. Absent: the provisioner's own."),
  zones: z
    .array(zoneSchema)
    .min(1, 'at least one is needed')
    .max(16)
    .refine((zones) => unique(zones, ({ subnetId }) => subnetId), 'holds the same subnetId twice')
    .refine(
      (zones) => unique(zones, ({ availabilityZone }) => availabilityZone),
      'holds the same availabilityZone twice',
    )
    .describe('Where in the region, one subnet for each Availability Zone.'),
  ...layer,
});

const marketSchema = z.strictObject({
  onDemandBaseCapacity: z
    .int()
    .min(0)
    .max(100_000)
    .default(0)
    .describe('Tasks for which on-demand instances are launched before any spot instance.'),
  onDemandFallbackMinutes: z
    .number()
    .min(0)
    .max(1440)
    .optional()
    .describe(
      'When spot has been short for this long, on-demand fills the gap. Absent: never. New launches try spot first.',
    ),
  onDemandPriceUsdPerHour: z
    .number()
    .positive()
    .max(1000)
    .optional()
    .describe(
      'What an on-demand instance of utility 1 costs at most. Counted against `maxSpendUsdPerHour`, which needs it; EC2 asks its own price.',
    ),
});

/** The document's fields: the source of types, JSON Schema, docs and error texts. The rules between them are beside it. */
export const workerTypeSchema = z.strictObject({
  provisionerId: z
    .string()
    .regex(PROVISIONER_ID_PATTERN, '1 to 38 letters, digits or -, a letter first')
    .describe('The provisioner that owns this worker type. Partition key of the table.'),
  workerType: name.describe('Name of the worker type, unique within its provisioner. Sort key of the table.'),
  schemaVersion: z
    .literal(SCHEMA_VERSION, `a format that this provisioner reads: at most ${SCHEMA_VERSION}`)
    .default(SCHEMA_VERSION)
    .describe('Version of this document format. Older ones are read, too.'),
  version: z
    .int()
    .min(1)
    .default(1)
    .describe('Counts the changes of this definition. Tools raise it and refuse to overwrite a newer one.'),
  enabled: z.boolean().default(true).describe('`false`: nothing is launched; running workers stay.'),
  description: z.string().max(1000).default('').describe('What these workers are for.'),
  owner: z
    .string()
    .max(256)
    .default('')
    .describe('Whom to ask; written to a tag of each instance and to each event about the type.'),
  queueUrls: z
    .array(
      z
        .string()
        .max(1024)
        .regex(/^https?:\/\/[^/\s]+\/\S+$/, 'the URL of an SQS queue'),
    )
    .min(1, 'at least one is needed')
    .max(10)
    .refine((urls) => unique(urls, String), 'holds the same queue twice')
    .describe('URLs of the SQS queues whose messages are the tasks. Workers serve all of them, the first one first.'),
  minCapacity: z.int().min(0).max(100_000).default(0).describe('Tasks that can run at once even when nothing waits.'),
  maxCapacity: z.int().min(0).max(100_000).describe('Tasks that may run at once, at most. Never exceeded.'),
  scalingRatio: z
    .number()
    .min(0)
    .max(100)
    .default(0)
    .describe('Pending tasks tolerated as a share of capacity. 0: one slot for each task; 1: half as many slots.'),
  countDelayedTasks: z
    .boolean()
    .default(false)
    .describe('Count delayed messages as tasks that are about to arrive (`expectedTasks`).'),
  maxPriceUsdPerHour: z
    .number()
    .min(MIN_MAX_PRICE_USD_PER_HOUR)
    .max(1000)
    .optional()
    .describe('Highest spot price of an instance with utility 1. Absent: the on-demand price is the ceiling.'),
  maxSpendUsdPerHour: z
    .number()
    .positive()
    .max(1_000_000)
    .optional()
    .describe('Nothing is launched that would take the cost of all workers above this.'),
  maxLaunchesPerMinute: z
    .int()
    .min(1)
    .max(100_000)
    .optional()
    .describe('Instances launched within any minute, at most.'),
  market: marketSchema
    .default({ onDemandBaseCapacity: 0 })
    .describe('When on-demand instances may be launched beside spot instances.'),
  allocationStrategy: z
    .enum([
      'price-capacity-optimized',
      'capacity-optimized',
      'capacity-optimized-prioritized',
      'lowest-price',
      'diversified',
    ])
    .default('price-capacity-optimized')
    .describe(
      "EC2's choice among capacity pools. `capacity-optimized-prioritized` goes by `weight`, too. `lowest-price` is interrupted most.",
    ),
  regionOrder: z
    .enum(['given', 'price', 'weight'])
    .default('given')
    .describe('Which region is tried first; the next one takes what the one before could not give.'),
  platform: z.enum(['linux', 'windows']).default('linux').describe('Decides which spot prices count.'),
  instanceTypes: z
    .array(instanceTypeSchema)
    .min(1, 'at least one is needed')
    .max(MAX_INSTANCE_TYPES)
    .refine((types) => unique(types, (type) => type.instanceType), 'holds the same instanceType twice')
    .describe('Instance types that may be launched. Ten or more make interruptions and dry pools rarer.'),
  launchSpec: launchSpecSchema
    .default({})
    .describe('How instances are launched, before regions, zones and types change it.'),
  regions: z
    .array(regionSchema)
    .min(1, 'at least one is needed')
    .max(20)
    .refine((regions) => unique(regions, ({ region }) => region ?? ''), 'holds the same region twice')
    .describe('Where instances are launched.'),
  workerInstall: z
    .enum(['image', 'amazon-linux-2023'])
    .default('image')
    .describe(
      '`image`: the image starts its own worker, user data is a JSON document. `amazon-linux-2023`: user data installs and starts the reference worker.',
    ),
  userData: userData
    .default({})
    .describe('Handed to the worker as `userData` of its settings. Readable by every task: no secrets here.'),
  secrets: z
    .record(
      z.string().regex(/^[A-Za-z_][A-Za-z0-9_]{0,63}$/, 'a name such as NPM_TOKEN'),
      z.string().regex(/^(ssm:\/\S{1,1000}|secretsmanager:\S{1,1000})$/, 'ssm:/PARAMETER or secretsmanager:NAME'),
    )
    .default({})
    .describe('Names of secrets and where the worker finds them with its instance role. Values never stand here.'),
  tags: z
    .record(
      z.string().regex(/^[A-Za-z0-9+\-=.,_:@]{1,128}$/, 'letters, digits and + - = . , _ : @'),
      z.string().max(256),
    )
    .default({})
    .describe('Further tags of instances and volumes, for example for cost allocation.'),
  idleTimeoutSeconds: z
    .int()
    .min(1)
    .max(24 * HOUR_SECONDS)
    .default(300)
    .describe('A worker without a task for this long leaves.'),
  maxUptimeSeconds: z
    .int()
    .min(1)
    .max(29 * 24 * HOUR_SECONDS)
    .default(72 * HOUR_SECONDS)
    .describe('A worker takes no new task after this time and leaves when the running ones are done.'),
  maxLifetimeSeconds: z
    .int()
    .min(1)
    .max(MAX_LIFETIME_SECONDS)
    .default(96 * HOUR_SECONDS)
    .describe('The reaper terminates an instance older than this, whatever it is doing. A safety net.'),
});

/** A worker type as people edit it and DynamoDB keeps it, with every default filled in. */
export type WorkerType = z.output<typeof workerTypeSchema>;

/** The answer of `parseWorkerType`: a definition, or everything that is wrong with it. */
export type ParsedWorkerType =
  | { readonly kind: 'valid'; readonly definition: WorkerType }
  | { readonly kind: 'invalid'; readonly problems: readonly Problem[] };

/** Reads a document of unknown origin. Never throws; an invalid one answers every problem at once. */
export function parseWorkerType(written: unknown): ParsedWorkerType {
  const document = migrateWorkerType(written);
  const result = workerTypeSchema.safeParse(document);
  const broken = result.success ? rules.flatMap((rule) => rule.problems(result.data)) : brokenRulesOf(document);
  if (result.success && broken.length === 0) return { kind: 'valid', definition: result.data };
  const issues = broken.map(({ path, message }) => ({
    code: 'custom' as const,
    path: [...path],
    message,
    input: undefined,
  }));
  return { kind: 'invalid', problems: problemsOf([...(result.error?.issues ?? []), ...issues], document) };
}

/** Each rule with the part of the document that it looks at. */
const ruleParts = rules.map((rule) => {
  const wanted = Object.fromEntries(rule.fields.map((field) => [field, true]));
  return { ...rule, part: workerTypeSchema.pick(wanted as Partial<Record<keyof WorkerType, true>>) };
});

/**
 * The broken rules of a document whose other fields may be wrong: somebody who mends it wants to hear everything at
 * once, so each rule whose own fields are right is looked at.
 */
function brokenRulesOf(document: unknown) {
  if (typeof document !== 'object' || document === null) return [];
  const given = Object.entries(document);
  return ruleParts.flatMap(({ fields, part, problems }) => {
    const parsed = part.safeParse(Object.fromEntries(given.filter(([key]) => fields.some((field) => field === key))));
    return parsed.success ? problems(parsed.data as WorkerType) : [];
  });
}
