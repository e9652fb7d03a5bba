import { launchPools } from '../core/launch-cascade.ts';
import { type Cooldown, cooldownOf, cooldownsFor } from '../core/pool-cooldown.ts';
import { marketsOf } from '../core/preview.ts';
import type { EpochMillis } from '../core/units.ts';
import type { WorkerType } from '../core/worker-type-schema.ts';
import type { Clock, Controls, PoolMemory, StatusBoard, TypeControl } from './ports.ts';
import type { WorkerTypeStatus } from './status.ts';

export interface ResumePorts {
  readonly clock: Clock;
  readonly controls: Controls;
  readonly board: StatusBoard;
  readonly poolMemory: PoolMemory;
}

/** What somebody ended by `resume`. */
export interface Resumption {
  readonly pause: TypeControl['pause'] | undefined;
  readonly hold: WorkerTypeStatus['hold'];
  /** Pools, in a market, that are tried again. */
  readonly pools: readonly string[];
}

/**
 * Ends a pause, and holds and cooldowns of pools as far as they concern this worker type: other types go on leaving out
 * the pools. Workers that ended too soon are forgiven. The next tick goes by it.
 *
 * @param definition undefined when it cannot be read: then no pool is known
 */
export async function resumeWorkerType(
  workerType: string,
  definition: WorkerType | undefined,
  homeRegion: string,
  { clock, controls, board, poolMemory }: ResumePorts,
): Promise<Resumption> {
  const [all, { workerTypes }, cooldowns] = await Promise.all([controls.load(), board.load(), poolMemory.load()]);
  const now = clock.now();
  const { pause, clearedAt = 0 } = all.find((control) => control.workerType === workerType) ?? {};
  await controls.save({ workerType, clearedAt: now });
  const hold = workerTypes.find((status) => status.workerType === workerType)?.hold;
  const binding = cooldowns.filter(({ since }) => since > clearedAt);
  return {
    pause: pause?.until !== undefined && pause.until <= now ? undefined : pause,
    hold: hold !== undefined && hold.since > clearedAt && (hold.until ?? now + 1) > now ? hold : undefined,
    pools: definition === undefined ? [] : coolingPools(definition, homeRegion, binding, now),
  };
}

/** The pools of a definition that a cooldown holds back now, as `region/subnetId/instanceType market`. */
function coolingPools(
  definition: WorkerType,
  homeRegion: string,
  cooldowns: readonly Cooldown[],
  now: EpochMillis,
): string[] {
  const own = cooldownsFor(definition, cooldowns);
  return marketsOf(definition).flatMap((market) =>
    launchPools(definition, homeRegion)
      .filter((pool) => cooldownOf(pool, market, own, now) !== undefined)
      .map((pool) => `${pool.region}/${pool.subnetId}/${pool.instanceType} ${market}`),
  );
}
