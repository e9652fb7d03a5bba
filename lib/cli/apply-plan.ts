import { type DefinitionDocument, diffDefinitions, type FieldChange } from '../control/definition-diff.ts';
import type { StoredWorkerType } from '../control/ports.ts';
import type { WorkerType } from '../core/worker-type-schema.ts';
import type { FileDefinition } from './definitions.ts';
import { storedVersion } from './definitions.ts';

/** What applying one definition means. */
export type ApplyStep =
  | { readonly kind: 'unchanged'; readonly workerType: string; readonly version: number }
  | {
      readonly kind: 'create' | 'update';
      readonly workerType: string;
      readonly definition: WorkerType;
      /** The stored version that the change builds on; undefined when nothing is stored. */
      readonly expectedVersion: number | undefined;
      /** As it is stored; undefined when nothing is. */
      readonly before: DefinitionDocument | undefined;
      readonly changes: readonly FieldChange[];
    }
  | { readonly kind: 'conflict'; readonly workerType: string; readonly cause: string };

/** Compares a definition of a file with what is stored. `version` counts changes and is none itself. */
export function planApply(wanted: FileDefinition, stored: StoredWorkerType | undefined): ApplyStep {
  const { definition, statedVersion } = wanted;
  const { workerType } = definition;
  if (stored === undefined) {
    // A first version may be spelled out; a later one tells of an item that was there when the file was made.
    if (statedVersion !== undefined && statedVersion > 1) {
      const cause = `the file was made from version ${statedVersion}, but nothing is stored any more; leave "version" out to create it anew`;
      return { kind: 'conflict', workerType, cause };
    }
    const changes = diffDefinitions({}, definition);
    return { kind: 'create', workerType, definition, expectedVersion: undefined, before: undefined, changes };
  }
  const version = storedVersion(stored.document);
  if (statedVersion !== undefined && statedVersion !== version) {
    const cause = `the file was made from version ${statedVersion}, stored is version ${version}; get it again and repeat the change, or leave "version" out`;
    return { kind: 'conflict', workerType, cause };
  }
  // Defaults are filled in on both sides, so that an item edited by hand does not differ by what it leaves out.
  const complete = stored.parsed.kind === 'valid' ? stored.parsed.definition : stored.document;
  const changes = diffDefinitions(complete, definition);
  if (changes.length === 0 && stored.parsed.kind === 'valid') return { kind: 'unchanged', workerType, version };
  return { kind: 'update', workerType, definition, expectedVersion: version, before: stored.document, changes };
}
