import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { parseMachineLine } from './machine-event.ts';
import { killGroup } from './process-group.ts';
import { TaskGroups } from './task-groups.ts';

/** One worker program that runs as a machine, in a process group of its own. */
export class WorkerProcess {
  /** Resolves with the exit status (null: killed, or never started) when neither it nor its tasks exist any more. */
  readonly ended: Promise<number | null>;
  readonly #child: ChildProcess;
  readonly #tasks = new TaskGroups();
  #graceTimer: NodeJS.Timeout | undefined;

  /** Throws when the command cannot even be tried. */
  constructor(command: readonly string[], env: NodeJS.ProcessEnv, onLine: (line: string) => void) {
    const [program = '', ...args] = command;
    // Standard input stays open while this process lives; the worker leaves when it closes.
    const child = spawn(program, args, {
      env: { ...env, SPOT_WORKER_DIE_WITH_PARENT: '1' },
      detached: true,
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    this.#child = child;
    readLines(child.stdout, (line) => {
      this.#tasks.observe(parseMachineLine(line));
      onLine(line);
    });
    readLines(child.stderr, onLine);
    child.stdin.on('error', () => undefined);
    this.ended = new Promise((resolve) => {
      child.on('error', (error) => {
        onLine(JSON.stringify({ event: 'cannot-start', cause: error.message }));
        if (child.pid === undefined) resolve(null);
      });
      // `close` and not `exit`: the last lines name the tasks that are still to be ended.
      child.on('close', (code) => {
        clearTimeout(this.#graceTimer);
        this.kill();
        resolve(code);
      });
    });
  }

  /** Asks the worker to leave, as a machine that shuts down does, and kills it after the grace. */
  terminate(graceMs: number): void {
    this.#child.kill('SIGTERM');
    clearTimeout(this.#graceTimer);
    this.#graceTimer = setTimeout(() => this.kill(), graceMs);
  }

  /** SIGKILL to the worker and its tasks. */
  kill(): void {
    if (this.#child.pid !== undefined) killGroup(this.#child.pid);
    this.#tasks.killAll();
  }
}

function readLines(stream: Readable, onLine: (line: string) => void): void {
  createInterface({ input: stream }).on('line', onLine);
}
