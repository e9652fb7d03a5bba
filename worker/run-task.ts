import { type ChildProcess, spawn } from 'node:child_process';
import type { Task } from '../lib/core/task-schema.ts';
import { OutputTail } from './output-tail.ts';
import { type ProcessGroups, signalGroup } from './process-groups.ts';
import { sleep } from './retry.ts';

/** How a task ended. Anything but status 0 is a failure, except `interrupted`: that one is given back. */
export type TaskOutcome =
  | { readonly kind: 'exited'; readonly exitCode: number | null; readonly killedBy: string | null }
  | { readonly kind: 'cannot-start'; readonly cause: string }
  | { readonly kind: 'too-long' }
  | { readonly kind: 'interrupted' };

/** What a task runs in. */
export interface TaskSurroundings {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly killGraceMs: number;
  readonly groups: ProcessGroups;
  readonly interruption: AbortSignal;
  readonly onStart: (pid: number) => void;
}

const GROUP_CHECK_MS = 50;

/**
 * Runs a task as the leader of its own process group and waits for its end. Nothing of the group outlives this call:
 * a task that takes too long or is interrupted gets SIGTERM, then SIGKILL; what a finished task left behind, SIGKILL.
 */
export async function runTask(
  { command, env, maxRunTimeSeconds }: Task,
  { environment, killGraceMs, groups, interruption, onStart }: TaskSurroundings,
): Promise<{ readonly outcome: TaskOutcome; readonly output: string }> {
  if (interruption.aborted) return { outcome: { kind: 'interrupted' }, output: '' };
  const tail = new OutputTail();
  const started = start(command, { ...environment, ...env }, tail);
  if (started.kind === 'cannot-start') return { outcome: started, output: '' };
  const { child, exit } = started;
  const { pid } = child;
  // Node tells the reason in an event that follows.
  if (pid === undefined) return { outcome: await exit, output: '' };

  groups.add(pid);
  onStart(pid);
  const ending = Promise.withResolvers<TaskOutcome>();
  const tooLong = setTimeout(() => ending.resolve({ kind: 'too-long' }), maxRunTimeSeconds * 1000);
  const interrupt = () => ending.resolve({ kind: 'interrupted' });
  interruption.addEventListener('abort', interrupt, { once: true });
  const outcome = await Promise.race([exit, ending.promise]);
  clearTimeout(tooLong);
  interruption.removeEventListener('abort', interrupt);
  if (outcome.kind !== 'exited') await askGroupToEnd(pid, killGraceMs);
  signalGroup(pid, 'SIGKILL');
  await exit;
  groups.remove(pid);
  return { outcome, output: tail.text() };
}

function start(command: readonly string[], env: NodeJS.ProcessEnv, tail: OutputTail) {
  const [program = '', ...args] = command;
  let child: ChildProcess;
  try {
    child = spawn(program, args, { env, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
  } catch (error) {
    return { kind: 'cannot-start', cause: String(error) } as const;
  }
  child.stdout?.on('data', (chunk) => tail.append(chunk));
  child.stderr?.on('data', (chunk) => tail.append(chunk));
  const exit = new Promise<TaskOutcome>((resolve) => {
    child.on('error', (error) => resolve({ kind: 'cannot-start', cause: error.message }));
    // Not `close`: that waits for everybody who holds the pipes, and a task is over when its command is.
    child.on('exit', (exitCode, killedBy) => resolve({ kind: 'exited', exitCode, killedBy }));
  });
  return { kind: 'started', child, exit } as const;
}

/** SIGTERM, then up to the grace for the whole group to be gone: a shell dies before the program it started. */
async function askGroupToEnd(groupId: number, killGraceMs: number): Promise<void> {
  const killAtMs = performance.now() + killGraceMs;
  signalGroup(groupId, 'SIGTERM');
  while (performance.now() < killAtMs && signalGroup(groupId, 0)) await sleep(GROUP_CHECK_MS);
}
