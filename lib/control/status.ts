import type { LaunchHold } from '../core/launch-hold.ts';
import type { PoolHealth } from '../core/pool-health.ts';
import type { Problem } from '../core/problem.ts';
import type { CapacityByState } from '../core/provision-plan.ts';
import type { EpochMillis } from '../core/units.ts';
import type { WorkerTypeState } from '../core/worker-type-state.ts';

/** A state that was told on the bus; `new`: nothing was, as the type was not there before. */
export type ToldState = WorkerTypeState | 'new';

/** What a status remembers of launches from tick to tick. */
export interface LaunchMemory {
  /** The last launch: what was asked, what came, what EC2 refused. Capacity in tasks. */
  readonly lastLaunch?: {
    readonly at: EpochMillis;
    readonly launchId: string;
    readonly asked: number;
    readonly launched: number;
    readonly refusals: readonly string[];
  };
  readonly hold?: LaunchHold;
  /** Since when spot has not given all that was wanted. */
  readonly spotShortSince?: EpochMillis;
  /** Regions where workers were when those were last listed: the definition may stop naming one while they live. */
  readonly workerRegions?: readonly string[];
}

/** What the last tick saw of a type's workers beside their capacity. A change of these alone is no new decision. */
export interface WorkerFigures {
  /** What they cost now, to two significant digits; at the ceiling where a price is not known. */
  readonly spendUsdPerHour: number;
  /** Workers with neither price nor ceiling: what they cost is not in it. */
  readonly unpricedWorkers: number;
  /** Workers that EC2 took back. */
  readonly interruptedLastHour: number;
  /** Workers that ended by themselves before they were of use. */
  readonly uselessLastHour: number;
  /** Ids of those that do not run yet, for the next tick to tell how long it took. */
  readonly bootingWorkers?: readonly string[];
  /** Pools that are left out while others can serve, since most launches in them failed. */
  readonly failingPools?: readonly PoolHealth[];
}

/** What the last tick saw and decided for one worker type. Lists and pages read this, never EC2 or SQS. */
export interface WorkerTypeStatus extends LaunchMemory {
  readonly workerType: string;
  readonly state: WorkerTypeState;
  /** When something in this record last changed. */
  readonly changedAt: EpochMillis;
  readonly definitionVersion?: number;
  /** Of what the definition says of launches (see definitionKey): an edit by hand may leave its version as it was. */
  readonly definitionKey?: string;
  readonly minCapacity?: number;
  readonly maxCapacity?: number;
  readonly pendingTasks?: number;
  readonly claimedTasks?: number;
  readonly target?: number;
  readonly supply?: number;
  readonly capacity?: CapacityByState;
  readonly workers?: WorkerFigures;
  /** The last decision in plain words. */
  readonly decision: string;
  /** What owners were told last, while that is another state than this one. */
  readonly toldState?: ToldState;
  /** Why less was launched than is wanted, while that is so. */
  readonly shortBecause?: string;
  /** Everything that is wrong with an invalid definition. */
  readonly problems?: readonly Problem[];
}

/** One provisioning pass over all worker types. */
export interface TickReport {
  readonly startedAt: EpochMillis;
  readonly finishedAt: EpochMillis;
  readonly holder: string;
  readonly workerTypes: number;
  readonly invalid: number;
  readonly launchedCapacity: number;
  /** In words, one for each worker type whose turn failed. */
  readonly failures: readonly string[];
}

/** One run of the reaper. */
export interface ReapReport {
  readonly startedAt: EpochMillis;
  readonly finishedAt: EpochMillis;
  readonly seen: number;
  readonly reaped: readonly {
    readonly workerId: string;
    readonly workerType: string | undefined;
    readonly reason: string;
  }[];
  readonly unknown: readonly { readonly workerId: string; readonly reason: string }[];
  readonly failures: readonly string[];
}
