import type { EpochMillis } from './units.ts';

/**
 * Where a worker stands. `launching`: asked of EC2, not yet in its list. `draining`: told to stop. `stopping`: its
 * instance is being terminated. `halted`: somebody stopped its instance without terminating it. `stopped`: gone.
 */
export type WorkerState = 'launching' | 'booting' | 'running' | 'draining' | 'stopping' | 'halted' | 'stopped';

/** A machine that we launched. */
export interface Worker {
  /** The EC2 instance id. */
  readonly workerId: string;
  /** Absent when the instance carries our owner tag but names no worker type. */
  readonly workerType: string | undefined;
  readonly launchId: string | undefined;
  readonly state: WorkerState;
  /** Tasks that it runs at once, as it was launched. */
  readonly capacity: number | undefined;
  readonly instanceType: string;
  readonly zone: string;
  readonly market: 'spot' | 'on-demand';
  /** Absent when EC2 does not say: then its age is unknown, not zero. */
  readonly launchedAt: EpochMillis | undefined;
  readonly definitionVersion: number | undefined;
  /** The age limit that its definition had when it was launched. */
  readonly maxLifetimeSeconds: number | undefined;
  /** When its instance ended, where EC2 says so. */
  readonly stoppedAt?: EpochMillis | undefined;
  /** Why it ended, as EC2's code, such as `Server.SpotInstanceTermination`. */
  readonly endCode?: string | undefined;
  /** It has ended, and was told to stop before: then it does not say of itself why. */
  readonly wasToldToStop?: boolean | undefined;
}

/** Does this worker still occupy capacity of its type's maximum? Everything that is not gone does. */
export const isPresent = ({ state }: Worker): boolean => state !== 'stopped';

/** Can this worker take tasks now or soon? Draining, stopping and halted ones are no supply. */
export const isSupply = ({ state }: Worker): boolean =>
  state === 'launching' || state === 'booting' || state === 'running';
