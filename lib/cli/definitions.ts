import type { WorkerType } from '../core/worker-type-schema.ts';
import { parseWorkerType } from '../core/worker-type-schema.ts';
import type { SourceProblem } from './cli-error.ts';
import { CliError } from './cli-error.ts';
import type { SourceDocument } from './documents.ts';
import { readDocuments } from './documents.ts';
import { plural } from './format/duration.ts';
import type { CliIo } from './io.ts';

/** A definition as a file has it. */
export interface FileDefinition {
  readonly source: SourceDocument;
  /** With every default filled in. */
  readonly definition: WorkerType;
  /** The `version` that the file itself holds, if it does. */
  readonly statedVersion: number | undefined;
}

/** Stands in for a provisionerId that neither the file nor the caller says: the other fields can still be judged. */
const ANY_PROVISIONER_ID = 'any';

/**
 * All definitions of all files. Throws one error with every problem of every document when any of them is invalid.
 *
 * @param provisionerId whose they have to be; undefined takes whatever the file says
 */
export async function readDefinitions(
  files: readonly string[],
  provisionerId: string | undefined,
  io: CliIo,
): Promise<FileDefinition[]> {
  const { documents, problems } = await readDocuments(files, io);
  const read = documents.map((source) => readDefinition(source, provisionerId));
  const definitions = read.flatMap(({ found }) => found);
  const all = [...problems, ...read.flatMap((each) => each.problems), ...repetitions(definitions)];
  if (all.length > 0) {
    throw new CliError('invalid-input', `${plural(all.length, 'problem')} found, nothing was changed`, all);
  }
  return definitions;
}

function readDefinition(source: SourceDocument, provisionerId: string | undefined) {
  const document = withProvisionerId(source.value, provisionerId ?? ANY_PROVISIONER_ID);
  const parsed = parseWorkerType(document);
  const problems = [...(parsed.kind === 'invalid' ? parsed.problems : []), ...foreign(document, provisionerId)].map(
    (problem) => ({ ...at(source), ...problem }),
  );
  if (parsed.kind === 'invalid' || problems.length > 0) return { found: [], problems };
  const statedVersion = isRecord(document) && 'version' in document ? parsed.definition.version : undefined;
  return { found: [{ source, definition: parsed.definition, statedVersion }], problems };
}

const withProvisionerId = (document: unknown, provisionerId: string): unknown =>
  isRecord(document) && !('provisionerId' in document) ? { provisionerId, ...document } : document;

function foreign(document: unknown, provisionerId: string | undefined) {
  if (provisionerId === undefined || !isRecord(document) || document['provisionerId'] === provisionerId) return [];
  const message = `must be the connected provisioner "${provisionerId}" or absent, found ${JSON.stringify(document['provisionerId'])}`;
  return [{ path: 'provisionerId', message }];
}

function repetitions(definitions: readonly FileDefinition[]): SourceProblem[] {
  const first = new Map<string, SourceDocument>();
  return definitions.flatMap(({ source, definition: { workerType } }) => {
    const earlier = first.get(workerType);
    first.set(workerType, earlier ?? source);
    if (earlier === undefined) return [];
    return [{ ...at(source), path: 'workerType', message: `is also in ${earlier.file}:${earlier.line}` }];
  });
}

function at({ file, line, value }: SourceDocument) {
  const name = isRecord(value) ? value['workerType'] : undefined;
  return { file, line, ...(typeof name === 'string' ? { workerType: name } : {}) };
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The version of a stored item, also of one that does not read as a definition. */
export { statedVersion as storedVersion } from '../control/versions.ts';
