import type { ProvisionFigures } from '../core/provision-plan.ts';
import type { EpochMillis } from '../core/units.ts';

/** Everything behind what one tick did for one worker type, kept for people. */
export interface DecisionRecord {
  readonly workerType: string;
  readonly at: EpochMillis;
  readonly definitionVersion: number;
  /** The decision in one or two plain sentences. */
  readonly words: string;
  /** Age of the queue reading in seconds, undefined when the queue could not be read. */
  readonly backlogAgeSeconds?: number;
  readonly figures?: ProvisionFigures;
  /** Pools that could be ordered from and those that could not, in words; the first few of each. */
  readonly usablePools: readonly string[];
  readonly rejectedPools: readonly string[];
  readonly usable: number;
  readonly rejected: number;
  /** What was asked of EC2, and what it said, in order. */
  readonly attempts: readonly {
    readonly launchId: string;
    readonly words: string;
    readonly refusals: readonly string[];
    readonly requestIds: readonly string[];
  }[];
  /** Tasks that are still not served, and why. */
  readonly shortfall: number;
  readonly shortBecause?: string;
}
