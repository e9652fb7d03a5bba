import type { BacklogReading } from './backlog.ts';
import type { LaunchHold } from './launch-hold.ts';
import { isHolding } from './launch-hold.ts';
import type { OrderSize } from './order-size.ts';
import { sizeOrder } from './order-size.ts';
import type { TargetCapacity } from './target-capacity.ts';
import { planTargetCapacity } from './target-capacity.ts';
import type { EpochMillis } from './units.ts';
import type { Worker, WorkerState } from './worker.ts';
import type { WorkerType } from './worker-type-schema.ts';

/** Capacity by state, in tasks. */
export type CapacityByState = Readonly<Record<Exclude<WorkerState, 'stopped'>, number>>;

/** Orders whose answer is not known yet. All in tasks. */
export interface OpenOrders {
  /** What they asked for, less what is listed already. It counts as launching. */
  readonly capacity: number;
  /** By how much EC2 may pass what they asked for. It takes room, but is no supply to count on. */
  readonly overshoot: number;
}

/** All that the plan for one worker type depends on. */
export interface ProvisionInput {
  readonly definition: WorkerType;
  readonly backlog: BacklogReading;
  /** Workers of this type: EC2's list, and recent launches that the list does not show yet (`launching`). */
  readonly workers: readonly Worker[];
  readonly open: OpenOrders;
  readonly hold: LaunchHold | undefined;
  readonly now: EpochMillis;
}

/** Every figure behind a plan, in tasks. */
export interface ProvisionFigures extends TargetCapacity {
  readonly pendingTasks: number;
  readonly claimedTasks: number;
  readonly expectedTasks: number;
  readonly capacity: CapacityByState;
  readonly supply: number;
  readonly shortfall: number;
  readonly surplus: number;
  /** What may be added under `maxCapacity`, with everything that is not gone counted against it. */
  readonly room: number;
}

export type HoldReason = 'disabled' | 'backlog-unknown' | 'satisfied' | 'no-room' | 'backing-off';

/** What to do for one worker type, and why. */
export type ProvisionPlan =
  | { readonly kind: 'launch'; readonly figures: ProvisionFigures; readonly order: OrderSize }
  | {
      readonly kind: 'hold';
      readonly reason: HoldReason;
      readonly capacity: CapacityByState;
      readonly figures?: ProvisionFigures;
      /** For `backlog-unknown` and `backing-off`: the cause in words. */
      readonly cause?: string;
      readonly until?: EpochMillis;
    };

/** Decides how much to launch for one worker type. Unknown demand launches nothing and shrinks nothing. */
export function planProvision(input: ProvisionInput): ProvisionPlan {
  const { definition, backlog, hold, now } = input;
  const capacity = capacityByState(input);
  if (!definition.enabled) return { kind: 'hold', reason: 'disabled', capacity };
  if (backlog.kind === 'unknown') return { kind: 'hold', reason: 'backlog-unknown', capacity, cause: backlog.reason };

  const figures = figuresOf(input, backlog, capacity);
  if (figures.shortfall === 0) return { kind: 'hold', reason: 'satisfied', capacity, figures };
  if (isHolding(hold, definition.version, now)) {
    return { kind: 'hold', reason: 'backing-off', capacity, figures, cause: hold.reason, until: hold.until };
  }
  const order = sizeOrder(figures.shortfall, figures.room, definition.instanceTypes);
  if (order === undefined) return { kind: 'hold', reason: 'no-room', capacity, figures };
  return { kind: 'launch', figures, order };
}

function figuresOf(
  { definition, open }: ProvisionInput,
  backlog: Extract<BacklogReading, { kind: 'known' }>,
  capacity: CapacityByState,
): ProvisionFigures {
  const demand = {
    pendingTasks: backlog.pendingTasks,
    claimedTasks: backlog.claimedTasks,
    expectedTasks: definition.countDelayedTasks ? backlog.delayedTasks : 0,
  };
  const target = planTargetCapacity(demand, definition);
  const supply = capacity.launching + capacity.booting + capacity.running;
  const present = supply + capacity.draining + capacity.stopping + capacity.halted;
  return {
    ...demand,
    ...target,
    capacity,
    supply,
    shortfall: Math.max(0, target.target - supply),
    surplus: Math.max(0, supply - target.target),
    room: Math.max(0, definition.maxCapacity - present - open.overshoot),
  };
}

function capacityByState({ definition, workers, open }: ProvisionInput): CapacityByState {
  const sums = { launching: open.capacity, booting: 0, running: 0, draining: 0, stopping: 0, halted: 0 };
  for (const worker of workers) {
    if (worker.state !== 'stopped') sums[worker.state] += capacityOf(worker, definition);
  }
  return sums;
}

/** A worker's capacity as launched; without that, what the definition says of its type; without that, one task. */
export function capacityOf(worker: Worker, definition: WorkerType | undefined): number {
  if (worker.capacity !== undefined) return worker.capacity;
  return definition?.instanceTypes.find(({ instanceType }) => instanceType === worker.instanceType)?.capacity ?? 1;
}
