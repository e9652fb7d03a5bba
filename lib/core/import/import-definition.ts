import { importOldWorkerType } from './aws-provisioner.ts';
import type { Imported } from './finish-import.ts';
import type { ImportOptions } from './import-options.ts';
import { isJsonObject } from './json-object.ts';
import { importOldWorkerPool } from './worker-manager.ts';

/** The formats that can be read. */
export const importFormats = ['taskcluster-aws-provisioner', 'taskcluster-worker-manager'] as const;
export type ImportFormat = (typeof importFormats)[number];

/** Turns one definition of another system into ours, with a report on every field. Never throws. */
export function importDefinition(format: ImportFormat, document: unknown, options: ImportOptions): Imported {
  if (!isJsonObject(document)) {
    return { kind: 'invalid', problems: [{ path: '', message: 'must be an object with one definition' }] };
  }
  const other = otherFormat(format, document);
  if (other !== undefined) {
    return { kind: 'invalid', problems: [{ path: '', message: `looks like a definition for "import ${other}"` }] };
  }
  switch (format) {
    case 'taskcluster-aws-provisioner':
      return importOldWorkerType(document, options);
    case 'taskcluster-worker-manager':
      return importOldWorkerPool(document, options);
  }
}

/** The format that a document evidently has when it is not the one asked for. */
function otherFormat(format: ImportFormat, document: Readonly<Record<string, unknown>>): ImportFormat | undefined {
  const isPool = 'workerPoolId' in document && 'config' in document;
  const isOldType = 'launchSpec' in document && 'maxPrice' in document;
  if (format === 'taskcluster-aws-provisioner' && isPool && !isOldType) return 'taskcluster-worker-manager';
  if (format === 'taskcluster-worker-manager' && isOldType && !isPool) return 'taskcluster-aws-provisioner';
  return undefined;
}
