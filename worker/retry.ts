import { setTimeout as delay } from 'node:timers/promises';

const FIRST_PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 20_000;

/** Exponential pause before attempt `failures + 1`, with jitter so that a fleet does not return as one. */
export function pauseMs(failures: number, random: number): number {
  return Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** Math.min(failures - 1, 10)) * (0.5 + random / 2);
}

/** Waits, or returns at once when the signal is or gets aborted. */
export async function sleep(milliseconds: number, abort?: AbortSignal): Promise<void> {
  try {
    await delay(milliseconds, undefined, abort === undefined ? {} : { signal: abort });
  } catch {
    // Aborted: the caller looks at the signal.
  }
}

/** Repeats `attempt` until it succeeds. Throws its last error after `withinMs`, or once the signal is aborted. */
export async function retry<Value>(
  attempt: () => Promise<Value>,
  withinMs: number,
  abort?: AbortSignal,
): Promise<Value> {
  const giveUpAtMs = performance.now() + withinMs;
  for (let failures = 1; ; failures += 1) {
    try {
      return await attempt();
    } catch (error) {
      const pause = pauseMs(failures, Math.random());
      if (performance.now() + pause > giveUpAtMs || abort?.aborted === true) throw error;
      await sleep(pause, abort);
    }
  }
}
