/**
 * What the first shard's invocation does for all of them, once: joins neighbours that have become small, has a tick loop
 * started for each further shard, and tells of one whose ticks have stopped.
 *
 * A shard that nobody starts is started by the next invocation; two loops for one shard share its lease, tick by tick.
 */
import { isInRange } from '../core/name-range.ts';
import { type EpochMillis, secondsAfter, secondsBetween } from '../core/units.ts';
import { LEDGER_WINDOW_SECONDS } from './observe.ts';
import type { Clock, EventBus, Telemetry } from './ports.ts';
import { FIRST_SHARD, type Leases, type ListedShard, type ShardSummary } from './shards.ts';
import type { MetricName } from './telemetry.ts';
import { countGauges } from './tick-report.ts';

export interface ShardPorts {
  readonly clock: Clock;
  readonly leases: Leases;
  readonly bus: EventBus;
  readonly telemetry: Telemetry;
}

/** Neighbours are joined when together they are this full at most; far from what would be split again. */
const MERGE_FILL = 0.4;
/** Ticks of a shard begin each minute at least. */
const SILENT_SECONDS = 300;

/** Answers what is wrong, in words; nothing when all shards are looked after. Never throws. */
export async function keepShards(typesPerShard: number, ports: ShardPorts): Promise<readonly string[]> {
  try {
    const problems: string[] = [];
    const shards = await mergeSmall(await ports.leases.shards(), typesPerShard, problems, ports);
    const others = shards.filter(({ shard }) => shard !== FIRST_SHARD);
    if (others.length === 0) return problems;
    await startShards(
      others.map(({ shard }) => shard),
      ports,
    );
    const gauges = sumOfGauges(shards);
    if (gauges !== undefined) countGauges(gauges, ports.telemetry);
    return [...problems, ...shards.flatMap((shard) => silenceOf(shard, ports.clock.now()))];
  } catch (error) {
    return [`not all shards could be started: ${String(error)}`];
  }
}

/** Has a tick loop started for each of them, elsewhere. */
export async function startShards(shards: readonly string[], { bus }: Pick<ShardPorts, 'bus'>): Promise<void> {
  await bus.put(shards.map((shard) => ({ detailType: 'Shard Due' as const, detail: { shard } })));
}

/** The shard that a worker type is in. */
export const shardOf = (workerType: string, shards: readonly ListedShard[]): string =>
  shards.find(({ range }) => isInRange(workerType, range))?.shard ?? FIRST_SHARD;

/** One pair an invocation: what is left over is joined by the next ones. A pair that cannot be joined is served as it is. */
async function mergeSmall(
  shards: readonly ListedShard[],
  typesPerShard: number,
  problems: string[],
  { clock, leases, telemetry }: ShardPorts,
): Promise<readonly ListedShard[]> {
  const size = ({ summary }: ListedShard) => summary?.workerTypes ?? Number.POSITIVE_INFINITY;
  for (const [index, second] of shards.entries()) {
    const first = shards[index - 1];
    if (first === undefined || size(first) + size(second) > typesPerShard * MERGE_FILL) continue;
    try {
      const answer = await leases.merge(first, second, secondsAfter(clock.now(), LEDGER_WINDOW_SECONDS));
      if (answer === 'busy') continue;
    } catch (error) {
      problems.push(`shards could not be joined: ${String(error)}`);
      return shards;
    }
    telemetry.event('info', 'shards-merged', { shard: first.shard, merged: second.shard });
    return leases.shards();
  }
  return shards;
}

/** What all of them know; undefined while one has not ticked since it was made: a part is not the whole. */
function sumOfGauges(shards: readonly ListedShard[]): ShardSummary['gauges'] | undefined {
  const all = shards.flatMap(({ summary }) => (summary === undefined ? [] : [summary.gauges]));
  if (all.length < shards.length) return undefined;
  const [first = {}] = all;
  const names = (Object.keys(first) as MetricName[]).filter((name) => all.every((gauges) => name in gauges));
  return Object.fromEntries(names.map((name) => [name, all.reduce((sum, gauges) => sum + (gauges[name] ?? 0), 0)]));
}

function silenceOf({ shard, since, summary, range }: ListedShard, now: EpochMillis): string[] {
  const seconds = secondsBetween(summary?.tickedAt ?? since, now);
  if (seconds <= SILENT_SECONDS) return [];
  return [`no tick of the worker types from "${range.from ?? ''}" on (shard ${shard}) for ${Math.round(seconds)} s`];
}
