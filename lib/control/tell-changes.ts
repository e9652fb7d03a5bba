import pMap from 'p-map';
import { EventsRefused } from './events-refused.ts';
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
  const told = await put(notices, failures, ports);
  if (told.length === 0) return;
  // A bus that is slow may have cost the lease: whoever holds it now knows more, and tells at worst once more.
  if (!(await held.isHeld(ports).catch(() => false))) return;
  await pMap(told, (notice) => remember(notice, failures, ports), { concurrency: CONCURRENCY });
}

/** Answers the notices that the bus took. */
async function put(
  notices: readonly Notice[],
  failures: Map<string, string>,
  { bus, telemetry }: TellPorts,
): Promise<readonly Notice[]> {
  try {
    await bus.put(notices.map(({ event }) => event));
    return notices;
  } catch (error) {
    const refused = error instanceof EventsRefused ? error.refused : undefined;
    const isRefused = ({ event }: Notice) => refused === undefined || refused.includes(event);
    const untold = notices.filter(isRefused);
    for (const { told } of untold)
      noteFailure(failures, told.workerType, `the notice of its change could not be put on the bus: ${String(error)}`);
    const workerTypes = untold.slice(0, 20).map(({ told }) => told.workerType);
    telemetry.count(metricNames.noticeFailures, untold.length);
    telemetry.event('error', 'notices-failed', { workerTypes, error: String(error) });
    return notices.filter((notice) => !isRefused(notice));
  }
}

/** The notice is told again where this fails. */
async function remember({ told }: Notice, failures: Map<string, string>, { board }: TellPorts): Promise<void> {
  try {
    await board.saveWorkerTypes([told]);
  } catch (error) {
    noteFailure(failures, told.workerType, `that its change was told could not be saved: ${String(error)}`);
  }
}
