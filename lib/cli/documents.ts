import { readFile } from 'node:fs/promises';
import { LineCounter, parseAllDocuments } from 'yaml';
import type { SourceProblem } from './cli-error.ts';
import type { CliIo } from './io.ts';
import { readStdin } from './io.ts';

/** One document of a file. */
export interface SourceDocument {
  readonly file: string;
  /** Line where the document begins; 1 is the first. */
  readonly line: number;
  readonly value: unknown;
}

/** What the files hold, and everything that kept a document from being read. */
export interface SourceDocuments {
  readonly documents: readonly SourceDocument[];
  readonly problems: readonly SourceProblem[];
}

/** Reads all files, `-` being standard input. One that cannot be read does not hide the problems of the others. */
export async function readDocuments(files: readonly string[], io: CliIo): Promise<SourceDocuments> {
  const read = await Promise.all(files.map((file) => readSource(file, io)));
  return {
    documents: read.flatMap(({ documents }) => documents),
    problems: read.flatMap(({ problems }) => problems),
  };
}

async function readSource(file: string, io: CliIo): Promise<SourceDocuments> {
  try {
    const text = file === '-' ? await readStdin(io) : await readFile(file, 'utf8');
    return parseDocuments(file === '-' ? 'standard input' : file, text);
  } catch (error) {
    return failed(file, 1, `cannot be read: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** Splits text into documents: several YAML documents, or JSON; a list counts as its items. */
export function parseDocuments(file: string, text: string): SourceDocuments {
  const read = file.endsWith('.json') ? parseJson(file, text) : parseYaml(file, text);
  if (read.documents.length === 0 && read.problems.length === 0) return failed(file, 1, 'holds no document');
  return read;
}

function parseJson(file: string, text: string): SourceDocuments {
  try {
    return { documents: itemsOf(file, 1, JSON.parse(text)), problems: [] };
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return failed(file, Number(/\(line (\d+) /.exec(message)?.[1] ?? 1), `is no JSON: ${message}`);
  }
}

function parseYaml(file: string, text: string): SourceDocuments {
  const lineCounter = new LineCounter();
  const parsed = parseAllDocuments(text, { lineCounter });
  if (!Array.isArray(parsed)) return { documents: [], problems: [] };
  const problems = parsed.flatMap(({ errors }) =>
    errors.map(({ linePos, message }) => ({
      file,
      line: linePos?.[0].line ?? 1,
      path: '',
      message: `is no YAML: ${message.trimEnd()}`,
    })),
  );
  if (problems.length > 0) return { documents: [], problems };
  const documents: SourceDocument[] = [];
  for (const document of parsed) {
    const { line } = lineCounter.linePos(document.contents?.range?.[0] ?? 0);
    try {
      documents.push(...itemsOf(file, line, document.toJS()));
    } catch (error) {
      // An alias that names nothing, or aliases that multiply beyond all reason.
      problems.push({ file, line, path: '', message: `is no YAML: ${String(error)}` });
    }
  }
  return { documents, problems };
}

/** Nothing between two `---` is no document. */
const itemsOf = (file: string, line: number, value: unknown): SourceDocument[] =>
  value === null ? [] : (Array.isArray(value) ? value : [value]).map((item) => ({ file, line, value: item }));

const failed = (file: string, line: number, message: string): SourceDocuments => ({
  documents: [],
  problems: [{ file, line, path: '', message }],
});
