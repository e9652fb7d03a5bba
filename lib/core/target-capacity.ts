/** What waits for and fills a worker type, in tasks. */
export interface Demand {
  readonly pendingTasks: number;
  readonly claimedTasks: number;
  readonly expectedTasks: number;
}

/** How demand becomes a target. */
export interface ScalingPolicy {
  readonly minCapacity: number;
  readonly maxCapacity: number;
  readonly scalingRatio: number;
}

type TargetLimit = 'minCapacity' | 'maxCapacity';

/** What supply should be, with the steps that led there. All figures in tasks. */
export interface TargetCapacity {
  readonly demand: number;
  /** `ceil(demand / (1 + scalingRatio))`, before limits. */
  readonly wanted: number;
  readonly target: number;
  /** The limit that changed the result, if one did. */
  readonly limitedBy: TargetLimit | undefined;
}

/** Absorbs binary rounding, so that 6 tasks at a ratio of 0.2 are 5 slots and not 6. */
const ROUNDING = 1e-9;

/** `target = clamp(ceil(demand / (1 + scalingRatio)), minCapacity, maxCapacity)` with its steps. */
export function planTargetCapacity(demand: Demand, policy: ScalingPolicy): TargetCapacity {
  const total = demand.pendingTasks + demand.claimedTasks + demand.expectedTasks;
  const wanted = Math.max(0, Math.ceil(total / (1 + policy.scalingRatio) - ROUNDING));
  if (wanted > policy.maxCapacity)
    return { demand: total, wanted, target: policy.maxCapacity, limitedBy: 'maxCapacity' };
  if (wanted < policy.minCapacity)
    return { demand: total, wanted, target: policy.minCapacity, limitedBy: 'minCapacity' };
  return { demand: total, wanted, target: wanted, limitedBy: undefined };
}
