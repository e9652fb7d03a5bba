import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { stringify } from 'yaml';
import { type ImportFormat, importDefinition } from '../core/import/import-definition.ts';
import type { ImportOptions } from '../core/import/import-options.ts';
import type { ImportReport } from '../core/import/import-report.ts';
import type { SourceProblem } from './cli-error.ts';
import type { SourceDocument } from './documents.ts';

/** One definition that was read from another system's file. */
export interface ImportedDefinition {
  readonly file: string;
  readonly line: number;
  readonly workerType: string;
  readonly document: Readonly<Record<string, unknown>>;
  readonly report: ImportReport;
}

/** What the files gave. One definition that cannot be read does not stop the others. */
export interface ImportedFiles {
  readonly definitions: readonly ImportedDefinition[];
  readonly problems: readonly SourceProblem[];
}

/** Turns every document into a definition; two of the same name are a problem, because one would replace the other. */
export function importDocuments(
  format: ImportFormat,
  documents: readonly SourceDocument[],
  options: ImportOptions,
): ImportedFiles {
  const definitions: ImportedDefinition[] = [];
  const problems: SourceProblem[] = [];
  const byFile = Map.groupBy(documents.flatMap(poolsIn), ({ file }) => file);
  for (const [file, sources] of byFile) {
    const isAlone = sources.length === 1;
    for (const [index, { line, value }] of sources.entries()) {
      const fallbackName = isAlone ? basename(file).replace(/\.[^.]*$/, '') : undefined;
      const imported = importDefinition(format, value, { ...options, fallbackName });
      const found = imported.kind === 'invalid' ? imported.problems : repetition(imported.document, definitions);
      // One of many has to be found by its position: it may hold no name, and a JSON file tells no lines.
      const prefix = isAlone ? '' : `[${index}]`;
      problems.push(...found.map(({ path, message }) => ({ file, line, path: joined(prefix, path), message })));
      if (imported.kind === 'imported' && found.length === 0) {
        const { workerType, document, report } = imported;
        definitions.push({ file, line, workerType, document, report });
      }
    }
  }
  return { definitions, problems };
}

/** The answer of worker-manager's listWorkerPools holds its pools in a field. */
function poolsIn(source: SourceDocument): SourceDocument[] {
  const { value } = source;
  if (typeof value !== 'object' || value === null || !('workerPools' in value)) return [source];
  return Array.isArray(value.workerPools) ? value.workerPools.map((pool) => ({ ...source, value: pool })) : [source];
}

function repetition(document: ImportedDefinition['document'], earlier: readonly ImportedDefinition[]) {
  const path = pathOf(document);
  const twin = earlier.find((each) => pathOf(each.document) === path);
  return twin === undefined ? [] : [{ path: 'workerType', message: `${twin.workerType} is also in ${twin.file}` }];
}

const joined = (prefix: string, path: string): string =>
  prefix === '' || path === '' ? prefix + path : `${prefix}.${path}`;

/** A definition's file below the output folder: definitions that name their provisioner lie in its folder. */
const pathOf = ({ provisionerId, workerType }: ImportedDefinition['document']): string =>
  join(typeof provisionerId === 'string' ? provisionerId : '', `${String(workerType)}.yaml`);

/** A definition as YAML that says where it came from and what is still needed. */
export function toYaml({ file, document, report }: ImportedDefinition, format: ImportFormat): string {
  const comments = [
    `Imported from ${basename(file)} (${format}).`,
    ...report.needed.map(({ path, what }) => `Needed: ${path}: ${what}`),
  ];
  const head = comments.map((comment) => `# ${comment.replaceAll(/\s+/g, ' ')}\n`).join('');
  return `${head}${stringify(document, { lineWidth: 0 })}`;
}

/** Writes one file for each definition. A file that holds something else is a problem and stays as it is. */
export async function writeDefinitions(
  folder: string,
  definitions: readonly ImportedDefinition[],
  format: ImportFormat,
): Promise<{ readonly written: readonly string[]; readonly problems: readonly SourceProblem[] }> {
  const written: string[] = [];
  const problems: SourceProblem[] = [];
  for (const definition of definitions) {
    const path = join(folder, pathOf(definition.document));
    const text = toYaml(definition, format);
    await mkdir(dirname(path), { recursive: true });
    const before = await readFile(path, 'utf8').catch(() => undefined);
    if (before === undefined) await writeFile(path, text, { flag: 'wx' });
    if (before === undefined || before === text) written.push(path);
    else
      problems.push({ file: path, line: 1, path: '', message: 'holds something else already: it was not overwritten' });
  }
  return { written, problems };
}
