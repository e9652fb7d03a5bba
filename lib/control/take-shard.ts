import { intersection, type NameRange, onlyName, splitPoints } from '../core/name-range.ts';
import { secondsAfter } from '../core/units.ts';
import { LEDGER_WINDOW_SECONDS } from './observe.ts';
import type { Clock, StoredWorkerType, Telemetry, WorkerTypes } from './ports.ts';
import type { Lease, Leases } from './shards.ts';
import { metricNames } from './telemetry.ts';

interface ShardPorts {
  readonly clock: Clock;
  readonly leases: Leases;
  readonly workerTypes: WorkerTypes;
  readonly telemetry: Telemetry;
}

/** Which shard is wanted, and by whom. */
export interface WantedShard {
  /** Unique to the invocation. */
  readonly holder: string;
  /** The first shard unless told otherwise. */
  readonly shard?: string;
  /** Of that shard only this worker type. */
  readonly only?: string;
  /** A shard with more worker types than this is split. */
  readonly typesPerShard?: number;
}

/** `newShards`: split off just now; nobody ticks for them yet. */
export type TakenShard = { readonly newShards?: readonly string[] } & (
  | {
      readonly kind: 'taken';
      readonly lease: Lease;
      /** That of the shard, or of the one type that is wanted of it. */
      readonly range: NameRange;
      readonly definitions: readonly StoredWorkerType[];
      /** What went wrong, and kept nothing from being served. */
      readonly problem?: string;
    }
  | { readonly kind: 'held'; readonly by: string }
  | { readonly kind: 'gone' }
);

/** A tick that is killed frees the next one after this long. Renewed at half time, so a long tick keeps it. */
export const LEASE_MS = 30_000;

/**
 * Takes the lease of a shard and reads its worker types. A shard that holds too many is split first; whoever does that
 * goes on with what is left of it.
 */
export async function takeShard(wanted: WantedShard, ports: ShardPorts): Promise<TakenShard> {
  const first = await acquire(wanted, ports);
  const { typesPerShard = Number.POSITIVE_INFINITY } = wanted;
  if (first.kind !== 'taken' || first.definitions.length <= typesPerShard) return first;
  const at = splitPoints(
    first.definitions.map(({ workerType }) => workerType),
    typesPerShard,
  );
  let newShards: readonly string[];
  try {
    newShards = await split(first, at, ports);
  } catch (error) {
    // Slow is better than not at all. Should the split have been made all the same, the lease is lost, and launches nothing.
    return { ...first, problem: `shard ${first.lease.shard} could not be split: ${String(error)}` };
  }
  try {
    return { ...(await acquire(wanted, ports)), newShards };
  } catch (error) {
    // The others are to be started all the same; this one is served by the next tick.
    ports.telemetry.event('error', 'tick-failed', { cause: `after a split: ${String(error)}` });
    ports.telemetry.count(metricNames.provisioningFailures, 1);
    return { kind: 'held', by: 'nobody: the lease could not be taken again after a split', newShards };
  }
}

async function acquire({ holder, shard, only }: WantedShard, ports: ShardPorts): Promise<TakenShard> {
  const answer = await ports.leases.acquire(holder, LEASE_MS, shard);
  if (answer.kind !== 'acquired') return answer;
  const { lease } = answer;
  const range = only === undefined ? lease.range : intersection(lease.range, onlyName(only));
  const definitions = await giveBackOnError(lease, ports, () => ports.workerTypes.list(range, 'recent'));
  return { kind: 'taken', lease, range, definitions };
}

/** The lease is given back with the split. Answers the new shards, none when the lease was lost meanwhile. */
async function split(
  { lease, definitions }: Extract<TakenShard, { kind: 'taken' }>,
  at: readonly string[],
  ports: ShardPorts,
): Promise<readonly string[]> {
  const inheritUntil = secondsAfter(ports.clock.now(), LEDGER_WINDOW_SECONDS);
  const newShards = (await ports.leases.split(lease, at, inheritUntil)) ?? [];
  const { shard } = lease;
  ports.telemetry.event('info', 'shard-split', { shard, workerTypes: definitions.length, newShards });
  return newShards;
}

async function giveBackOnError<Answer>(
  lease: Lease,
  { leases }: ShardPorts,
  ask: () => Promise<Answer>,
): Promise<Answer> {
  try {
    return await ask();
  } catch (error) {
    await leases.release(lease).catch(() => undefined);
    throw error;
  }
}
