import type { ReportNotes } from './import-report.ts';

/** The figures that say how many workers there are. */
export interface Limits {
  readonly minCapacity: number;
  readonly maxCapacity: number;
  readonly scalingRatio: number;
}

/** The highest that the fields take. */
const MOST_CAPACITY = 100_000;
const MOST_SCALING_RATIO = 100;

/** Whole, not negative, minimum below maximum, and one worker always fits. `prefix` is the old fields' place. */
export function limitsOf(old: Limits, smallestCapacity: number, prefix: string, notes: ReportNotes): Limits {
  const max = whole(old.maxCapacity, `${prefix}maxCapacity`, notes);
  const fitting = max > 0 && max < smallestCapacity ? smallestCapacity : max;
  if (fitting !== max) {
    const how = `raised from ${max} to ${fitting}: one worker may not exceed the maximum here, as it could before`;
    notes.approximated(`${prefix}maxCapacity`, how);
  }
  const min = whole(old.minCapacity, `${prefix}minCapacity`, notes);
  if (min > fitting) notes.approximated(`${prefix}minCapacity`, `lowered from ${min} to the maximum, which won before`);
  const scalingRatio = Math.min(old.scalingRatio, MOST_SCALING_RATIO);
  if (scalingRatio !== old.scalingRatio) {
    notes.approximated(
      `${prefix}scalingRatio`,
      `${MOST_SCALING_RATIO} is the highest; it would be ${old.scalingRatio}`,
    );
  }
  return { minCapacity: Math.min(min, fitting), maxCapacity: fitting, scalingRatio };
}

function whole(value: number, path: string, notes: ReportNotes): number {
  const kept = Math.min(Math.max(Math.round(value), 0), MOST_CAPACITY);
  if (kept !== value) notes.approximated(path, `${kept} in place of ${value}`);
  return kept;
}

/**
 * worker-manager adds `ratio` capacity for each pending task; here the ratio is the share of capacity that may wait:
 * `demand * ratio = demand / (1 + ours)`. At 0 nothing was ever launched above the minimum.
 */
export function limitsByCapacityPerPending(
  { minCapacity, maxCapacity, scalingRatio: ratio }: Limits,
  prefix: string,
  notes: ReportNotes,
): Limits {
  const path = `${prefix}scalingRatio`;
  if (ratio === 0) {
    notes.approximated(
      path,
      `0 never rose above the minimum: maxCapacity is ${minCapacity} in place of ${maxCapacity}`,
    );
    return { minCapacity, maxCapacity: Math.min(minCapacity, maxCapacity), scalingRatio: 0 };
  }
  // Six digits are more than anybody writes, and keep 1 / 0.7 - 1 readable.
  const scalingRatio = Math.round((1 / ratio - 1) * 1e6) / 1e6;
  notes.translated(path, 'scalingRatio');
  return { minCapacity, maxCapacity, scalingRatio };
}
