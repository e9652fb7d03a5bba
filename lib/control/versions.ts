/**
 * The history of definitions: one record for each change, whoever made it.
 *
 * Two witnesses tell of a change: the tool that made it, at once and with its author, and the table's stream, a moment
 * later and perhaps twice. Both may tell of it in either order; one record comes of it.
 */
import { canonicalJson } from '../core/definition-key.ts';
import type { EpochMillis } from '../core/units.ts';
import type { VersionHistory, VersionRecord } from './check-ports.ts';
import { type DefinitionDocument, diffDefinitions } from './definition-diff.ts';

/** A change as one witness saw it. */
export interface DefinitionChange {
  readonly workerType: string;
  /** Undefined: there was no item. */
  readonly before: DefinitionDocument | undefined;
  /** Undefined: the item was deleted. */
  readonly after: DefinitionDocument | undefined;
  readonly at: EpochMillis;
  readonly author?: string;
  readonly source: VersionRecord['source'];
  /** Only the stream knows it. */
  readonly sequence?: string;
}

/** What two witnesses say of the time of one change may differ by the error of a laptop's clock. */
const MAX_CLOCK_SKEW_MS = 5 * 60_000;
/** Beyond it a stated version is a slip of the pen, and no number to go on counting from. */
const MAX_VERSION = 999_999_999;
/** Two writers rarely meet; five in a row never do. */
const ATTEMPTS = 5;

/**
 * Keeps the change, once however often and by whom it is told, and answers its record. Throws when the history cannot
 * be read or written.
 */
export async function recordChange(change: DefinitionChange, history: VersionHistory): Promise<VersionRecord> {
  if (change.before === undefined && change.after === undefined) throw new Error('nothing before and nothing after');
  for (let attempt = 1; attempt <= ATTEMPTS; attempt += 1) {
    const known = await history.list(change.workerType);
    const twin = known.find((record) => isSameChange(record, change));
    if (twin !== undefined) return completed(twin, change, history);
    if (known.length === 0 && change.before !== undefined) {
      // Written before there was a history: it is kept as well, or the first change would lose it.
      await history.add(foundRecord(change, change.before));
      continue;
    }
    const record = newRecord(change, known);
    if ((await history.add(record)) === 'added') return record;
  }
  throw new Error(`the history of ${change.workerType} changes too fast to be written to`);
}

/** The version that an item says of itself, as the schema reads it: without one it is the first. */
export function statedVersion({ version }: DefinitionDocument): number {
  return typeof version === 'number' ? version : 1;
}

/** The records in the order of the changes, whatever the order in which they were told. */
export const inOrderOfChange = (records: readonly VersionRecord[]): VersionRecord[] =>
  records.toSorted((a, b) => a.at - b.at || a.version - b.version);

function isSameChange(record: VersionRecord, change: DefinitionChange): boolean {
  if (record.sequence !== undefined && change.sequence !== undefined) return record.sequence === change.sequence;
  // Of the same witness it is another change: a definition may be deleted and created again as it was.
  const byOtherWitness = change.source === 'cli' ? record.source === 'table' : record.sequence === undefined;
  const document = documentOf(change);
  return (
    byOtherWitness &&
    (record.deleted === true) === (change.after === undefined) &&
    record.statedVersion === statedVersion(document) &&
    (record.found === true ? change.at < record.at : Math.abs(record.at - change.at) <= MAX_CLOCK_SKEW_MS) &&
    canonicalJson(record.document) === canonicalJson(document)
  );
}

/** What both witnesses know together. */
async function completed(
  twin: VersionRecord,
  { at, author, source, sequence, before }: DefinitionChange,
  history: VersionHistory,
): Promise<VersionRecord> {
  if (twin.sequence !== undefined && twin.sequence === sequence) return twin;
  const { found, ...kept } = twin;
  const record: VersionRecord = {
    ...kept,
    ...(found === true ? { at, changes: diffDefinitions(before ?? {}, twin.document) } : {}),
    ...(source === 'cli' ? { at, source } : {}),
    ...(author === undefined ? {} : { author }),
    ...(sequence === undefined ? {} : { sequence }),
  };
  await history.complete(record);
  return record;
}

function newRecord(change: DefinitionChange, known: readonly VersionRecord[]): VersionRecord {
  const { workerType, before, after, at, author, source, sequence } = change;
  const document = documentOf(change);
  const taken = new Set(known.map(({ version }) => version));
  const wanted = after === undefined ? undefined : countable(document);
  const last = Math.max(0, ...taken, ...(before === undefined ? [] : [countable(before) ?? 0]));
  return {
    workerType,
    version: wanted === undefined || taken.has(wanted) ? last + 1 : wanted,
    statedVersion: statedVersion(document),
    at,
    ...(author === undefined ? {} : { author }),
    source,
    ...(sequence === undefined ? {} : { sequence }),
    document,
    changes: diffDefinitions(before ?? {}, after ?? {}),
    ...(after === undefined ? { deleted: true } : {}),
  };
}

const foundRecord = ({ workerType, at }: DefinitionChange, document: DefinitionDocument): VersionRecord => ({
  workerType,
  version: countable(document) ?? 1,
  statedVersion: statedVersion(document),
  at,
  source: 'table',
  document,
  changes: [],
  found: true,
});

const documentOf = ({ before, after }: DefinitionChange): DefinitionDocument => after ?? before ?? {};

function countable(document: DefinitionDocument): number | undefined {
  const version = statedVersion(document);
  return Number.isInteger(version) && version >= 1 && version <= MAX_VERSION ? version : undefined;
}
