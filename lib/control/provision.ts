/**
 * One provisioning pass, observe -> plan -> act, over every worker type of the provisioner.
 *
 * Runs only under the lease. Launches left open by a crash are finished first, then each type is planned by what is
 * known now and at most one order a type is sent. A type that fails does not stop the others; what failed is in the
 * report. Definitions, EC2's list or the ledger unreadable: the pass throws and launches nothing.
 *
 * Known gaps: no memory of dry pools (a request that launched nothing only makes its type wait), no launch budget
 * beyond stopping at the first throttle.
 */
import pMap from 'p-map';
import { explainPlan } from '../core/explain-plan.ts';
import { type ProvisionPlan, planProvision } from '../core/provision-plan.ts';
import type { WorkerType } from '../core/worker-type-schema.ts';
import { HeldLease, type LaunchPorts, type LaunchResult, launch } from './launch.ts';
import { knownWorkers, type Observation, type ObservePorts, observe, openCapacity } from './observe.ts';
import type { Telemetry } from './ports.ts';
import { resumeLaunches } from './resume-launches.ts';
import type { TickReport, WorkerTypeStatus } from './status.ts';
import { metricNames } from './telemetry.ts';
import { isSameStatus, statusOfInvalid, statusOfTurn, withFailure } from './tick-status.ts';

export interface ProvisionPorts extends ObservePorts, LaunchPorts {}

export interface TickOptions {
  /** Who asks for the lease: unique to the invocation. */
  readonly holder: string;
}

export type TickResult =
  | { readonly kind: 'skipped'; readonly heldBy: string }
  | { readonly kind: 'done'; readonly report: TickReport };

/** A tick that is killed frees the next one after this long. Renewed at half time, so a long tick keeps it. */
const LEASE_MS = 30_000;
/** CreateFleet answers after some seconds; a few at once keep a tick short and the burst far below EC2's bucket of 50. */
const LAUNCH_CONCURRENCY = 4;

/** Runs one pass, or none when another invocation is at it. */
export async function tick(ports: ProvisionPorts, { holder }: TickOptions): Promise<TickResult> {
  const startedAt = ports.clock.now();
  const answer = await ports.leases.acquire(holder, LEASE_MS);
  if (answer.kind === 'held') {
    ports.telemetry.event('info', 'tick-skipped', { heldBy: answer.by });
    return { kind: 'skipped', heldBy: answer.by };
  }
  try {
    const held = new HeldLease(answer.lease, LEASE_MS);
    const seen = await observe(ports);
    const { launches, failures } = await resumeLaunches(seen.launches, ports);
    const statuses = await takeTurns({ ...seen, launches }, failures, held, ports);
    await saveStatuses(statuses, seen, ports);
    const report = reportOf(statuses, failures, { startedAt, finishedAt: ports.clock.now(), holder });
    await ports.board.saveTick(report);
    count(report, statuses, ports.telemetry);
    return { kind: 'done', report };
  } finally {
    // A lease that cannot be released runs out by itself.
    await ports.leases.release(answer.lease).catch(() => undefined);
    ports.telemetry.publish();
  }
}

/** The plan of one type from what was observed: the same for a tick, a preview and a test. */
export function planWorkerType(definition: WorkerType, seen: Observation): ProvisionPlan {
  const { workerType } = definition;
  return planProvision({
    definition,
    backlog: seen.backlogs.get(workerType) ?? { kind: 'unknown', reason: 'not read' },
    workers: knownWorkers(workerType, seen),
    openCapacity: openCapacity(workerType, seen),
    hold: seen.statuses.get(workerType)?.hold,
    now: seen.at,
  });
}

async function takeTurns(
  seen: Observation,
  failures: Map<string, string>,
  held: HeldLease,
  ports: ProvisionPorts,
): Promise<WorkerTypeStatus[]> {
  const stop: StopLaunching = { cause: undefined };
  // A throttle ends the launches of a tick: starting elsewhere each time, no type is always the one left over.
  const turns = rotate(seen.definitions, held.fence);
  return pMap(
    turns.map((stored, index) => ({ stored, launchId: `${seen.at}-${held.fence}-${index}` })),
    async ({ stored, launchId }) => {
      const previous = seen.statuses.get(stored.workerType);
      if (stored.parsed.kind === 'invalid')
        return statusOfInvalid(stored, stored.parsed.problems, previous, seen, ports.telemetry);
      const { definition } = stored.parsed;
      try {
        const status = await takeTurn(definition, launchId, seen, stop, held, ports);
        if (status.state === 'backlog-unknown') failures.set(stored.workerType, status.decision);
        const failure = failures.get(stored.workerType);
        return failure === undefined ? status : withFailure(status, failure);
      } catch (error) {
        failures.set(stored.workerType, String(error));
        ports.telemetry.event('error', 'worker-type-failed', { workerType: stored.workerType, error: String(error) });
        return withFailure(
          previous ?? statusOfTurn(definition, planWorkerType(definition, seen), undefined, undefined, seen.at),
          String(error),
        );
      }
    },
    { concurrency: LAUNCH_CONCURRENCY },
  );
}

