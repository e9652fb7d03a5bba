import pMap from 'p-map';
import type { Clock, Telemetry } from './ports.ts';
import type { TickResult } from './provision.ts';
import { shardOf } from './shard-keeper.ts';
import type { Leases } from './shards.ts';

/** A tick takes a second or so. Where one takes longer, the loop that runs it ticks again soon by itself. */
const WAIT_MS = 5_000;
const RETRY_MS = 250;
/** Types of one shard wait for its lease one after the other; those of several need not. */
const CONCURRENCY = 4;

/** One worker type of one shard. */
export interface WokenType {
  readonly shard: string;
  readonly only: string;
}

/**
 * Ticks at once for each of these worker types alone, as somebody says that tasks wait for them. While another tick holds
 * the lease it is waited for, a little: what comes too late is served by the next regular tick. A type that is not there
 * is no failure.
 *
 * @returns the failures, in words
 */
export async function wake(
  workerTypes: readonly string[],
  run: (type: WokenType) => Promise<TickResult>,
  { clock, leases, telemetry }: { readonly clock: Clock; readonly leases: Leases; readonly telemetry: Telemetry },
): Promise<readonly string[]> {
  const shards = await leases.shards();
  const types = [...new Set(workerTypes)].map((only) => ({ only, shard: shardOf(only, shards) }));
  const failures = await pMap(
    [...Map.groupBy(types, ({ shard }) => shard).values()],
    async (ofOneShard) => {
      const until = clock.now() + WAIT_MS;
      const failed: string[] = [];
      for (const type of ofOneShard) {
        const result = await tickBefore(until, () => run(type), clock);
        if (result.kind === 'done') failed.push(...result.report.failures);
        else telemetry.event('info', 'wake-skipped', { workerType: type.only });
      }
      return failed;
    },
    { concurrency: CONCURRENCY },
  );
  return failures.flat();
}

async function tickBefore(until: number, run: () => Promise<TickResult>, clock: Clock): Promise<TickResult> {
  while (true) {
    const result = await run();
    if (result.kind !== 'skipped' || clock.now() + RETRY_MS > until) return result;
    await clock.sleep(RETRY_MS);
  }
}
