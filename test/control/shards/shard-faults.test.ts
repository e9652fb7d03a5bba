import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isInRange } from '../../../lib/core/name-range.ts';
import type { MemoryWorld } from '../../../lib/memory/memory-world.ts';
import { KillSwitch } from '../../support/kill-switch.ts';
import { deliver, invoke, shardedWorld, wantedOf, workersByType } from './sharded-world.ts';

/** Runs an invocation that dies at the given await point. */
async function invokeKilledAt(point: number, world: MemoryWorld, typesPerShard: number, event?: object) {
  const kill = new KillSwitch(point);
  const guarded = { ...kill.guard({ ...world }), bus: world.bus } as MemoryWorld;
  const outcome = await Promise.race([invoke(guarded, typesPerShard, event).then(() => 'finished'), kill.killed]);
  return { outcome, points: kill.points };
}

/** Every name is in one shard; before the first tick there is none. */
async function expectOneShardEach({ leases }: MemoryWorld, names: readonly string[]): Promise<void> {
  const shards = await leases.shards();
  if (shards.length === 0) return;
  for (const name of ['', 'zzz', ...names])
    expect(
      shards.filter(({ range }) => isInRange(name, range)),
      name,
    ).toHaveLength(1);
}

const PER_SHARD = 5;
const WANTED = wantedOf(9);

/** Two invocations after the lease of a dead one has run out, with whatever they start. */
async function recover(world: MemoryWorld, typesPerShard = PER_SHARD): Promise<void> {
  for (let round = 0; round < 2; round += 1) {
    world.clock.advance(31_000);
    await invoke(world, typesPerShard).catch(unlessSilence);
    await deliver(world, typesPerShard);
  }
}

/** Whoever comes after a long silence has to tell of it. */
const unlessSilence = (error: Error): void => {
  if (!error.message.startsWith('Provisioning failed: no tick of the worker types')) throw error;
};

describe('an invocation that is killed', () => {
  it('at every await point of a tick that splits, ends with exactly the workers wanted, each type in one shard', async () => {
    const { points } = await invokeKilledAt(Number.POSITIVE_INFINITY, shardedWorld(WANTED), PER_SHARD);
    for (let point = 1; point <= points; point += 1) {
      const world = shardedWorld(WANTED);
      expect((await invokeKilledAt(point, world, PER_SHARD)).outcome, `await point ${point}`).toBe('killed');
      await expectOneShardEach(world, Object.keys(WANTED));
      await recover(world);
      expect(workersByType(world), `after a kill at await point ${point}`).toEqual(WANTED);
    }
    expect(points).toBeGreaterThan(40);
  });

  it('at every await point of the tick of a further shard, while one before the split is not answered', async () => {
    const build = async () => {
      const world = shardedWorld(WANTED);
      // An order of before the split, open in the ledger of the first shard.
      const kill = await invokeKilledAt(LAST_LAUNCHES, world, 100);
      expect(kill.outcome).toBe('killed');
      world.clock.advance(31_000);
      await invoke(world, PER_SHARD);
      const [event] = world.bus.events.splice(0);
      return { world, event: { 'detail-type': event?.detailType, detail: event?.detail } };
    };
    const first = await build();
    const { points } = await invokeKilledAt(Number.POSITIVE_INFINITY, first.world, PER_SHARD, first.event);
    for (let point = 1; point <= points; point += 1) {
      const { world, event } = await build();
      expect((await invokeKilledAt(point, world, PER_SHARD, event)).outcome, `await point ${point}`).toBe('killed');
      await recover(world);
      expect(workersByType(world), `after a kill at await point ${point}`).toEqual(WANTED);
    }
    expect(points).toBeGreaterThan(30);
  });

  it('at every await point of an invocation that merges', async () => {
    const build = async () => {
      const world = shardedWorld(WANTED);
      await invoke(world, PER_SHARD);
      await deliver(world, PER_SHARD);
      return world;
    };
    const { points } = await invokeKilledAt(Number.POSITIVE_INFINITY, await build(), 100);
    for (let point = 1; point <= points; point += 1) {
      const world = await build();
      expect((await invokeKilledAt(point, world, 100)).outcome, `await point ${point}`).toBe('killed');
      await expectOneShardEach(world, Object.keys(WANTED));
      await recover(world, 100);
      expect(workersByType(world)).toEqual(WANTED);
    }
    expect(points).toBeGreaterThan(20);
  });
});

/** An await point in the midst of the launches of nine types in one shard. */
const LAST_LAUNCHES = 60;

const step = fc.oneof(
  fc.record({
    kind: fc.constant('tick' as const),
    per: fc.constantFrom(3, 5, 100),
    kill: fc.integer({ min: 1, max: 150 }),
  }),
  fc.record({ kind: fc.constant('deliver' as const), per: fc.constantFrom(3, 5, 100) }),
  fc.record({
    kind: fc.constant('wake' as const),
    type: fc.constantFrom(...Object.keys(WANTED)),
    kill: fc.integer({ min: 1, max: 60 }),
  }),
  fc.record({ kind: fc.constant('wait' as const), seconds: fc.integer({ min: 1, max: 90 }) }),
);

it('splits, mergers, wake-ups and deaths in any order, with a list that lags, never launch more than is wanted', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 25 }), fc.integer({ min: 0, max: 200_000 }), async (steps, lag) => {
      const world = shardedWorld(WANTED);
      world.fleet.settings.visibilityLagMs = lag;
      for (const each of steps) {
        if (each.kind === 'tick') await invokeKilledAt(each.kill, world, each.per).catch(unlessSilence);
        else if (each.kind === 'deliver') await deliver(world, each.per);
        else if (each.kind === 'wait') world.clock.advance(each.seconds * 1000);
        else
          await invokeKilledAt(each.kill, world, 5, {
            'detail-type': 'Tasks Waiting',
            detail: { workerTypes: [each.type] },
          });
        for (const [type, count] of Object.entries(workersByType(world)))
          expect(count, type).toBeLessThanOrEqual(WANTED[type] ?? 0);
      }
      await expectOneShardEach(world, Object.keys(WANTED));
      await recover(world);
      expect(workersByType(world)).toEqual(WANTED);
    }),
    { numRuns: 1_000 },
  );
});
