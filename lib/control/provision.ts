/**
 * One provisioning pass, observe -> plan -> act, over every worker type of the provisioner.
 *
 * Runs only under the lease. Launches left open by a crash are finished first, then each type is planned by what is
 * known now and at most one order a type is sent. A type that fails does not stop the others; what failed is in the
 * report. Definitions, EC2's list or the ledger unreadable: the pass throws and launches nothing.
 *
 * Known gaps: no memory of dry pools (a request that launched nothing only makes its type wait), no launch budget
 * beyond stopping at the first throttle, no breaker for workers that die young.
 */
import pMap from 'p-map';
import { type EpochMillis, secondsAfter } from '../core/units.ts';
import { HeldLease, type LaunchPorts } from './launch.ts';
import { type Observation, type ObservePorts, observe } from './observe.ts';
import { resumeLaunches } from './resume-launches.ts';
import type { TickReport, WorkerTypeStatus } from './status.ts';
import { StopLaunching } from './stop-launching.ts';
import { countTick, tickReport } from './tick-report.ts';
import { isSameStatus } from './tick-status.ts';
import { takeTurns } from './turns.ts';

export interface ProvisionPorts extends ObservePorts, LaunchPorts {}

export interface TickOptions {
  /** Who asks for the lease: unique to the invocation. */
  readonly holder: string;
  /** When the process is ended from outside; absent for one that is not. */
  readonly endsAt?: EpochMillis;
}

export type TickResult =
  | { readonly kind: 'skipped'; readonly heldBy: string }
  | { readonly kind: 'done'; readonly report: TickReport };

/** A tick that is killed frees the next one after this long. Renewed at half time, so a long tick keeps it. */
const LEASE_MS = 30_000;
/** The longest that a request to EC2 takes (its time-out), and what is to be written after it. */
const LAST_REQUEST_SECONDS = 25;
/** Statuses written at once; each is one small write. */
const SAVE_CONCURRENCY = 16;

/** Runs one pass, or none when another invocation is at it. */
export async function tick(ports: ProvisionPorts, { holder, endsAt }: TickOptions): Promise<TickResult> {
  const startedAt = ports.clock.now();
  const answer = await ports.leases.acquire(holder, LEASE_MS);
  if (answer.kind === 'held') {
    ports.telemetry.event('info', 'tick-skipped', { heldBy: answer.by });
    return { kind: 'skipped', heldBy: answer.by };
  }
  try {
    const held = new HeldLease(answer.lease, LEASE_MS);
    const stop = new StopLaunching(ports.clock, endsAt && secondsAfter(endsAt, -LAST_REQUEST_SECONDS));
    const seen = await observe(ports);
    const resumed = await resumeLaunches(seen.launches, seen.definitions, stop, ports);
    const { failures } = resumed;
    const statuses = await takeTurns({ seen, resumed, held, stop, failures, ports });
    // Whoever holds the lease now knows more, and has written it.
    if (!held.isLost) await saveStatuses(statuses, seen, failures, ports);
    const report = tickReport(statuses, failures, { startedAt, finishedAt: ports.clock.now(), holder });
    if (!held.isLost) await ports.board.saveTick(report);
    countTick(report, statuses, failures.size, ports.telemetry);
    return { kind: 'done', report };
  } finally {
    // A lease that cannot be released runs out by itself.
    await ports.leases.release(answer.lease).catch(() => undefined);
    ports.telemetry.publish();
  }
}

async function saveStatuses(
  statuses: readonly WorkerTypeStatus[],
  seen: Observation,
  failures: Map<string, string>,
  ports: ProvisionPorts,
): Promise<void> {
  const changed = statuses.filter((status) => !isSameStatus(status, seen.statuses.get(status.workerType)));
  const defined = new Set(seen.definitions.map(({ workerType }) => workerType));
  const deleted = [...seen.statuses.keys()].filter((workerType) => !defined.has(workerType));
  await pMap(changed, (status) => saveStatus(status, failures, ports), { concurrency: SAVE_CONCURRENCY });
  if (deleted.length > 0) await ports.board.removeWorkerTypes(deleted);
}

/** One status that cannot be saved keeps no other from being saved. */
async function saveStatus(
  status: WorkerTypeStatus,
  failures: Map<string, string>,
  { board }: ProvisionPorts,
): Promise<void> {
  try {
    await board.saveWorkerTypes([status]);
  } catch (error) {
    const earlier = failures.get(status.workerType);
    const failure = `its status could not be saved: ${String(error)}`;
    failures.set(status.workerType, earlier === undefined ? failure : `${earlier}; ${failure}`);
  }
}
