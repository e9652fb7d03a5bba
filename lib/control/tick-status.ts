import { definitionKey } from '../core/definition-key.ts';
import { holdAfter, isHolding } from '../core/launch-hold.ts';
import { describeProblems, type Problem } from '../core/problem.ts';
import type { HoldReason } from '../core/provision-plan.ts';
import { describeRefusal } from '../core/refusal.ts';
import { isSameJson } from '../core/same-json.ts';
import type { EpochMillis } from '../core/units.ts';
import type { WorkerTypeState } from '../core/worker-type-state.ts';
import type { LaunchResult } from './launch.ts';
import type { Observation } from './observe.ts';
import type { StoredWorkerType, Telemetry } from './ports.ts';
import type { LaunchMemory, WorkerTypeStatus } from './status.ts';
import { describeTurn, type Turn } from './turns.ts';

/** The status of a type whose item cannot be read as a definition: nothing is launched, its workers are left alone. */
export function statusOfInvalid(
  { workerType }: StoredWorkerType,
  problems: readonly Problem[],
  previous: WorkerTypeStatus | undefined,
  { at }: Pick<Observation, 'at'>,
  telemetry: Telemetry,
): WorkerTypeStatus {
  const decision = `hold, the definition is invalid: ${describeProblems(problems)}`;
  const status: WorkerTypeStatus = {
    workerType,
    state: 'invalid',
    changedAt: at,
    decision,
    problems,
    ...whereWorkersAre(previous?.workerRegions),
  };
  if (!isSameStatus(status, previous)) telemetry.event('error', 'worker-type-invalid', { workerType, problems });
  return status;
}

/** What a type remembers when its turn begins: a repeated launch that was answered now counts like any other. */
export function memoryAtStart(previous: LaunchMemory | undefined, resumed: LaunchResult | undefined): LaunchMemory {
  const { lastLaunch, hold, spotShortSince, workerRegions } = previous ?? {};
  const answered = resumed?.kind === 'sent' ? lastLaunchOfRecord(resumed) : undefined;
  const last = answered ?? lastLaunch;
  return {
    ...(last === undefined ? {} : { lastLaunch: last }),
    ...(hold === undefined ? {} : { hold }),
    ...(spotShortSince === undefined ? {} : { spotShortSince }),
    ...whereWorkersAre(workerRegions),
  };
}

const lastLaunchOfRecord = ({ record, launchedCapacity }: Extract<LaunchResult, { kind: 'sent' }>) => ({
  at: record.openedAt,
  launchId: record.order.launchId,
  asked: record.order.targetCapacity,
  launched: launchedCapacity,
  refusals: record.refusals.map(describeRefusal),
});

/** What a type remembers when its turn is over. */
function memoryAfter(
  { definition, memory, plan, hasOpenOrders, sent, isSpotShort, needsMending = false, workerRegions }: Turn,
  now: EpochMillis,
): LaunchMemory {
  const [first] = sent;
  const refusals = sent.flatMap(({ attempt }) => attempt.refusals);
  const launched = sent.reduce((sum, { attempt }) => sum + attempt.launched, 0);
  const isAnswered = sent.every(({ attempt }) => attempt.noAnswer === undefined);
  const fresh =
    first === undefined
      ? undefined
      : holdAfter({ launched, refusals: isAnswered ? refusals : [], needsMending, definition }, now);
  const hold = first === undefined ? memory.hold : fresh;
  const lastLaunch =
    first === undefined || plan.kind === 'hold'
      ? memory.lastLaunch
      : {
          at: first.at,
          launchId: first.launchId,
          asked: plan.want,
          launched,
          refusals: refusals
            .slice(0, MAX_REFUSALS)
            .map((refusal) => describeRefusal({ ...refusal, ...fewPools(refusal.pools) })),
        };
  return {
    ...(lastLaunch === undefined ? {} : { lastLaunch }),
    ...(isHolding(hold, definition, now) ? { hold } : {}),
    ...spotShort({ memory, plan, hasOpenOrders, isSpotShort }, now),
    ...whereWorkersAre(workerRegions),
  };
}

const whereWorkersAre = (regions: readonly string[] = []): Pick<LaunchMemory, 'workerRegions'> =>
  regions.length === 0 ? {} : { workerRegions: regions };

