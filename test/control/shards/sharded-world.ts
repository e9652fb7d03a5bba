import { readProvisionEvent } from '../../../lib/control/provision-event.ts';
import { serve } from '../../../lib/control/provision-invocation.ts';
import { secondsAfter } from '../../../lib/core/units.ts';
import { type MemoryWorld, memoryWorld } from '../../../lib/memory/memory-world.ts';
import { aDocument, HOME, NOW } from '../../support/builders.ts';

const queue = (workerType: string) => `https://sqs.us-east-1.amazonaws.com/1/acme-${workerType}`;

/** Names in order, and the workers that each of them wants: 1, 2 or 3. */
export const wantedOf = (count: number): Record<string, number> =>
  Object.fromEntries(
    Array.from({ length: count }, (_, index) => [`type-${String(index).padStart(3, '0')}`, (index % 3) + 1]),
  );

/** A world whose types want that much. */
export function shardedWorld(wanted: Readonly<Record<string, number>>): MemoryWorld {
  const world = memoryWorld(NOW);
  for (const [workerType, pendingTasks] of Object.entries(wanted)) putType(world, workerType, pendingTasks);
  return world;
}

export function putType(world: MemoryWorld, workerType: string, pendingTasks: number): void {
  world.workerTypes.putRaw(workerType, aDocument({ workerType, queueUrls: [queue(workerType)] }));
  world.backlog.set(queue(workerType), { pendingTasks });
}

let holders = 0;

/** One invocation with one tick. */
export async function invoke(world: MemoryWorld, typesPerShard: number, event: object = {}): Promise<void> {
  holders += 1;
  const times = {
    endsAt: secondsAfter(world.clock.now(), 600),
    tickSeconds: 10,
    durationSeconds: 10,
    quietQueueSeconds: 0,
  };
  await serve(readProvisionEvent(event), { holder: `holder-${holders}`, ...HOME, ...times, typesPerShard }, world);
}

/** Delivers what was put on the bus since the last time, as the rule would. */
export async function deliver(world: MemoryWorld, typesPerShard: number): Promise<void> {
  for (const { detailType, detail } of world.bus.events.splice(0))
    if (detailType !== 'Worker Type State Change')
      await invoke(world, typesPerShard, { 'detail-type': detailType, detail });
}

/** The workers of each type that there are, seen or not. */
export function workersByType({ fleet }: MemoryWorld): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { workerType = '?' } of fleet.truth) counts[workerType] = (counts[workerType] ?? 0) + 1;
  return counts;
}
