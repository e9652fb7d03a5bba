import type { BacklogReading } from './backlog.ts';
import { regionsOf } from './launch-cascade.ts';
import type { LaunchHold } from './launch-hold.ts';
import { isHolding } from './launch-hold.ts';
import type { TargetCapacity } from './target-capacity.ts';
import { planTargetCapacity } from './target-capacity.ts';
import type { EpochMillis } from './units.ts';
import type { Worker, WorkerState } from './worker.ts';
import { breakerOf } from './worker-deaths.ts';
import type { WorkerType } from './worker-type-schema.ts';

/** Capacity by state, in tasks. */
export type CapacityByState = Readonly<Record<Exclude<WorkerState, 'stopped'>, number>>;

/** Orders whose answer is not known yet. All in tasks. */
export interface OpenOrders {
  /** What they asked for, less what is listed already. It counts as launching. */
  readonly capacity: number;
  /** By how much EC2 may pass what they asked for. It takes room, but is no supply to count on. */
  readonly overshoot: number;
  /** What of the capacity is on-demand. */
  readonly onDemandCapacity: number;
  /** What the capacity costs at most; Infinity where nothing limits its price. */
  readonly usdPerHour: number;
}

/** All that the plan for one worker type depends on. */
export interface ProvisionInput {
  readonly definition: WorkerType;
  readonly backlog: BacklogReading;
  /** Workers of this type: EC2's list, and recent launches that the list does not show yet (`launching`). */
  readonly workers: readonly Worker[];
  readonly open: OpenOrders;
  readonly hold: LaunchHold | undefined;
  /** Set while somebody has paused the type: who, and why. */
  readonly pausedBy?: string | undefined;
  /** When somebody last resumed the type: earlier ends of workers are forgiven. */
  readonly clearedAt?: EpochMillis | undefined;
  /** Instances launched within the last minute. */
  readonly launchedLastMinute: number;
  /** Regions whose instances could not be listed, with the cause. */
  readonly unreadRegions: ReadonlyMap<string, string>;
  /** Regions where workers of this type were when they were last listed; the definition may not name them any more. */
  readonly workerRegions: readonly string[];
  readonly homeRegion: string;
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

export type HoldReason =
  | 'disabled'
  | 'paused'
  | 'backlog-unknown'
  | 'workers-unknown'
  | 'satisfied'
  | 'no-room'
  | 'backing-off'
  | 'suspended'
  | 'workers-die'
  | 'launch-rate';

/** What to do for one worker type, and why. */
export type ProvisionPlan =
  | {
      readonly kind: 'launch';
      readonly figures: ProvisionFigures;
      /** Tasks to launch capacity for: the shortfall, or less. */
      readonly want: number;
      /** Instances, at most. */
      readonly maxInstances: number;
      /** Why less is wanted than the shortfall. */
      readonly limitedBy?: 'launch-rate' | 'probe';
    }
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
  const { backlog } = input;
  const capacity = capacityByState(input);
  const blocked = blockedBefore(input);
  if (blocked !== undefined) return { kind: 'hold', capacity, ...blocked };
  if (backlog.kind === 'unknown') return { kind: 'hold', reason: 'backlog-unknown', capacity, cause: backlog.reason };
  const figures = figuresOf(input, backlog, capacity);
  const held = heldBack(input, figures);
  if (held !== undefined) return { kind: 'hold', capacity, figures, ...held };
  return launchPlan(input, figures);
}

interface Held {
  readonly reason: HoldReason;
  readonly cause?: string;
  readonly until?: EpochMillis;
}

/** What keeps a type from being planned at all. */
function blockedBefore(input: ProvisionInput): Held | undefined {
  const { definition, pausedBy, homeRegion, unreadRegions, workerRegions } = input;
  if (!definition.enabled) return { reason: 'disabled' };
  if (pausedBy !== undefined) return { reason: 'paused', cause: pausedBy };
  const unread = [...regionsOf(definition, homeRegion), ...workerRegions].find((region) => unreadRegions.has(region));
  if (unread === undefined) return undefined;
  return { reason: 'workers-unknown', cause: `${unread}: ${unreadRegions.get(unread)}` };
}

/** A probe in one of these states has neither proved itself nor died. A draining one is on its way out. */
const PROBING: ReadonlySet<WorkerState> = new Set(['launching', 'booting', 'running']);

/** What keeps a type that is planned from launching now. */
function heldBack(
  { definition, hold, workers, open, clearedAt, now }: ProvisionInput,
  figures: ProvisionFigures,
): Held | undefined {
  if (figures.shortfall === 0) return { reason: 'satisfied' };
  if (isHolding(hold, definition, now)) {
    const { until, reason: cause } = hold;
    return until === undefined ? { reason: 'suspended', cause } : { reason: 'backing-off', cause, until };
  }
  const breaker = breakerOf(workers, definition, now, clearedAt);
  if (breaker !== undefined && now < breaker.probeAt) {
    const cause = `the last ${breaker.deaths} workers ended by themselves at once, the last one with ${breaker.lastEnd}`;
    return { reason: 'workers-die', cause, until: breaker.probeAt };
  }
  if (
    breaker !== undefined &&
    (open.capacity > 0 ||
      workers.some(({ state, launchedAt }) => PROBING.has(state) && (launchedAt ?? now) > breaker.lastDeathAt))
  ) {
    return { reason: 'workers-die', cause: 'one worker is being tried; when it lives, all goes on' };
  }
  return figures.room === 0 ? { reason: 'no-room' } : undefined;
}

/** The whole shortfall, one worker where the breaker lets one through, nothing where the rate is used up. */
function launchPlan(
  { definition, workers, launchedLastMinute, clearedAt, now }: ProvisionInput,
  figures: ProvisionFigures,
): ProvisionPlan {
  const { maxLaunchesPerMinute: rate } = definition;
  const maxInstances = rate === undefined ? Number.POSITIVE_INFINITY : rate - launchedLastMinute;
  if (maxInstances <= 0) {
    const cause = `${rate} instances in the last minute`;
    return { kind: 'hold', reason: 'launch-rate', capacity: figures.capacity, figures, cause };
  }
  if (breakerOf(workers, definition, now, clearedAt) !== undefined) {
    return { kind: 'launch', figures, want: 1, maxInstances: 1, limitedBy: 'probe' };
  }
  return { kind: 'launch', figures, want: figures.shortfall, maxInstances };
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
