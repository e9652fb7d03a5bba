import * as z from 'zod';
import { workerTypeSchema } from '../lib/core/worker-type-schema.ts';
import { fieldTable, type JsonSchema, withoutNull } from './field-table.ts';
import { cascadeExample, migrationExample } from './worker-type-examples.ts';

/** The JSON Schema of a worker type as people write it: defaults may be left out. */
const inputSchema = () => z.toJSONSchema(workerTypeSchema, { io: 'input' }) as JsonSchema;

/** The JSON Schema as a file for editors. */
export function workerTypeJsonSchema(): string {
  const { properties, ...rest } = inputSchema();
  const schema = {
    $id: 'https://spot-provisioner.invalid/worker-type.schema.json',
    title: 'Spot Provisioner worker type',
    ...rest,
    properties,
  };
  return `${JSON.stringify(schema, undefined, 2)}\n`;
}

const CASCADE_HEADING = 'The cascade';
const HEADINGS = {
  market: '`market`',
  instanceTypes: '`instanceTypes[]`',
  regions: '`regions[]`',
  zones: '`regions[].zones[]`',
  launchSpec: '`launchSpec`',
  rootVolume: '`rootVolume`',
  userData: CASCADE_HEADING,
  secrets: 'Secrets, and what a task finds in its environment',
} as const;

/** The reference of worker types: one table row a field, from the schema's own descriptions and limits. */
export function workerTypeDocs(): string {
  const schema = inputSchema();
  const part = (parent: JsonSchema, name: string) => withoutNull(parent.properties?.[name] ?? {});
  const regions = part(schema, 'regions').items ?? {};
  const launchSpec = part(schema, 'launchSpec');
  const section = (heading: string, fields: JsonSchema) => `## ${heading}\n\n${fieldTable(fields, HEADINGS)}\n`;
  return [
    INTRODUCTION,
    section('Fields', schema),
    section(HEADINGS.instanceTypes, part(schema, 'instanceTypes').items ?? {}),
    section(HEADINGS.regions, regions),
    section(HEADINGS.zones, part(regions, 'zones').items ?? {}),
    section(HEADINGS.launchSpec, launchSpec),
    'Every field may also be `null`: see [the cascade](#the-cascade).\n',
    section(HEADINGS.rootVolume, part(launchSpec, 'rootVolume')),
    section(HEADINGS.market, part(schema, 'market')),
    cascadeSection(),
    REST,
    formatSection(),
  ].join('\n');
}

const INTRODUCTION = `<!-- Generated from lib/core/worker-type-schema.ts by \`npm run generate\`. Edit the schema instead. -->
# Worker types

A worker type is one item of the WorkerTypes table, or one YAML or JSON document for
\`provisioner worker-types apply\`. Both have the fields below. Unknown fields are an error, which catches typos.
Editors that know JSON Schema can check documents against [worker-type.schema.json](worker-type.schema.json);
[examples/worker-types](../examples/worker-types) has documents to start from.

An item that does not hold to this page launches nothing and is reported by field path in its status, the log and an
alarm. All other worker types go on, and the workers that the type already has are left alone.
`;

function cascadeSection(): string {
  const { document, result } = cascadeExample();
  return `## ${CASCADE_HEADING}

A **pool** is one instance type in one zone: EC2 has, or lacks, capacity by pool. Each pool of a worker type is launched
with a launch spec and user data that are merged from four layers:

\`\`\`
definition (global)  ->  regions[]  ->  regions[].zones[]  ->  instanceTypes[]
\`\`\`

* The later layer wins: an instance type over a zone, a zone over a region, a region over the definition.
* Objects are merged field by field, to any depth.
* Lists are replaced as a whole, never joined.
* \`null\` deletes what the layers before it said. Like every value it only reaches backwards: a later layer may say it anew.

After the cascade each pool needs \`imageId\` and \`securityGroupIds\`, and its user data may
be 8192 bytes of JSON. What a pool lacks is reported where it would have to stand.

A worked example:

\`\`\`yaml
${document}\`\`\`

Its four pools are launched with:

\`\`\`yaml
${result}\`\`\`
`;
}