interface StopLaunching {
  /** Set when EC2 throttles or the lease is lost: no further order is sent in this tick. */
  cause: string | undefined;
}

async function takeTurn(
  definition: WorkerType,
  launchId: string,
  seen: Observation,
  stop: StopLaunching,
  held: HeldLease,
  ports: ProvisionPorts,
): Promise<WorkerTypeStatus> {
  const plan = planWorkerType(definition, seen);
  if (plan.kind === 'launch') tell(definition, plan, ports.telemetry);
  const result = plan.kind === 'launch' ? await sendOrder(definition, plan, launchId, stop, held, ports) : undefined;
  const previous = seen.statuses.get(definition.workerType);
  const status = statusOfTurn(definition, plan, result, previous, ports.clock.now());
  if (plan.kind === 'hold' && !isSameStatus(status, previous)) tell(definition, plan, ports.telemetry);
  return status;
}

/** A launch is told before it is carried out, a hold when it is news. */
function tell(definition: WorkerType, plan: ProvisionPlan, telemetry: Telemetry): void {
  const isTrouble = plan.kind === 'hold' && (plan.reason === 'backlog-unknown' || plan.reason === 'backing-off');
  telemetry.event(isTrouble ? 'warn' : 'info', 'worker-type-planned', {
    workerType: definition.workerType,
    decision: explainPlan(plan, definition),
  });
}

async function sendOrder(
  definition: WorkerType,
  plan: Extract<ProvisionPlan, { kind: 'launch' }>,
  launchId: string,
  stop: StopLaunching,
  held: HeldLease,
  ports: ProvisionPorts,
): Promise<LaunchResult> {
  if (stop.cause !== undefined) return { kind: 'not-sent', cause: stop.cause };
  const result = await launch(definition, plan.order, launchId, held, ports);
  if (result.kind === 'not-sent') stop.cause = result.cause;
  else if (result.record.refusals.some((refusal) => refusal.class === 'throttled'))
    stop.cause = 'EC2 throttled an earlier launch of this tick';
  return result;
}

async function saveStatuses(
  statuses: readonly WorkerTypeStatus[],
  seen: Observation,
  ports: ProvisionPorts,
): Promise<void> {
  const changed = statuses.filter((status) => !isSameStatus(status, seen.statuses.get(status.workerType)));
  const defined = new Set(seen.definitions.map(({ workerType }) => workerType));
  const deleted = [...seen.statuses.keys()].filter((workerType) => !defined.has(workerType));
  if (changed.length > 0) await ports.board.saveWorkerTypes(changed);
  if (deleted.length > 0) await ports.board.removeWorkerTypes(deleted);
}

function reportOf(
  statuses: readonly WorkerTypeStatus[],
  failures: ReadonlyMap<string, string>,
  run: Pick<TickReport, 'startedAt' | 'finishedAt' | 'holder'>,
): TickReport {
  return {
    ...run,
    workerTypes: statuses.length,
    invalid: statuses.filter(({ state }) => state === 'invalid').length,
    launchedCapacity: statuses
      .filter(({ lastLaunch }) => lastLaunch !== undefined && lastLaunch.at >= run.startedAt)
      .reduce((sum, { lastLaunch }) => sum + (lastLaunch?.launched ?? 0), 0),
    failures: [...failures].map(([workerType, cause]) => `${workerType}: ${cause}`),
  };
}

function count(report: TickReport, statuses: readonly WorkerTypeStatus[], telemetry: Telemetry): void {
  const total = (pick: (status: WorkerTypeStatus) => number | undefined) =>
    statuses.reduce((sum, status) => sum + (pick(status) ?? 0), 0);
  telemetry.count(metricNames.tickSucceeded, 1);
  telemetry.count(metricNames.provisioningFailures, report.failures.length);
  telemetry.count(metricNames.invalidWorkerTypes, report.invalid);
  telemetry.count(
    metricNames.pendingTasks,
    total(({ pendingTasks }) => pendingTasks),
  );
  telemetry.count(
    metricNames.target,
    total(({ target }) => target),
  );
  telemetry.count(
    metricNames.supply,
    total(({ supply }) => supply),
  );
  telemetry.event('info', 'tick-finished', { ...report });
}

function rotate<Item>(items: readonly Item[], by: number): Item[] {
  if (items.length === 0) return [];
  const start = by % items.length;
  return [...items.slice(start), ...items.slice(0, start)];
}
