/**
 * One provisioning pass, observe -> plan -> act, over every worker type of the provisioner.
 *
 * Runs only under the lease. Launches left open by a crash are finished first, then each type is planned by what is
 * known now and at most one order a type is sent. A type that fails does not stop the others; what failed is in the
 * report. Definitions, EC2's list or the ledger unreadable: the pass throws and launches nothing.
 *
 * Launches go in rounds, one order a type and round. What EC2 refuses is remembered by pool, market and type, and shows in
 * the decision of the tick.
 */
import pMap from 'p-map';
import { isUnbounded } from '../core/name-range.ts';
import type { Cooldown } from '../core/pool-cooldown.ts';
import { type EpochMillis, secondsAfter } from '../core/units.ts';
import { decisionOf, isNewsworthy } from './decision.ts';
import type { DecisionRecord } from './decision-record.ts';
import type { ErrorRecord } from './error-record.ts';
import { noteFailure } from './failures.ts';
import { errorsOfTick, keepErrors } from './keep-errors.ts';
import { Knowledge } from './knowledge.ts';
import { HeldLease, type LaunchPorts } from './launch.ts';
import { planNotices } from './notices.ts';
import { type Observation, type ObservePorts, observe } from './observe.ts';
import type { Decisions, ErrorLog, EventBus, LaunchBudget, StoredWorkerType, TypeControl } from './ports.ts';
import { type Resumed, resumeLaunches } from './resume-launches.ts';
import type { ShardSummary } from './shards.ts';
import type { TickReport, WorkerTypeStatus } from './status.ts';
import { StopLaunching } from './stop-launching.ts';
import { LEASE_MS, type TakenShard, takeShard, type WantedShard } from './take-shard.ts';
import { tellChanges } from './tell-changes.ts';
import { countGauges, countTick, gaugesOf, tickReport } from './tick-report.ts';
import {
  isSameDecision,
  isSameStatus,
  memoryAtStart,
  statusOfInvalid,
  statusOfTurn,
  withFailure,
} from './tick-status.ts';
import { beginTurn, launchInRounds, type TurnContext, tellHold } from './turns.ts';
import { countWorkers, spendGauge, workerFigures } from './worker-figures.ts';

export interface ProvisionPorts extends ObservePorts, LaunchPorts {
  readonly budget: LaunchBudget;
  readonly decisions: Decisions;
  readonly errorLog: ErrorLog;
  readonly bus: EventBus;
}

export interface TickOptions extends WantedShard {
  /** When the process is ended from outside; absent for one that is not. */
  readonly endsAt?: EpochMillis;
  readonly homeRegion: string;
  /** Where this provisioner may launch. */
  readonly regions: readonly string[];
  /** Time between two readings of a queue that has been empty for long; each tick reads all unless told otherwise. */
  readonly quietQueueSeconds?: number;
}

/** `gone`: there is no such shard any more. `newShards`: split off by this tick; nobody ticks for them yet. */
export type TickResult =
  | { readonly kind: 'skipped'; readonly heldBy: string; readonly newShards?: readonly string[] }
  | { readonly kind: 'gone' }
  | { readonly kind: 'done'; readonly report: TickReport; readonly newShards?: readonly string[] };

/** The longest that a request to EC2 takes (its time-out), and what is to be written after it. */
const LAST_REQUEST_SECONDS = 25;
/** Statuses written at once; each is one small write. */
const SAVE_CONCURRENCY = 16;

/** Runs one pass over a shard, or none when another invocation is at it. */
export async function tick(ports: ProvisionPorts, options: TickOptions): Promise<TickResult> {
  const taken = await takeShard(options, ports);
  const newShards = taken.newShards === undefined ? {} : { newShards: taken.newShards };
  if (taken.kind === 'gone') return { kind: 'gone' };
  if (taken.kind === 'held') {
    ports.telemetry.event('info', 'tick-skipped', { heldBy: taken.by });
    return { kind: 'skipped', heldBy: taken.by, ...newShards };
  }
  return { kind: 'done', report: await run(ports, taken, options), ...newShards };
}

