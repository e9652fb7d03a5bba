/**
 * What happens when definitions change: each change becomes a version, the changed types are checked, and then the
 * provisioner is told to look at them, so that an edit takes effect within seconds, whatever the time between ticks.
 *
 * A version that cannot be kept is tried again, so that none is lost; a check that fails is not, because the next check
 * of all definitions is minutes away. A change that cannot be read is reported and passed over: it would be as
 * unreadable the next time, and every later change waits behind it.
 */
import type { CheckOutcome } from './check.ts';
import type { VersionHistory } from './check-ports.ts';
import type { EventBus, Telemetry } from './ports.ts';
import { metricNames } from './telemetry.ts';
import { type DefinitionChange, recordChange } from './versions.ts';

/** One entry of the table's stream. */
export type StreamedChange =
  | {
      readonly kind: 'change';
      readonly provisionerId: string;
      readonly sequence: string;
      readonly change: DefinitionChange;
    }
  | { readonly kind: 'unreadable'; readonly sequence: string | undefined; readonly cause: string };

export interface WatchPorts {
  readonly history: VersionHistory;
  readonly bus: EventBus;
  readonly telemetry: Telemetry;
}

/**
 * Keeps the changes in their order, then has the changed types checked, once each. Answers the entry from
 * which on the stream must be told again, when keeping one failed. Never throws.
 */
export async function watchDefinitions(
  entries: readonly StreamedChange[],
  check: (workerType: string) => Promise<CheckOutcome>,
  ports: WatchPorts,
): Promise<{ readonly repeatFrom: string | undefined }> {
  const { telemetry } = ports;
  const changed = new Set<string>();
  let repeatFrom: string | undefined;
  for (const entry of entries) {
    if (entry.kind === 'unreadable') {
      telemetry.event('error', 'stream-record-unreadable', { sequence: entry.sequence, cause: entry.cause });
      telemetry.count(metricNames.checkFailures, 1);
      continue;
    }
    const { workerType } = entry.change;
    if (!(await isKept(entry.change, ports))) {
      repeatFrom = entry.sequence;
      break;
    }
    changed.add(workerType);
  }
  for (const workerType of changed) await checkChanged(workerType, check, telemetry);
  await wakeChanged([...changed], ports);
  telemetry.publish();
  return { repeatFrom };
}

async function isKept(change: DefinitionChange, { history, telemetry }: WatchPorts): Promise<boolean> {
  const { workerType, sequence } = change;
  try {
    const { version, statedVersion, author } = await recordChange(change, history);
    telemetry.event('info', 'version-kept', { workerType, version, statedVersion, author, sequence });
    return true;
  } catch (error) {
    telemetry.event('error', 'check-failed', { workerType, sequence, cause: `the version was not kept: ${error}` });
    telemetry.count(metricNames.checkFailures, 1);
    return false;
  }
}

async function checkChanged(
  workerType: string,
  check: (workerType: string) => Promise<CheckOutcome>,
  telemetry: Telemetry,
): Promise<void> {
  const outcome = await check(workerType).catch((error: unknown) => ({ failures: [`${workerType}: ${error}`] }));
  for (const cause of outcome.failures) telemetry.event('error', 'check-failed', { workerType, cause });
  telemetry.count(metricNames.checkFailures, outcome.failures.length);
}

/** What one event may name. */
const MAX_WOKEN = 100;

/** After the check, so that a launch goes by what it found. A wake-up that is lost is made good by the next tick. */
async function wakeChanged(changed: readonly string[], { bus, telemetry }: WatchPorts): Promise<void> {
  if (changed.length === 0) return;
  const events = Array.from({ length: Math.ceil(changed.length / MAX_WOKEN) }, (_, index) => ({
    detailType: 'Tasks Waiting' as const,
    detail: { workerTypes: changed.slice(index * MAX_WOKEN, (index + 1) * MAX_WOKEN) },
  }));
  try {
    await bus.put(events);
  } catch (error) {
    telemetry.event('error', 'check-failed', { cause: `the provisioner was not told of an edit: ${error}` });
    telemetry.count(metricNames.checkFailures, 1);
  }
}
