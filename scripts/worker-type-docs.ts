import * as z from 'zod';
import { workerTypeSchema } from '../lib/core/worker-type-schema.ts';

interface JsonSchema {
  readonly type?: string;
  readonly description?: string;
  readonly default?: unknown;
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly pattern?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly exclusiveMinimum?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly maxLength?: number;
  readonly items?: JsonSchema;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: JsonSchema | boolean;
}

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

/** The reference of worker types: one table row a field, from the schema's own descriptions and limits. */
export function workerTypeDocs(): string {
  const schema = inputSchema();
  return `<!-- Generated from lib/core/worker-type-schema.ts by \`npm run generate\`. Edit the schema instead. -->
# Worker types

A worker type is one item of the WorkerTypes table, or one YAML or JSON document for
\`provisioner worker-types apply\`. Both have the fields below. Unknown fields are an error, which catches typos.
Editors that know JSON Schema can check documents against [worker-type.schema.json](worker-type.schema.json).

An item that does not hold to this page launches nothing and is reported by field path in its status, the log and an
alarm. All other worker types go on, and the workers that the type already has are left alone.

## Fields

${fieldTable(schema)}

## Entries of \`instanceTypes\`

${fieldTable(schema.properties?.['instanceTypes']?.items ?? {})}

## \`rootVolume\`

${fieldTable(schema.properties?.['rootVolume'] ?? {})}

## Rules between fields

* \`minCapacity\` is at most \`maxCapacity\`.
* The smallest \`instanceTypes[].capacity\` is at most \`maxCapacity\`, unless \`maxCapacity\` is 0.
* \`idleTimeoutSeconds\` is at most \`maxUptimeSeconds\`, and that is less than \`maxLifetimeSeconds\`.
* Tags may not begin with \`aws:\`, \`spot-provisioner\` or \`Name\`.

## How many workers are launched

\`\`\`
demand = pendingTasks + claimedTasks + expectedTasks
target = clamp(ceil(demand / (1 + scalingRatio)), minCapacity, maxCapacity)
launch = max(0, target - supply)
\`\`\`

All figures are in tasks. \`supply\` is the capacity of workers that are launching, booting or running; draining and
stopping ones do not count. \`expectedTasks\` is 0 unless \`countDelayedTasks\` is set. A launch never takes the capacity of
everything that still exists above \`maxCapacity\`: where whole instances would, a smaller one is chosen or less is asked.
A queue that cannot be read makes demand *unknown*: nothing is launched and nothing is stopped until it can be read again.

## Price

\`maxPriceUsdPerHour\` is for an instance of \`utility\` 1. An instance of utility 2 may cost twice as much. EC2 compares
spot prices by unit of capacity, so the ceiling that is sent is \`maxPriceUsdPerHour × utility / capacity\`.
`;
}

function fieldTable(schema: JsonSchema): string {
  const rows = Object.entries(schema.properties ?? {}).map(([name, field]) => {
    const isRequired = schema.required?.includes(name) ?? false;
    return `| \`${name}\` | ${cell(typeWords(field))} | ${isRequired ? '**required**' : cell(defaultWords(field))} | ${cell(field.description ?? '')} |`;
  });
  return ['| field | type | default | meaning |', '|---|---|---|---|', ...rows].join('\n');
}

function typeWords(field: JsonSchema): string {
  if (field.const !== undefined) return JSON.stringify(field.const);
  if (field.enum !== undefined) return field.enum.map((value) => `\`${String(value)}\``).join(' or ');
  if (field.type === 'array')
    return `list of ${field.items?.type === 'object' ? 'objects' : 'strings'}${span(field.minItems, field.maxItems)}`;
  if (field.type === 'string')
    return field.maxLength === undefined ? 'string' : `string, up to ${field.maxLength} characters`;
  if (field.type === 'integer' || field.type === 'number') return `${field.type}${span(field.minimum, field.maximum)}`;
  return field.type ?? 'any';
}

function defaultWords(field: JsonSchema): string {
  if (field.default === undefined) return '';
  const text = JSON.stringify(field.default);
  return text === '""' ? 'empty' : `\`${text}\``;
}

function span(from: number | undefined, to: number | undefined): string {
  if (from !== undefined && to !== undefined) return `, ${from} to ${to}`;
  return from === undefined ? '' : `, ${from} or more`;
}

const cell = (text: string): string => text.replaceAll('|', '\\|');
