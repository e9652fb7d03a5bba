/**
 * The reference worker: takes tasks from its queues, runs them, and leaves. Its end is the end of its machine: the
 * systemd unit powers off after this process, whatever its exit status.
 */
import { causeOf, stdoutLog } from './log.ts';
import { ProcessGroups } from './process-groups.ts';
import { startWorker } from './start.ts';
import { readTiming } from './timing.ts';

const log = stdoutLog();
const groups = new ProcessGroups();
const interruption = new AbortController();

function leave(reason: string, exitCode: number, fields: object = {}): never {
  groups.killAll();
  log('worker-leaving', { reason, ...fields });
  process.exit(exitCode);
}

for (const name of ['SIGTERM', 'SIGINT'] as const) {
  process.on(name, () => {
    if (!interruption.signal.aborted) log('interrupted', { by: name });
    interruption.abort();
  });
}
if (process.env['SPOT_WORKER_DIE_WITH_PARENT']) {
  // The parent holds the other end of standard input; it closes even when the parent is killed.
  process.stdin.on('close', () => leave('interrupted', 1, { cause: 'the parent process is gone' })).resume();
}

let failure = 'failed-to-start';
try {
  const timing = readTiming(process.env);
  interruption.signal.addEventListener('abort', () => {
    const late = () => leave('interrupted', 1, { cause: 'tasks could not be given back in time' });
    setTimeout(late, timing.leaveWithinSeconds * 1000);
  });
  const loop = await startWorker(process.env, timing, interruption, groups, log);
  failure = 'failed';
  process.on('uncaughtException', (error) => leave(failure, 1, { cause: causeOf(error) }));
  leave(await loop.run(), 0);
} catch (error) {
  if (interruption.signal.aborted) leave('interrupted', 0);
  leave(failure, 1, { cause: causeOf(error) });
}