async function run(
  ports: ProvisionPorts,
  { lease, range, definitions, problem }: Extract<TakenShard, { kind: 'taken' }>,
  { holder, endsAt, homeRegion, regions, only, quietQueueSeconds = 0 }: TickOptions,
): Promise<TickReport> {
  const startedAt = ports.clock.now();
  const { lastTickAt } = lease;
  // Somebody who says that tasks wait is not told that the queue was read a minute ago.
  const quiet = { quietQueueSeconds: only === undefined ? quietQueueSeconds : 0, lastTickAt, startedAt };
  let end: { readonly summary: ShardSummary; readonly count: () => void } | undefined;
  try {
    const held = new HeldLease(lease, LEASE_MS);
    const stop = new StopLaunching(ports.clock, endsAt && secondsAfter(endsAt, -LAST_REQUEST_SECONDS));
    const seen = await observe(ports, homeRegion, {
      range,
      definitions,
      shard: lease,
      quiet,
      isPartial: only === undefined ? undefined : true,
    });
    const knowledge = new Knowledge(seen, regions, ports.clock);
    const resumed = await resumeLaunches(seen, { stop, knowledge, regions }, ports);
    const context = { seen: { ...seen, launches: resumed.launches }, knowledge, held, stop, ports };
    const { statuses, decisions, errors } = await takeTurns(context, resumed);
    // A tick that took long without a launch learns only here that somebody else holds the lease, who knows more.
    if (await held.isHeld(ports)) {
      const plan = planNotices(statuses, context.seen);
      const results = { statuses: plan.statuses, decisions, errors, cooldowns: knowledge.freshCooldowns() };
      const unsaved = await save(results, seen, resumed.failures, ports);
      // What no status remembers would be told at each tick.
      const notices = plan.notices.filter(({ told }) => !unsaved.has(told.workerType));
      await tellChanges(notices, resumed.failures, held, ports);
    }
    if (problem !== undefined) resumed.failures.set('all', problem);
    const report = tickReport(statuses, resumed.failures, { startedAt, finishedAt: ports.clock.now(), holder });
    if (only === undefined && (await held.isHeld(ports))) {
      await ports.board.saveTick(report, lease.shard);
      const gauges = { ...gaugesOf(statuses), ...spendGauge(seen) };
      const summary = { startedAt, tickedAt: report.finishedAt, workerTypes: definitions.length, gauges };
      end = { summary, count: () => countWorkers(seen, startedAt, ports.telemetry) };
      if (isUnbounded(lease.range)) countGauges(gauges, ports.telemetry);
    }
    countTick(report, resumed.failures.size, ports.telemetry, { isWhole: only === undefined });
    return report;
  } finally {
    // A lease that cannot be released runs out by itself. What happened to workers is counted after that, since the next
    // tick's count begins where the summary says: what is left uncounted by a crash is never counted twice.
    const isReleased = await ports.leases.release(lease, end?.summary).catch(() => false);
    if (isReleased) end?.count();
    ports.telemetry.publish();
  }
}

/** Begins each type's turn, launches in rounds, and sums up. A type whose turn fails stops no other. */
async function takeTurns(context: TurnContext, resumed: Resumed): Promise<Omit<Results, 'cooldowns'>> {
  const { seen, held, ports } = context;
  const { failures, results } = resumed;
  // A throttle or a used-up budget ends launches: whoever has waited longest comes first, and among equals another one
  // each time, so that no type is always the one left over.
  const inOrder = longestWaitFirst(rotate(seen.definitions, held.fence), seen.statuses);
  const invalid = inOrder.flatMap((stored) =>
    stored.parsed.kind === 'invalid'
      ? [statusOfInvalid(stored, stored.parsed.problems, seen.statuses.get(stored.workerType), seen, ports.telemetry)]
      : [],
  );
  const turns = inOrder.flatMap(({ workerType, parsed }, index) => {
    if (parsed.kind === 'invalid') return [];
    const memory = memoryAtStart(seen.statuses.get(workerType), results.get(workerType));
    return [beginTurn(parsed.definition, memory, `${seen.at}-${held.turnPrefix}-${index}`, context)];
  });
  await launchInRounds(turns, context);
  const statuses = turns.map((turn) => {
    const { workerType } = turn.definition;
    const figures = workerFigures(turn, seen, context.knowledge);
    const status = { ...statusOfTurn(turn, ports.clock.now()), ...figures };
    if (turn.failure !== undefined) failures.set(workerType, turn.failure);
    if (status.state === 'backlog-unknown' || status.state === 'workers-unknown')
      failures.set(workerType, status.decision);
    const failure = failures.get(workerType);
    if (!isSameDecision(status, seen.statuses.get(workerType))) tellHold(turn, ports.telemetry);
    return failure === undefined ? status : withFailure(status, failure);
  });
  const changed = turns.filter((turn, index) => {
    const status = statuses[index];
    return (
      status !== undefined &&
      (turn.sent.length > 0 || isNewsworthy(seen.statuses.get(turn.definition.workerType), status))
    );
  });
  return {
    statuses: [...statuses, ...invalid],
    decisions: changed.map((turn) => decisionOf(turn, context)),
    errors: errorsOfTick(resumed.refused, turns),
  };
}

