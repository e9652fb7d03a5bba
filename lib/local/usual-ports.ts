import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';

const portsSchema = z.object({ dynamodb: z.int(), sqs: z.int(), ec2: z.int(), events: z.int() });
type Ports = z.output<typeof portsSchema>;

const NONE: Ports = { dynamodb: 0, sqs: 0, ec2: 0, events: 0 };
const file = (folder: string) => join(folder, 'ports.json');

/** The ports of the last run; 0, which lets the system choose, where there was none. */
export async function readPorts(folder: string): Promise<Ports> {
  try {
    return portsSchema.parse(JSON.parse(await readFile(file(folder), 'utf8')));
  } catch {
    return NONE;
  }
}

/** Remembers the ports for the next run. */
export async function writePorts(folder: string, ports: Ports): Promise<void> {
  await writeFile(file(folder), JSON.stringify(ports));
}

/** Starts a server on its usual port, or on a free one when somebody else has that port now. */
export async function onUsualPort<Server>(port: number, start: (port: number) => Promise<Server>): Promise<Server> {
  try {
    return await start(port);
  } catch (error) {
    const isTaken = error instanceof Error && (error as NodeJS.ErrnoException).code === 'EADDRINUSE';
    if (!isTaken || port === 0) throw error;
    return start(0);
  }
}
