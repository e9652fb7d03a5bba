/** Names of the lines that a worker writes. Stable: local mode and log queries read them. */
type WorkerEvent =
  | 'worker-started'
  | 'task-started'
  | 'task-finished'
  | 'task-failed'
  | 'task-returned'
  | 'task-unsettled'
  | 'signal'
  | 'interrupted'
  | 'queue-trouble'
  | 'metadata-trouble'
  | 'worker-leaving';

/** Writes one JSON line for an event. */
export type Log = (event: WorkerEvent, fields?: Readonly<Record<string, unknown>>) => void;

/** A log on standard output, which is the journal under systemd and a pipe in local mode. */
export function stdoutLog(): Log {
  // A reader that went away must not take the tasks with it.
  process.stdout.on('error', () => undefined);
  return (event, fields = {}) => {
    process.stdout.write(`${JSON.stringify({ time: new Date().toISOString(), event, ...fields })}\n`);
  };
}

/** What an error says, with the cause that fetch hides behind "fetch failed". */
export function causeOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? `${error.message}: ${error.cause.message}` : error.message;
}