interface Results {
  readonly statuses: readonly WorkerTypeStatus[];
  readonly decisions: readonly DecisionRecord[];
  readonly errors: readonly ErrorRecord[];
  readonly cooldowns: readonly Cooldown[];
}

/**
 * Writes what changed. What people read may fail to be written without the tick failing for every type.
 *
 * @returns the types whose status could not be written
 */
async function save(
  { statuses, decisions, errors, cooldowns }: Results,
  seen: Observation,
  failures: Map<string, string>,
  ports: ProvisionPorts,
): Promise<ReadonlySet<string>> {
  const changed = statuses.filter((status) => {
    const previous = seen.statuses.get(status.workerType);
    return !isSameStatus(status, previous) || status.toldState !== previous?.toldState;
  });
  const defined = new Set(seen.definitions.map(({ workerType }) => workerType));
  const deleted = [...seen.statuses.keys()].filter((workerType) => !defined.has(workerType));
  await keepErrors(errors, failures, ports);
  const unsaved = await pMap(changed, (status) => saveStatus(status, failures, ports), {
    concurrency: SAVE_CONCURRENCY,
  });
  if (cooldowns.length > 0) await ports.poolMemory.add(cooldowns);
  if (decisions.length > 0) await ports.decisions.append(decisions);
  await pMap(deleted, (name) => forget(name, seen.controls.get(name), failures, ports), {
    concurrency: SAVE_CONCURRENCY,
  });
  return new Set(unsaved.flat());
}

/**
 * Forgets a deleted type. One of the same name that comes later is another one: a pause of this one is over with it. The
 * status goes last: while it is there, the next tick tries again.
 */
async function forget(
  workerType: string,
  control: TypeControl | undefined,
  failures: Map<string, string>,
  { board, controls }: ProvisionPorts,
): Promise<void> {
  try {
    if (control !== undefined) await controls.remove(control);
    await board.removeWorkerTypes([workerType]);
  } catch (error) {
    noteFailure(failures, workerType, `it is deleted, and its status could not be: ${String(error)}`);
  }
}

/** One status that cannot be saved keeps no other from being saved. */
async function saveStatus(
  status: WorkerTypeStatus,
  failures: Map<string, string>,
  { board }: ProvisionPorts,
): Promise<string[]> {
  try {
    await board.saveWorkerTypes([status]);
    return [];
  } catch (error) {
    noteFailure(failures, status.workerType, `its status could not be saved: ${String(error)}`);
    return [status.workerType];
  }
}

/** By the time of the last order; the sort is stable. */
function longestWaitFirst(
  definitions: readonly StoredWorkerType[],
  statuses: ReadonlyMap<string, WorkerTypeStatus>,
): StoredWorkerType[] {
  const lastOrder = ({ workerType }: StoredWorkerType) => statuses.get(workerType)?.lastLaunch?.at ?? 0;
  return [...definitions].sort((a, b) => lastOrder(a) - lastOrder(b));
}

function rotate<Item>(items: readonly Item[], by: number): Item[] {
  if (items.length === 0) return [];
  const start = by % items.length;
  return [...items.slice(start), ...items.slice(0, start)];
}
