import { stringify } from 'yaml';
import { workerTypeSchema } from '../../core/worker-type-schema.ts';

/** A definition as YAML that apply takes back, with its fields in the order of the documentation. */
export const formatDefinition = (document: Readonly<Record<string, unknown>>): string =>
  stringify(inSchemaOrder(document), { lineWidth: 0 }).trimEnd();

/** A table gives fields back in any order; people expect the one of the documentation. */
function inSchemaOrder(document: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const order = Object.keys(workerTypeSchema.shape);
  const known = order.filter((key) => key in document);
  const unknown = Object.keys(document).filter((key) => !order.includes(key));
  return Object.fromEntries([...known, ...unknown].map((key) => [key, document[key]]));
}
