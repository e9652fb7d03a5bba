import pMap from 'p-map';
import { explainPlan } from '../core/explain-plan.ts';
import { type Attempt, describeAttempt } from '../core/launch-attempt.ts';
import { afterAttempt, type LaunchProgress, nextStep, startLaunching, withoutRegion } from '../core/launch-progress.ts';
import type { PlannedOrder } from '../core/order-plan.ts';
import { type ProvisionPlan, planProvision } from '../core/provision-plan.ts';
import type { RegionClosure } from '../core/region-closure.ts';
import type { EpochMillis } from '../core/units.ts';
import type { WorkerType } from '../core/worker-type-schema.ts';
import { type Knowledge, pausedBy } from './knowledge.ts';
import { knownWorkers, launchedLastMinute, openOrders, workerRegions } from './known-workers.ts';
import { type HeldLease, type LaunchPorts, launch } from './launch.ts';
import type { Observation } from './observe.ts';
import type { LaunchBudget, LaunchOrder, Telemetry } from './ports.ts';
import type { LaunchMemory } from './status.ts';
import type { StopLaunching } from './stop-launching.ts';
import { metricNames } from './telemetry.ts';

/** What all turns of one tick share. */
export interface TurnContext {
  readonly seen: Observation;
  readonly knowledge: Knowledge;
  readonly held: HeldLease;
  readonly stop: StopLaunching;
  readonly ports: LaunchPorts & { readonly budget: LaunchBudget };
}

/** One worker type's turn: its plan, and how far its launches have come. */
export interface Turn {
  readonly definition: WorkerType;
  readonly plan: ProvisionPlan;
  readonly memory: LaunchMemory;
  /** Orders of earlier ticks are not answered yet: they count as supply, and nobody knows what of it came. */
  readonly hasOpenOrders: boolean;
  /** Regions that have workers of this type. */
  readonly workerRegions: readonly string[];
  /** Begins the ids of this turn's launches. */
  readonly turnId: string;
  progress?: LaunchProgress;
  readonly sent: { readonly launchId: string; readonly at: EpochMillis; readonly attempt: Attempt }[];
  /** Why launching ended before everything wanted was served. */
  shortBecause?: string;
  isSpotShort?: boolean;
  /** Only somebody can mend what EC2 refused. */
  needsMending?: boolean;
  failure?: string;
}

/** CreateFleet answers after some seconds; a few at once keep a tick short and the burst far below EC2's bucket of 50. */
const LAUNCH_CONCURRENCY = 4;

/**
 * Launches, round by round: each type sends one order in each round, so that one that needs a single worker is served
 * in the first round beside one that needs a thousand. Never rejects for one of them.
 */
export async function launchInRounds(turns: readonly Turn[], context: TurnContext): Promise<void> {
  let going = turns.filter(({ progress }) => progress !== undefined);
  while (going.length > 0) {
    const stillGoing = await pMap(going, (turn) => takeStep(turn, context), { concurrency: LAUNCH_CONCURRENCY });
    going = going.filter((_turn, index) => stillGoing[index]);
  }
}

/** Plans one type and makes it ready to launch. */
export function beginTurn(definition: WorkerType, memory: LaunchMemory, turnId: string, context: TurnContext): Turn {
  const { seen, knowledge, ports } = context;
  const plan = planWorkerType(definition, seen, memory);
  const regions = workerRegions(definition.workerType, seen, memory.workerRegions);
  const open = openOrders(definition.workerType, seen);
  const hasOpenOrders = open.capacity > 0;
  const turn: Turn = { definition, plan, memory, hasOpenOrders, workerRegions: regions, turnId, sent: [] };
  if (plan.kind === 'hold') return turn;
  tell(turn, ports.telemetry);
  const workers = knownWorkers(definition.workerType, seen);
  const conditions = knowledge.conditionsFor(definition.workerType);
  return {
    ...turn,
    progress: startLaunching(plan, definition, { workers, open, conditions, spotShortSince: memory.spotShortSince }),
  };
}

/** The plan of one type from what was observed: the same for a tick, a preview and a test. */
export function planWorkerType(definition: WorkerType, seen: Observation, memory: LaunchMemory): ProvisionPlan {
  const { workerType } = definition;
  const control = seen.controls.get(workerType);
  const isCleared = memory.hold !== undefined && memory.hold.since <= (control?.clearedAt ?? 0);
  return planProvision({
    definition,
    backlog: seen.backlogs.get(workerType) ?? { kind: 'unknown', reason: 'not read' },
    workers: knownWorkers(workerType, seen),
    open: openOrders(workerType, seen),
    hold: isCleared ? undefined : memory.hold,
    pausedBy: pausedBy(control, seen.at),
    clearedAt: control?.clearedAt,
    unreadRegions: seen.unreadRegions,
    workerRegions: memory.workerRegions ?? [],
    homeRegion: seen.homeRegion,
    launchedLastMinute: launchedLastMinute(workerType, seen),
    now: seen.at,
  });
}

