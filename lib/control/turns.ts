import pMap from 'p-map';
import { explainPlan } from '../core/explain-plan.ts';
import { type ProvisionPlan, planProvision } from '../core/provision-plan.ts';
import type { WorkerType } from '../core/worker-type-schema.ts';
import { type HeldLease, type LaunchPorts, type LaunchResult, launch } from './launch.ts';
import { knownWorkers, type Observation, openOrders } from './observe.ts';
import type { StoredWorkerType, Telemetry } from './ports.ts';
import type { Resumed } from './resume-launches.ts';
import type { WorkerTypeStatus } from './status.ts';
import type { StopLaunching } from './stop-launching.ts';
import { afterResult, isSameStatus, statusOfInvalid, statusOfTurn, withFailure } from './tick-status.ts';

/** What all turns of one tick share. */
export interface TurnContext {
  readonly seen: Observation;
  readonly resumed: Resumed;
  readonly held: HeldLease;
  readonly stop: StopLaunching;
  /** Gets a line for each worker type whose turn fails. */
  readonly failures: Map<string, string>;
  readonly ports: LaunchPorts;
}

/** CreateFleet answers after some seconds; a few at once keep a tick short and the burst far below EC2's bucket of 50. */
const LAUNCH_CONCURRENCY = 4;

/** Plans and, where it is due, launches each worker type. Answers every type's status; never rejects for one of them. */
export function takeTurns(context: TurnContext): Promise<WorkerTypeStatus[]> {
  const { seen, held } = context;
  // A throttle ends the launches of a tick: starting elsewhere each time, no type is always the one left over.
  const turns = rotate(seen.definitions, held.fence);
  return pMap(turns, (stored, index) => takeTurn(stored, `${seen.at}-${held.fence}-${index}`, context), {
    concurrency: LAUNCH_CONCURRENCY,
  });
}

/** The plan of one type from what was observed: the same for a tick, a preview and a test. */
export function planWorkerType(
  definition: WorkerType,
  seen: Observation,
  hold = seen.statuses.get(definition.workerType)?.hold,
): ProvisionPlan {
  const { workerType } = definition;
  return planProvision({
    definition,
    backlog: seen.backlogs.get(workerType) ?? { kind: 'unknown', reason: 'not read' },
    workers: knownWorkers(workerType, seen),
    open: openOrders(workerType, seen),
    hold,
    now: seen.at,
  });
}

async function takeTurn(stored: StoredWorkerType, launchId: string, context: TurnContext): Promise<WorkerTypeStatus> {
  const { seen, resumed, failures, ports } = context;
  const { workerType, parsed } = stored;
  const previous = seen.statuses.get(workerType);
  if (parsed.kind === 'invalid') return statusOfInvalid(stored, parsed.problems, previous, seen, ports.telemetry);

  const { definition } = parsed;
  const carried = afterResult(previous, resumed.results.get(workerType), definition, ports.clock.now());
  const plan = planWorkerType(definition, { ...seen, launches: resumed.launches }, carried.hold);
  const status = (result: LaunchResult | undefined) =>
    statusOfTurn(
      definition,
      plan,
      result,
      afterResult(carried, result, definition, ports.clock.now()),
      ports.clock.now(),
    );
  try {
    const result = await act(definition, plan, launchId, context);
    const next = status(result);
    if (plan.kind === 'hold' && !isSameStatus(next, previous)) tell(definition, plan, ports.telemetry);
    if (next.state === 'backlog-unknown') failures.set(workerType, next.decision);
    const failure = failures.get(workerType);
    return failure === undefined ? next : withFailure(next, failure);
  } catch (error) {
    failures.set(workerType, String(error));
    ports.telemetry.event('error', 'worker-type-failed', { workerType, error: String(error) });
    return withFailure(status(undefined), String(error));
  }
}

async function act(
  definition: WorkerType,
  plan: ProvisionPlan,
  launchId: string,
  { held, stop, ports }: TurnContext,
): Promise<LaunchResult | undefined> {
  if (plan.kind === 'hold') return undefined;
  tell(definition, plan, ports.telemetry);
  const cause = stop.cause();
  if (cause !== undefined) return { kind: 'not-sent', cause };
  const result = await launch(definition, plan.order, launchId, held, ports);
  if (result.kind === 'not-sent') stop.stop(result.cause);
  else stop.observe(result.record.refusals);
  return result;
}

/** A launch is told before it is carried out, a hold when it is news. */
function tell(definition: WorkerType, plan: ProvisionPlan, telemetry: Telemetry): void {
  const isTrouble = plan.kind === 'hold' && (plan.reason === 'backlog-unknown' || plan.reason === 'backing-off');
  telemetry.event(isTrouble ? 'warn' : 'info', 'worker-type-planned', {
    workerType: definition.workerType,
    decision: explainPlan(plan, definition),
  });
}

function rotate<Item>(items: readonly Item[], by: number): Item[] {
  if (items.length === 0) return [];
  const start = by % items.length;
  return [...items.slice(start), ...items.slice(0, start)];
}