const REST = `## Weights

\`weight\` stands in regions, zones and instance types, from 0 to 1. The weight of a pool is the product of its three.

* **0 is a pause**, of all that is below it, and it holds even when nothing else is left: a worker type whose every pool has
  weight 0 launches nothing and says so. Running workers stay. Take the 0 away and launches go on.
* With \`regionOrder: weight\` the region of the highest weight is tried first.
* With \`allocationStrategy: capacity-optimized-prioritized\` EC2 prefers the pools of higher weight within a region, as far as
  capacity lets it; on-demand instances come from the pool of the highest weight that can give them.
* **It falls while launches fail.** Once five launches of the worker type are known in a pool, its weight is multiplied by the
  share that went well, and by 0.01 at least. A launch failed when the worker ended by itself before it was of use (in its
  first two minutes, or before it could have idled out), within the last hour, or when EC2 refused the pool within the last 20
  minutes. Interruptions are no failures. When more than half failed, the pool is left out as long as another one can serve,
  in whatever region; what the others refuse is asked of it in the same tick. The weight rises again as failures grow
  old; a new version of the definition and \`provisioner resume\` start afresh. \`preview\` and \`explain\` show it. Workers are
  told apart by zone: where a zone is not named, refusals alone count.

## Where launches go, and in which market

A tick asks one region after the other, in the order that \`regionOrder\` says, until everything is served: what the first
one cannot give is asked of the next in the same tick. A region without a name is the provisioner's own; others have to be
allowed by the provisioner's settings. Within a region EC2 chooses among all pools by \`allocationStrategy\`. A pool that
refused is left out for some minutes, for all worker types.

Instances are spot instances, with two exceptions:

* **Base.** With \`onDemandBaseCapacity: n\` on-demand instances are launched until they have room for n tasks; all above are
  spot instances. When EC2 cannot give the base now, spot serves instead of nothing.
* **Fallback.** With \`onDemandFallbackMinutes: m\` on-demand instances take what spot could not give, once spot has been
  short for m minutes on end; 0 does so at once. Each launch asks spot first, so spot is back when it has capacity.
  Without this field there is never a fallback.

## Price

\`maxPriceUsdPerHour\` is the ceiling for a spot instance of \`utility\` 1. An instance of utility 2 may cost twice as much: its
ceiling is \`maxPriceUsdPerHour × utility\`. A pool whose present price is above its ceiling is not asked for, and EC2 gets the
ceiling with each request, in its own terms, by unit of capacity: \`maxPriceUsdPerHour × utility / capacity\`. It is not sold
above that even where the price was not known. Present prices are known for zones that name their \`availabilityZone\`.
Without \`maxPriceUsdPerHour\` the on-demand price is the ceiling, which is EC2's own rule. On-demand instances cost what EC2
asks; the ceiling does not bind them.

\`maxSpendUsdPerHour\` bounds what all workers of the type cost together, and needs \`maxPriceUsdPerHour\`. A worker counts with
its present spot price, or with its ceiling where that is not known. On-demand prices are not looked up: an on-demand
instance counts with \`market.onDemandPriceUsdPerHour × utility\`, so that field has to be high enough for the instance type
that is dearest by utility, and is needed wherever \`market\` allows on-demand instances under a limit on spending. Dear pools
are left out of a launch where that brings more workers for what is left. Reached, nothing more is launched; nothing is
stopped for it. Workers of an instance type that the definition no longer names count with their spot price, too. Where that
is not known, and always for on-demand ones, what they cost is unknown, since their \`utility\` is gone, and nothing is
launched until they are gone as well. To replace an instance type under a limit on spending, leave it there with weight 0
for as long.

## Rules between fields

* \`minCapacity\` is at most \`maxCapacity\`.
* The smallest \`instanceTypes[].capacity\` is at most \`maxCapacity\`, unless \`maxCapacity\` is 0.
* \`idleTimeoutSeconds\` is at most \`maxUptimeSeconds\`, and that is less than \`maxLifetimeSeconds\`.
* \`maxSpendUsdPerHour\` needs \`maxPriceUsdPerHour\` and, beside on-demand instances, \`market.onDemandPriceUsdPerHour\`.
* \`maxPriceUsdPerHour × utility / capacity\` is at least USD 0.0011 for each instance type: EC2 refuses less.
* An \`availabilityZone\` lies in its region.
* No region, subnet, zone, instance type or queue stands twice.
* Tags may not begin with \`aws:\` or \`spot-provisioner\`, nor be \`Name\`.

## How many workers are launched

\`\`\`
demand = pendingTasks + claimedTasks + expectedTasks
target = clamp(ceil(demand / (1 + scalingRatio)), minCapacity, maxCapacity)
launch = max(0, target - supply)
\`\`\`

All figures are in tasks. Those of several queues are added up. \`supply\` is the capacity of workers that are launching,
booting or running; draining and stopping ones do not count. \`expectedTasks\` is 0 unless \`countDelayedTasks\` is set. A launch
never takes the capacity of everything that still exists above \`maxCapacity\`: where whole instances would, a smaller one is
chosen or less is asked. A queue that cannot be read makes demand *unknown*: nothing is launched and nothing is stopped
until it can be read again.

## Several queues

Every worker of the type serves all \`queueUrls\`. A free slot takes from the first queue that has a message, so the order is
one of strict priority. With one queue a worker polls for 20 seconds; with several it asks each of them about every two
seconds, so that a task in any of them starts within about that time, at the price of more SQS requests. It is idle when
all of them were read and empty; a queue that cannot be read is no evidence of that, so the worker stays.

## ${HEADINGS.secrets}

\`secrets\` names where values are kept, never the values: \`NPM_TOKEN: ssm:/ci/npm-token\` or
\`NPM_TOKEN: secretsmanager:ci/npm-token\`. The reference worker hands tasks these references and fetches nothing: a task reads
what it needs with the instance's role, which has to be allowed to. The reference worker sets for each task:

| variable | what |
|---|---|
| \`SPOT_WORKER_TASK_ID\` | id of the SQS message |
| \`SPOT_WORKER_INSTANCE_ID\` | id of the EC2 instance |
| \`SPOT_WORKER_USER_DATA\` | the pool's \`userData\` as JSON |
| \`SPOT_WORKER_SECRETS\` | \`secrets\` as JSON: names and references |
`;

function formatSection(): string {
  const { before, after } = migrationExample();
  return `## Format versions

\`schemaVersion\` is the version of this format, and 2 is the present one. Older documents are read as they are, migrated on
the way, and shown and saved in the present format; a table need not be converted. A document without \`schemaVersion\` is of
the present format, unless it has \`queueUrl\` or \`subnetIds\`, which only version 1 had. A document of a newer version than the
provisioner knows is invalid: it launches nothing, like every item that is.

In version 1

\`\`\`yaml
${before}\`\`\`

is in version 2

\`\`\`yaml
${after}\`\`\`
`;
}