/** One order of one type, in the first region that takes requests. Answers whether there may be another. */
async function takeStep(turn: Turn, context: TurnContext): Promise<boolean> {
  const { knowledge, stop } = context;
  const { workerType } = turn.definition;
  const { progress } = turn;
  if (progress === undefined) return false;
  const step = nextStep(progress, knowledge.conditionsFor(workerType));
  if (step.kind === 'done') {
    turn.needsMending = step.needsMending;
    return finish(turn, step.shortBecause, step.isSpotShort);
  }
  try {
    const stopped = stop.cause();
    if (stopped !== undefined) return finish(turn, stopped, undefined);
    const { region } = step.order;
    const closed = throttleIn(region, stop) ?? (await noBudgetIn(region, context));
    if (closed === undefined) return await send(turn, progress, step.order, context);
    turn.progress = withoutRegion(progress, region, closed);
    return await takeStep(turn, context);
  } catch (error) {
    turn.failure = String(error);
    context.ports.telemetry.event('error', 'worker-type-failed', { workerType, error: String(error) });
    return finish(turn, String(error), undefined);
  }
}

async function send(
  turn: Turn,
  progress: LaunchProgress,
  planned: PlannedOrder,
  context: TurnContext,
): Promise<boolean> {
  const { knowledge, stop, held, ports } = context;
  const order: LaunchOrder = {
    launchId: `${turn.turnId}-${turn.sent.length}`,
    definition: turn.definition,
    region: planned.region,
    market: planned.market,
    targetCapacity: planned.targetCapacity,
    pools: planned.pools.map(({ subnetId, instanceType, capacity }) => ({ subnetId, instanceType, capacity })),
  };
  const at = ports.clock.now();
  const result = await launch(order, held, ports);
  if (result.kind === 'not-sent') {
    stop.stop(result.cause);
    return finish(turn, result.cause, undefined);
  }
  stop.observe(order.region, result.refusals);
  knowledge.learn(order, result.refusals);
  if (result.refusals.some(({ class: kind }) => kind === 'throttled')) await ports.budget.drain(order.region);
  const attempt: Attempt = {
    order: planned,
    launched: result.launchedCapacity,
    instances: result.record.workers.length,
    refusals: result.refusals,
    ...(result.noAnswer === undefined ? {} : { noAnswer: result.noAnswer }),
  };
  turn.sent.push({ launchId: order.launchId, at, attempt });
  const after = afterAttempt(progress, attempt, knowledge.conditionsFor(turn.definition.workerType));
  const closed = throttleIn(order.region, stop);
  turn.progress = closed === undefined ? after : withoutRegion(after, order.region, closed);
  return true;
}

function throttleIn(region: string, stop: StopLaunching): RegionClosure | undefined {
  const words = stop.causeIn(region);
  return words === undefined ? undefined : { by: 'throttle', words };
}

async function noBudgetIn(region: string, { ports }: TurnContext): Promise<RegionClosure | undefined> {
  const taken = await ports.budget.take(region);
  if (taken.kind === 'granted') return undefined;
  ports.telemetry.count(metricNames.launchBudgetExhausted, 1);
  return { by: 'budget', words: `the launch budget of ${region} is used up for now` };
}

/** @param isSpotShort undefined where spot was not asked, for reasons of our own: nothing is known of it */
function finish(turn: Turn, shortBecause: string | undefined, isSpotShort: boolean | undefined): false {
  if (shortBecause !== undefined) turn.shortBecause = shortBecause;
  if (isSpotShort !== undefined) turn.isSpotShort = isSpotShort;
  return false;
}

/** A hold is told when it is news. */
export function tellHold(turn: Turn, telemetry: Telemetry): void {
  if (turn.plan.kind === 'launch') return;
  const isTrouble =
    turn.plan.reason !== 'satisfied' && turn.plan.reason !== 'disabled' && turn.plan.reason !== 'paused';
  telemetry.event(isTrouble ? 'warn' : 'info', 'worker-type-planned', {
    workerType: turn.definition.workerType,
    decision: describeTurn(turn),
  });
}

/** A launch is told before it is carried out. */
function tell({ definition, plan }: Turn, telemetry: Telemetry): void {
  telemetry.event('info', 'worker-type-planned', {
    workerType: definition.workerType,
    decision: explainPlan(plan, definition),
  });
}

/** The whole turn in words. */
export function describeTurn({ definition, plan, sent, shortBecause }: Turn): string {
  const attempts = sent.map(({ attempt }) => describeAttempt(attempt));
  return [
    explainPlan(plan, definition),
    ...attempts,
    ...(shortBecause === undefined ? [] : [`not more: ${shortBecause}`]),
  ].join('; ');
}
