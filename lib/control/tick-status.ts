import { explainPlan } from '../core/explain-plan.ts';
import { holdAfter, isHolding, type LaunchHold } from '../core/launch-hold.ts';
import { describeProblems, type Problem } from '../core/problem.ts';
import type { ProvisionPlan } from '../core/provision-plan.ts';
import { describeRefusal } from '../core/refusal.ts';
import type { EpochMillis } from '../core/units.ts';
import type { WorkerType } from '../core/worker-type-schema.ts';
import type { LaunchResult } from './launch.ts';
import type { Observation } from './observe.ts';
import type { StoredWorkerType, Telemetry } from './ports.ts';
import type { WorkerTypeState, WorkerTypeStatus } from './status.ts';

/** The status of a type whose item cannot be read as a definition: nothing is launched, its workers are left alone. */
export function statusOfInvalid(
  { workerType }: StoredWorkerType,
  problems: readonly Problem[],
  previous: WorkerTypeStatus | undefined,
  { at }: Pick<Observation, 'at'>,
  telemetry: Telemetry,
): WorkerTypeStatus {
  const decision = `hold, the definition is invalid: ${describeProblems(problems)}`;
  const status: WorkerTypeStatus = { workerType, state: 'invalid', changedAt: at, decision, problems };
  if (!isSameStatus(status, previous)) telemetry.event('error', 'worker-type-invalid', { workerType, problems });
  return status;
}

/** What a status remembers of launches: the last one, and the hold that its answer led to. */
export type LaunchMemory = Pick<WorkerTypeStatus, 'lastLaunch' | 'hold'>;

/** The memory after one more launch; without one, what is still true of it. */
export function afterResult(
  memory: LaunchMemory | undefined,
  result: LaunchResult | undefined,
  definition: WorkerType,
  now: EpochMillis,
): LaunchMemory {
  const sent = result?.kind === 'sent' ? result : undefined;
  const hold = sent === undefined ? memory?.hold : holdOf(sent, now);
  const lastLaunch = sent === undefined ? memory?.lastLaunch : lastLaunchOf(sent);
  return {
    ...(lastLaunch === undefined ? {} : { lastLaunch }),
    ...(isHolding(hold, definition.version, now) ? { hold } : {}),
  };
}

/** The status after a type's turn: figures, decision, and what is remembered of launches. */
export function statusOfTurn(
  definition: WorkerType,
  plan: ProvisionPlan,
  result: LaunchResult | undefined,
  memory: LaunchMemory,
  now: EpochMillis,
): WorkerTypeStatus {
  const { figures } = plan;
  return {
    workerType: definition.workerType,
    state: stateOf(plan, result, memory.hold),
    changedAt: now,
    definitionVersion: definition.version,
    minCapacity: definition.minCapacity,
    maxCapacity: definition.maxCapacity,
    capacity: plan.kind === 'hold' ? plan.capacity : plan.figures.capacity,
    ...(figures === undefined
      ? {}
      : {
          pendingTasks: figures.pendingTasks,
          claimedTasks: figures.claimedTasks,
          target: figures.target,
          supply: figures.supply,
        }),
    decision: `${explainPlan(plan, definition)}${resultWords(result)}`,
    ...memory,
  };
}

/** The same status with a failure of this tick on top. */
export const withFailure = (status: WorkerTypeStatus, failure: string): WorkerTypeStatus => ({
  ...status,
  state: status.state === 'backlog-unknown' ? status.state : 'failed',
  decision: status.decision.includes(failure) ? status.decision : `failed: ${failure}`,
});

/** Equal but for the time of change: then there is nothing to write. */
export function isSameStatus(a: WorkerTypeStatus, b: WorkerTypeStatus | undefined): boolean {
  return b !== undefined && canonical({ ...a, changedAt: 0 }) === canonical({ ...b, changedAt: 0 });
}

/** JSON with sorted keys: a status read back from a table has its fields in another order. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_key, part: unknown) =>
    typeof part === 'object' && part !== null && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)))
      : part,
  );
}

function stateOf(plan: ProvisionPlan, result: LaunchResult | undefined, hold: LaunchHold | undefined): WorkerTypeState {
  if (plan.kind === 'hold' && (plan.reason === 'disabled' || plan.reason === 'backlog-unknown')) return plan.reason;
  if (hold !== undefined && (result !== undefined || (plan.kind === 'hold' && plan.reason === 'backing-off')))
    return 'backing-off';
  // Sent and not answered: the order is repeated, but nobody should take that for success.
  return result?.kind === 'sent' && result.noAnswer !== undefined ? 'unanswered' : 'ok';
}

function holdOf(result: Extract<LaunchResult, { kind: 'sent' }>, now: EpochMillis): LaunchHold | undefined {
  const { record, launchedCapacity } = result;
  return holdAfter(
    { launched: launchedCapacity, refusals: record.refusals, definitionVersion: record.order.definition.version },
    now,
  );
}

const lastLaunchOf = ({ record, launchedCapacity }: Extract<LaunchResult, { kind: 'sent' }>) => ({
  at: record.openedAt,
  launchId: record.order.launchId,
  asked: record.order.targetCapacity,
  launched: launchedCapacity,
  refusals: record.refusals.map(describeRefusal),
});

function resultWords(result: LaunchResult | undefined): string {
  if (result === undefined) return '';
  if (result.kind === 'not-sent') return `; not sent: ${result.cause}`;
  if (result.noAnswer !== undefined)
    return `; EC2 did not answer (${result.noAnswer}), the next tick repeats the request`;
  const refused = result.record.refusals.map(describeRefusal);
  return `; launched ${result.launchedCapacity}${refused.length === 0 ? '' : `, refused: ${refused.slice(0, 3).join('; ')}`}`;
}
