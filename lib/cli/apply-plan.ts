import microdiff from 'microdiff';
import type { StoredWorkerType } from '../control/ports.ts';
import type { WorkerType } from '../core/worker-type-schema.ts';
import type { FileDefinition } from './definitions.ts';
import { storedVersion } from './definitions.ts';

/** One field that differs. */
export interface FieldChange {
  /** Such as `instanceTypes[0].capacity`. */
  readonly path: string;
  /** Absent when the field is new. */
  readonly before?: unknown;
  /** Absent when the field goes. */
  readonly after?: unknown;
}

/** What applying one definition means. */
export type ApplyStep =
  | { readonly kind: 'unchanged'; readonly workerType: string; readonly version: number }
  | {
      readonly kind: 'create' | 'update';
      readonly workerType: string;
      readonly definition: WorkerType;
      /** The stored version that the change builds on; undefined when nothing is stored. */
      readonly expectedVersion: number | undefined;
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
    const changes = diff({}, definition);
    return { kind: 'create', workerType, definition, expectedVersion: undefined, changes };
  }
  const version = storedVersion(stored.document);
  if (statedVersion !== undefined && statedVersion !== version) {
    const cause = `the file was made from version ${statedVersion}, stored is version ${version}; get it again and repeat the change, or leave "version" out`;
    return { kind: 'conflict', workerType, cause };
  }
  // Defaults are filled in on both sides, so that an item edited by hand does not differ by what it leaves out.
  const before = stored.parsed.kind === 'valid' ? stored.parsed.definition : stored.document;
  const changes = diff(before, definition);
  if (changes.length === 0 && stored.parsed.kind === 'valid') return { kind: 'unchanged', workerType, version };
  return { kind: 'update', workerType, definition, expectedVersion: version, changes };
}

function diff(before: Readonly<Record<string, unknown>>, after: Readonly<Record<string, unknown>>): FieldChange[] {
  return microdiff(before, after)
    .filter(({ path }) => path[0] !== 'version')
    .map((difference) => ({
      path: formatPath(difference.path),
      ...(difference.type === 'CREATE' ? {} : { before: difference.oldValue as unknown }),
      ...(difference.type === 'REMOVE' ? {} : { after: difference.value as unknown }),
    }));
}

const formatPath = (path: readonly (string | number)[]): string =>
  path.reduce<string>((text, part) => {
    if (typeof part === 'number') return `${text}[${part}]`;
    return text === '' ? part : `${text}.${part}`;
  }, '');
