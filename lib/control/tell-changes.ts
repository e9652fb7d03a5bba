import pMap from 'p-map';
import { noteFailure } from './failures.ts';
import type { HeldLease, LaunchPorts } from './launch.ts';
import type { Notice } from './notices.ts';
import type { EventBus, StatusBoard } from './ports.ts';
import { metricNames } from './telemetry.ts';

/** Statuses written at once; each is one small write. */
const CONCURRENCY = 16;

type TellPorts = Pick<LaunchPorts, 'clock' | 'leases' | 'telemetry'> & {
  readonly bus: EventBus;
  readonly board: StatusBoard;
};

/**
 * Puts the notices on the bus and remembers that they were put. Never rejects: what cannot be told is a failure of its
 * worker types, counted, and told by the next tick.
 */
export async function tellChanges(
  notices: readonly Notice[],
  failures: Map<string, string>,
  held: HeldLease,
  ports: TellPorts,
): Promise<void> {
  if (notices.length === 0) return;
  try {
    await ports.bus.put(notices.map(({ event }) => event));
    // A bus that is slow may have cost the lease: whoever holds it now knows more, and tells at worst once more.
    if ((await held.current(ports)) === undefined) return;
    await pMap(notices, ({ told }) => ports.board.saveWorkerTypes([told]), { concurrency: CONCURRENCY });
  } catch (error) {
    const workerTypes = notices.map(({ told }) => told.workerType);
    for (const workerType of workerTypes)
      noteFailure(failures, workerType, `the notice of its change could not be put on the bus: ${String(error)}`);
    ports.telemetry.count(metricNames.noticeFailures, notices.length);
    ports.telemetry.event('error', 'notices-failed', { workerTypes: workerTypes.slice(0, 20), error: String(error) });
  }
}
