import pMap from 'p-map';
import { type EpochMillis, secondsAfter } from '../core/units.ts';
import type { Clock, Telemetry } from './ports.ts';
import type { TickOptions, TickResult } from './provision.ts';
import { attempt, failuresOf } from './provision-loop.ts';
import { shardOf } from './shard-keeper.ts';
import type { Leases } from './shards.ts';

/** Types of one shard wait for its lease one after the other; those of several need not. */
const CONCURRENCY = 4;
/** What a tick may need to its end, requests to EC2 included (see LAST_REQUEST_SECONDS). */
const RESERVE_SECONDS = 35;

/** More than a regular tick waits before it asks again (RETRY_SECONDS of provision-loop.ts). */
const GAP_MS = 600;
/** Wake-ups served without a gap. */
const TICKS_IN_A_ROW = 5;

interface WakePorts {
  readonly clock: Clock;
  readonly leases: Leases;
  readonly telemetry: Telemetry;
}

type Run = (part: Pick<TickOptions, 'shard' | 'only'>) => Promise<TickResult>;

/**
 * Ticks at once for each of these worker types alone, as somebody says that tasks wait for them. A type that is not there
 * is no failure.
 *
 * @returns the failures, in words
 */
export async function wake(
  workerTypes: readonly string[],
  run: Run,
  endsAt: EpochMillis,
  ports: WakePorts,
): Promise<readonly string[]> {
  const shards = await ports.leases.shards();
  const byShard = Map.groupBy(workerTypes, (workerType) => shardOf(workerType, shards));
  const failures = await pMap(
    byShard,
    ([shard, its]) =>
      serveTypes({ shard, workerTypes: its, until: secondsAfter(endsAt, -RESERVE_SECONDS) }, run, ports),
    { concurrency: CONCURRENCY },
  );
  return failures.flat();
}

/** What was noted while a tick of the shard held its lease, served by whoever held it. */
export async function serveNoted(
  shard: string,
  run: Run,
  until: EpochMillis,
  ports: WakePorts,
): Promise<readonly string[]> {
  return serveTypes({ shard, workerTypes: await ports.leases.takeNotes(shard), until }, run, ports);
}

/**
 * One tick a type. Where the lease is held, the types are noted for its holder, and nobody waits: a thousand wake-ups in a
 * second are a thousand short invocations. The note is written before the lease is asked for once more, and read after it
 * was given back, so that one of the two sees it. What time does not allow, or whose tick throws, is noted again for the next
 * regular tick.
 */
async function serveTypes(
  {
    shard,
    workerTypes,
    until,
  }: { readonly shard: string; readonly workerTypes: readonly string[]; readonly until: number },
  run: Run,
  { clock, leases, telemetry }: WakePorts,
): Promise<readonly string[]> {
  const waiting = new Set(workerTypes);
  const failures: string[] = [];
  const thrown: string[] = [];
  let ticks = 0;
  for (const only of waiting) {
    if (clock.now() > until) {
      // Whoever ticks next finds them: a queue that is quiet would not be read by then.
      await leases.note(shard, [...waiting]);
      telemetry.event('info', 'wake-skipped', { shard, workerTypes: [...waiting] });
      break;
    }
    const tick = () => attempt(() => run({ shard, only }), telemetry);
    let result = await tick();
    if (result.kind === 'skipped') {
      await leases.note(shard, [...waiting]);
      result = await tick();
      if (result.kind === 'skipped') break;
    }
    waiting.delete(only);
    failures.push(...failuresOf(result));
    if (result.kind === 'threw') thrown.push(only);
    ticks += 1;
    const noted = await leases.takeNotes(shard);
    // Whoever ticks regularly asks for the lease more often than this: wake-ups without end must not keep it out.
    if (noted.length > 0 || ticks % TICKS_IN_A_ROW === 0) await clock.sleep(GAP_MS);
    // Its own name comes back where it was noted after this tick had read its queue.
    for (const name of noted) waiting.add(name);
  }
  if (thrown.length > 0) await leases.note(shard, thrown);
  return failures;
}
