import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { expect, it, vi } from 'vitest';

/** The parent process id, undefined when the process is gone or only waits to be reaped. */
function parentOf(pid: number): number | undefined {
  try {
    const [, state, parent] = /^\d+ \(.*\) (\S) (\d+)/.exec(readFileSync(`/proc/${pid}/stat`, 'utf8')) ?? [];
    return state === 'Z' ? undefined : Number(parent);
  } catch {
    return undefined;
  }
}

it('worker and task end when the process that runs the machines is killed', async () => {
  const parent = spawn(process.execPath, ['test/local/machines/parent-process.ts'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let taskPid = 0;
  for await (const line of createInterface({ input: parent.stdout })) {
    const { event, pid } = JSON.parse(line);
    if (event !== 'task-started') continue;
    taskPid = pid;
    break;
  }
  const workerPid = parentOf(taskPid) ?? expect.fail('the task does not run');
  expect(parentOf(workerPid)).toBe(parent.pid);
  parent.kill('SIGKILL');
  await vi.waitFor(() => expect([parentOf(workerPid), parentOf(taskPid)]).toEqual([undefined, undefined]), {
    timeout: 20_000,
    interval: 50,
  });
});
