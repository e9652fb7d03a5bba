import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import * as z from 'zod';

const connectionSchema = z.object({
  /** The process that serves the endpoints. */
  pid: z.int().positive(),
  provisionerId: z.string().min(1),
  /** Of the tables, queues and event bus. */
  region: z.string().min(1),
  /** Where workers may be, the home first. */
  regions: z.array(z.string().min(1)).min(1),
  workerTypesTable: z.string().min(1),
  stateTable: z.string().min(1),
  eventBus: z.string().min(1),
  workerInstanceProfileArn: z.string().min(1),
  endpoints: z.object({ dynamodb: z.url(), sqs: z.url(), ec2: z.url(), events: z.url() }),
  /** Further services, which only the check of definitions asks. */
  accountEndpoints: z.object({ iam: z.url(), serviceQuotas: z.url(), ssm: z.url() }),
  startedAt: z.iso.datetime(),
});

/** How other programs reach a running local mode. */
export type LocalConnection = z.output<typeof connectionSchema>;

const connectionFile = (folder: string): string => join(resolve(folder), 'connection.json');

/** Reads where the local mode of this folder listens. Throws, in words, when it is not running. */
export async function readLocalConnection(folder: string): Promise<LocalConnection> {
  const file = connectionFile(folder);
  const connection = parse(file, await readText(file));
  if (!isAlive(connection.pid)) {
    throw new Error(
      `local mode is not running any more: ${file} names process ${connection.pid}, which has ended (start it with: npm start)`,
    );
  }
  return connection;
}

/** Says where local mode listens; a reader sees the whole file or none. */
export async function writeLocalConnection(folder: string, connection: LocalConnection): Promise<void> {
  const file = connectionFile(folder);
  await mkdir(resolve(folder), { recursive: true });
  const draft = `${file}.${connection.pid}`;
  await writeFile(draft, `${JSON.stringify(connection, null, 2)}\n`);
  await rename(draft, file);
}

/** Forgets where local mode listened. Harmless when there is nothing to forget. */
export async function removeLocalConnection(folder: string): Promise<void> {
  await rm(connectionFile(folder), { force: true });
}

async function readText(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (cause) {
    if (isCode(cause, 'ENOENT') || isCode(cause, 'ENOTDIR')) {
      throw new Error(`local mode is not running: there is no ${file} (start it with: npm start)`, { cause });
    }
    throw cause;
  }
}

function parse(file: string, text: string): LocalConnection {
  try {
    return connectionSchema.parse(JSON.parse(text));
  } catch (cause) {
    throw new Error(`${file} is not what a running local mode writes; delete it and start local mode again`, { cause });
  }
}

/** Signal 0 only asks. A process of somebody else answers EPERM, and lives. */
function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return isCode(error, 'EPERM');
  }
}

const isCode = (error: unknown, code: string): boolean =>
  error instanceof Error && (error as NodeJS.ErrnoException).code === code;
