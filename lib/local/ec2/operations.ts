import * as EC2 from '@aws-sdk/client-ec2';
import { NormalizedSchema } from '@smithy/core/schema';

/** One EC2 action as the SDK's own runtime schemas describe it. */
export interface Operation {
  readonly action: string;
  readonly input: NormalizedSchema;
  readonly output: NormalizedSchema;
}

type SchemaRef = Parameters<typeof NormalizedSchema.of>[0];

/** The SDK marks a schema array as an operation with this number in its first place. */
const operationMarker = 9;

const exportsByName: ReadonlyMap<string, unknown> = new Map(Object.entries(EC2));
const found = new Map<string, Operation>();

/** The operation called `action`, or undefined when the SDK knows no such action. */
export function findOperation(action: string): Operation | undefined {
  const known = found.get(action);
  if (known !== undefined) return known;
  const schema = exportsByName.get(`${action}$`);
  if (!Array.isArray(schema) || schema[0] !== operationMarker) return undefined;
  // [9, namespace, name, traits, input schema, output schema]
  const operation: Operation = {
    action,
    input: NormalizedSchema.of(schema[4] as SchemaRef),
    output: NormalizedSchema.of(schema[5] as SchemaRef),
  };
  found.set(action, operation);
  return operation;
}
