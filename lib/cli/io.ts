import { createInterface } from 'node:readline/promises';

/** Where text goes. */
interface Sink {
  write(text: string): unknown;
}

/** The terminal, or what a test puts in its place. */
export interface CliIo {
  readonly stdout: Sink;
  readonly stderr: Sink;
  readonly stdin: NodeJS.ReadableStream;
  /** Is somebody there to answer a question? */
  readonly canAsk: boolean;
  /** May the output hold colours? */
  readonly colour: boolean;
}

/** Everything on standard input, as text. */
export async function readStdin({ stdin }: CliIo): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of stdin) chunks.push(typeof chunk === 'string' ? Buffer.from(chunk) : chunk);
  return Buffer.concat(chunks).toString('utf8');
}

/** Asks on standard error, so that standard output stays clean; the end of input is an empty answer. */
export async function ask({ stdin, stderr }: CliIo, question: string): Promise<string> {
  const terminal = createInterface({ input: stdin });
  stderr.write(question);
  try {
    const { value } = await terminal[Symbol.asyncIterator]().next();
    if (typeof value === 'string') return value.trim();
    stderr.write('\n');
    return '';
  } finally {
    terminal.close();
  }
}
