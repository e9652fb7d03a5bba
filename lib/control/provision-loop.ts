import type { EpochMillis } from '../core/units.ts';
import type { Clock, Telemetry } from './ports.ts';
import type { TickResult } from './provision.ts';
import { metricNames } from './telemetry.ts';

export interface LoopOptions {
  /** Time from the start of one tick to the start of the next. */
  readonly tickSeconds: number;
  /** No tick starts later than this long after the loop began. */
  readonly durationSeconds: number;
  /** When the process is ended from outside: no tick starts that could still run then. */
  readonly endsAt: EpochMillis;
}

/** A tick that found the lease taken, by a wake-up most likely, tries again soon: its worker types wait as well. */
const RETRY_SECONDS = 0.5;

/**
 * Repeats the tick inside one invocation and leaves at once when there is nothing to provision. A tick that fails does
 * not end the loop; when its time is over, one error tells of every failure, so that the function itself fails and its
 * alarm fires.
 */
export async function repeatTicks(
  run: () => Promise<TickResult>,
  { tickSeconds, durationSeconds, endsAt }: LoopOptions,
  { clock, telemetry }: { readonly clock: Clock; readonly telemetry: Telemetry },
  /** Failures of before the first tick, in words. */
  earlier: readonly string[] = [],
): Promise<{ readonly ticks: number; readonly skipped: number }> {
  const lastStartAt = clock.now() + durationSeconds * 1000;
  let longestTickMs = 0;
  const failures = [...earlier];
  const count = { done: 0, skipped: 0, gone: 0, threw: 0 };
  while (true) {
    const startedAt = clock.now();
    const result = await attempt(run, telemetry);
    longestTickMs = Math.max(longestTickMs, clock.now() - startedAt);
    count[result.kind] += 1;
    failures.push(...failuresOf(result));
    const waitSeconds = result.kind === 'skipped' ? Math.min(RETRY_SECONDS, tickSeconds) : tickSeconds;
    const nextAt = Math.max(startedAt + waitSeconds * 1000, clock.now());
    const idle = result.kind === 'gone' || (result.kind === 'done' && result.report.workerTypes === 0);
    if (idle || nextAt >= lastStartAt || nextAt + longestTickMs > endsAt) break;
    await clock.sleep(nextAt - clock.now());
  }
  if (failures.length > 0) throw new Error(`Provisioning failed: ${describe(failures)}`);
  return { ticks: count.done, skipped: count.skipped };
}

export type Attempt = TickResult | { readonly kind: 'threw'; readonly cause: string };

/** A tick that throws is told and counted, and throws no more. */
export async function attempt(run: () => Promise<TickResult>, telemetry: Telemetry): Promise<Attempt> {
  try {
    return await run();
  } catch (error) {
    const cause = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
    telemetry.event('error', 'tick-failed', { cause });
    telemetry.count(metricNames.provisioningFailures, 1);
    telemetry.publish();
    return { kind: 'threw', cause };
  }
}

/** What failed in a tick, in words. */
export function failuresOf(result: Attempt): readonly string[] {
  if (result.kind === 'threw') return [result.cause];
  return result.kind === 'done' ? result.report.failures : [];
}

const describe = (failures: readonly string[]): string =>
  [...Map.groupBy(failures, (cause) => cause)]
    .map(([cause, { length }]) => (length === 1 ? cause : `${cause} (${length} times)`))
    .join('; ');