const MAX_REFUSALS = 10;
const fewPools = (pools: readonly string[] | undefined) => (pools === undefined ? {} : { pools: pools.slice(0, 3) });

/** Holds under which nothing is wanted of spot: somebody has to let the type go on. */
const ENDS_SHORTAGE: ReadonlySet<HoldReason> = new Set(['disabled', 'paused', 'suspended']);

/**
 * The time of shortage runs until spot gives all that is wanted of it, or nothing is wanted. It goes on while that is not
 * known, as when the supply is an order without an answer.
 */
function spotShort(
  {
    memory,
    plan,
    hasOpenOrders,
    isSpotShort,
  }: Pick<Turn, 'memory' | 'plan' | 'hasOpenOrders'> & { readonly isSpotShort: boolean | undefined },
  now: EpochMillis,
): Pick<LaunchMemory, 'spotShortSince'> {
  const isEnding = (reason: HoldReason) => (reason === 'satisfied' ? !hasOpenOrders : ENDS_SHORTAGE.has(reason));
  const isOver = plan.kind === 'hold' ? isEnding(plan.reason) : isSpotShort === false;
  if (isOver) return {};
  const since = memory.spotShortSince ?? (isSpotShort === true ? now : undefined);
  return since === undefined ? {} : { spotShortSince: since };
}

/** The status after a type's turn: figures, decision, and what is remembered of launches. */
export function statusOfTurn(turn: Turn, now: EpochMillis): WorkerTypeStatus {
  const { definition, plan } = turn;
  const { figures } = plan;
  const remembered = memoryAfter(turn, now);
  return {
    workerType: definition.workerType,
    state: stateOf(turn, remembered),
    changedAt: now,
    definitionVersion: definition.version,
    definitionKey: definitionKey(definition),
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
    decision: describeTurn(turn),
    ...shortBecause(turn),
    ...remembered,
  };
}

function shortBecause({ plan, shortBecause: cause }: Turn): Pick<WorkerTypeStatus, 'shortBecause'> {
  if (cause !== undefined) return { shortBecause: cause };
  return plan.kind === 'hold' && STATE_OF_HOLD[plan.reason] === 'short' ? { shortBecause: plan.reason } : {};
}

/** The same status with a failure of this tick on top. */
export const withFailure = (status: WorkerTypeStatus, failure: string): WorkerTypeStatus => ({
  ...status,
  state: status.state === 'backlog-unknown' || status.state === 'workers-unknown' ? status.state : 'failed',
  decision: status.decision.includes(failure) ? status.decision : `failed: ${failure}`,
});

/** Equal but for the time of change, and what was told of it: then nothing is new. */
export function isSameStatus(a: WorkerTypeStatus, b: WorkerTypeStatus | undefined): boolean {
  return b !== undefined && isSameJson({ ...a, ...APART }, { ...b, ...APART });
}

const APART = { changedAt: 0, toldState: undefined };

/** The same decision, also when the workers' figures are others. */
export function isSameDecision(a: WorkerTypeStatus, b: WorkerTypeStatus | undefined): boolean {
  return b !== undefined && isSameStatus(withoutFigures(a), withoutFigures(b));
}

const withoutFigures = ({ workers: _figures, ...status }: WorkerTypeStatus): WorkerTypeStatus => status;

function stateOf({ plan, sent, shortBecause }: Turn, { hold }: LaunchMemory): WorkerTypeState {
  if (plan.kind === 'hold') return STATE_OF_HOLD[plan.reason];
  if (hold !== undefined) return hold.until === undefined ? 'suspended' : 'backing-off';
  // Sent and not answered: the order is repeated, but nobody should take that for success.
  if (sent.some(({ attempt }) => attempt.noAnswer !== undefined)) return 'unanswered';
  return shortBecause === undefined ? 'ok' : 'short';
}

const STATE_OF_HOLD: Readonly<Record<HoldReason, WorkerTypeState>> = {
  disabled: 'disabled',
  paused: 'paused',
  'backlog-unknown': 'backlog-unknown',
  'workers-unknown': 'workers-unknown',
  satisfied: 'ok',
  'no-room': 'short',
  'launch-rate': 'short',
  'backing-off': 'backing-off',
  suspended: 'suspended',
  'workers-die': 'workers-die',
};
