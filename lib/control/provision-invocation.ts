import { type EpochMillis, secondsAfter } from '../core/units.ts';
import { type ProvisionPorts, type TickOptions, type TickResult, tick } from './provision.ts';
import type { ProvisionEvent } from './provision-event.ts';
import { repeatTicks } from './provision-loop.ts';
import { keepShards, type ShardPorts, startShards } from './shard-keeper.ts';
import { FIRST_SHARD } from './shards.ts';
import { serveNoted, wake } from './wake.ts';

/** Time for wake-ups that came during a tick; what is left over has its turn with the next one. */
const MAX_NOTED_SECONDS = 5;

export interface InvocationOptions extends Pick<TickOptions, 'holder' | 'homeRegion' | 'regions'> {
  /** When the process is ended from outside. */
  readonly endsAt: EpochMillis;
  readonly tickSeconds: number;
  readonly durationSeconds: number;
  readonly typesPerShard: number;
  readonly quietQueueSeconds: number;
}

/**
 * One invocation of the provision function. The schedule's serves the first shard and has all others started; an event
 * of the bus asks for one shard, or for one tick of single worker types. Throws when something failed, so that the
 * function itself fails and its alarm fires.
 */
export async function serve(
  event: ProvisionEvent,
  { tickSeconds, durationSeconds, ...options }: InvocationOptions,
  ports: ProvisionPorts & ShardPorts,
): Promise<{ readonly ticks: number; readonly skipped: number }> {
  const run = async (part: Pick<TickOptions, 'shard' | 'only'>): Promise<TickResult> => {
    const result = await tick(ports, { ...options, ...part });
    if (result.kind !== 'gone' && result.newShards !== undefined && result.newShards.length > 0)
      await startShards(result.newShards, ports);
    return result;
  };
  if (event.kind === 'tasks-waiting') {
    const failures = await wake(event.workerTypes, run, options.endsAt, ports);
    if (failures.length > 0) throw new Error(`Provisioning failed: ${failures.join('; ')}`);
    return { ticks: event.workerTypes.length, skipped: 0 };
  }
  /** The regular tick, and whatever was noted meanwhile, as far as that does not keep the next one waiting. */
  const regular = async (shard: string): Promise<TickResult> => {
    const result = await run({ shard });
    if (result.kind !== 'done') return result;
    const until = secondsAfter(ports.clock.now(), Math.min(tickSeconds / 2, MAX_NOTED_SECONDS));
    const failures = await serveNoted(shard, run, until, ports);
    return { ...result, report: { ...result.report, failures: [...result.report.failures, ...failures] } };
  };
  const loop = { tickSeconds, durationSeconds, endsAt: options.endsAt };
  if (event.kind === 'shard-due') return repeatTicks(() => regular(event.shard), loop, ports);
  const problems = await keepShards(options.typesPerShard, ports);
  return repeatTicks(() => regular(FIRST_SHARD), loop, ports, problems);
}
