import * as z from 'zod';
import type { Problem } from './problem.ts';
import { MIN_MAX_PRICE_USD_PER_HOUR, rules } from './worker-type-rules.ts';
import { problemsOf } from './zod-problems-schema.ts';

const HOUR_SECONDS = 3600;
/** No definition can allow a worker to grow older than 30 days. */
export const MAX_LIFETIME_SECONDS = 30 * 24 * HOUR_SECONDS;

/** Names end up in tags, table keys, metrics and log fields. Length as in Taskcluster's worker types. */
const NAME_PATTERN = /^[A-Za-z0-9_-]{1,38}$/;
const name = z.string().regex(NAME_PATTERN, '1 to 38 letters, digits, - or _');
/** Also part of a CloudFormation stack's name, which knows no underscore and begins with a letter. */
export const PROVISIONER_ID_PATTERN = /^[A-Za-z][A-Za-z0-9-]{0,37}$/;

/** CreateFleet bodies grow with types x subnets; 60 types is what Karpenter cuts to. */
const MAX_INSTANCE_TYPES = 60;

const unique = <Item>(items: readonly Item[], key: (item: Item) => string): boolean =>
  new Set(items.map(key)).size === items.length;

const idList = (prefix: string, description: string) =>
  z
    .array(z.string().regex(new RegExp(`^${prefix}-[0-9a-zA-Z]{3,32}$`), `an id such as ${prefix}-0123456789abcdef0`))
    .min(1, 'at least one is needed')
    .max(16)
    .refine((ids) => unique(ids, String), 'holds the same id twice')
    .describe(description);

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
});

/** The document's fields: the source of types, JSON Schema, docs and error texts. The rules between them are beside it. */
export const workerTypeSchema = z.strictObject({
  provisionerId: z
    .string()
    .regex(PROVISIONER_ID_PATTERN, '1 to 38 letters, digits or -, a letter first')
    .describe('The provisioner that owns this worker type. Partition key of the table.'),
  workerType: name.describe('Name of the worker type, unique within its provisioner. Sort key of the table.'),
  schemaVersion: z.literal(1).default(1).describe('Version of this document format.'),
  version: z
    .int()
    .min(1)
    .default(1)
    .describe('Counts the changes of this definition. Tools raise it and refuse to overwrite a newer one.'),
  enabled: z.boolean().default(true).describe('`false`: nothing is launched; running workers stay.'),
  description: z.string().max(1000).default('').describe('What these workers are for.'),
  owner: z.string().max(256).default('').describe('Whom to ask; written to a tag of each instance.'),
  queueUrl: z
    .string()
    .max(1024)
    .regex(/^https?:\/\/[^/\s]+\/\S+$/, 'the URL of an SQS queue')
    .describe('URL of the SQS queue whose messages are the tasks.'),
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
  instanceTypes: z
    .array(instanceTypeSchema)
    .min(1, 'at least one is needed')
    .max(MAX_INSTANCE_TYPES)
    .refine((types) => unique(types, (type) => type.instanceType), 'holds the same instanceType twice')
    .describe('Instance types that may be launched. Ten or more make interruptions and dry pools rarer.'),
  imageId: z
    .string()
    .regex(/^(ami-[0-9a-zA-Z]{3,32}|resolve:ssm:\S{1,1000})$/, 'ami-... or resolve:ssm:PARAMETER')
    .describe('Machine image: an id, or `resolve:ssm:` and the name of an SSM parameter that holds one.'),
  subnetIds: idList('subnet', 'Subnets to launch into, at most one for each Availability Zone.'),
  securityGroupIds: idList('sg', 'Security groups of the instances.'),
  keyName: z.string().min(1).max(255).optional().describe('EC2 key pair for SSH.'),
  rootVolume: z
    .strictObject({
      deviceName: z.string().min(1).max(64).default('/dev/xvda').describe("The image's root device."),
      sizeGiB: z
        .int()
        .min(1)
        .max(16_384)
        .describe('Size in GiB. The volume is gp3, encrypted, and deleted with the instance.'),
    })
    .optional()
    .describe("Root volume. Absent: as the image says, with the account's default encryption."),
  workerInstall: z
    .enum(['image', 'amazon-linux-2023'])
    .default('image')
    .describe(
      '`image`: the image starts its own worker, user data is a JSON document. `amazon-linux-2023`: user data installs and starts the reference worker.',
    ),
  userData: z
    .record(z.string(), z.json())
    .default({})
    .describe('Handed to the worker as `userData` of its settings. Readable by every task: no secrets here.'),
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
export type InstanceTypeOption = WorkerType['instanceTypes'][number];

/** The answer of `parseWorkerType`: a definition, or everything that is wrong with it. */
export type ParsedWorkerType =
  | { readonly kind: 'valid'; readonly definition: WorkerType }
  | { readonly kind: 'invalid'; readonly problems: readonly Problem[] };

/** Reads a document of unknown origin. Never throws; an invalid one answers every problem at once. */
export function parseWorkerType(document: unknown): ParsedWorkerType {
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
