import { describe, expect, it } from 'vitest';
import { tick } from '../../../lib/control/provision.ts';
import { FIRST_SHARD } from '../../../lib/control/shards.ts';
import { metricNames } from '../../../lib/control/telemetry.ts';
import { isInRange } from '../../../lib/core/name-range.ts';
import type { MemoryWorld } from '../../../lib/memory/memory-world.ts';
import { HOME } from '../../support/builders.ts';
import { deliver, invoke, putType, shardedWorld, wantedOf, workersByType } from './sharded-world.ts';

const namesOf = async ({ leases, workerTypes }: MemoryWorld) => {
  const types = (await workerTypes.list()).map(({ workerType }) => workerType);
  return (await leases.shards()).map(({ range }) => types.filter((name) => isInRange(name, range)).length);
};

describe('more worker types than one tick should serve', () => {
  it('are one shard while they are few, and nothing is put on the bus', async () => {
    const world = shardedWorld(wantedOf(10));
    await invoke(world, 10);
    expect(await world.leases.shards()).toMatchObject([
      { shard: FIRST_SHARD, range: {}, summary: { workerTypes: 10 } },
    ]);
    expect(world.bus.events).toEqual([]);
    expect(workersByType(world)).toEqual(wantedOf(10));
  });

  it('are split at once; the same invocation serves its part and has the others started', async () => {
    const world = shardedWorld(wantedOf(24));
    await invoke(world, 10);
    expect(await namesOf(world)).toEqual([6, 6, 6, 6]);
    expect(Object.keys(workersByType(world))).toHaveLength(6);
    const started = world.bus.events.map(({ detail }) => detail['shard']);
    expect(started).toEqual((await world.leases.shards()).slice(1).map(({ shard }) => shard));
    await deliver(world, 10);
    expect(workersByType(world)).toEqual(wantedOf(24));
  });

  it('are served by all shards from then on, each of which reads its own types alone', async () => {
    const world = shardedWorld(wantedOf(24));
    await invoke(world, 10);
    await deliver(world, 10);
    const asked: unknown[] = [];
    const { list } = world.fleet;
    world.fleet.list = (types) => {
      asked.push(types?.length);
      return list.call(world.fleet, types);
    };
    await invoke(world, 10);
    await deliver(world, 10);
    expect(asked).toEqual([6, 6, 6, 6]);
    expect(workersByType(world)).toEqual(wantedOf(24));
    expect((await world.board.load()).tick).toMatchObject({ workerTypes: 24, failures: [] });
  });

  it('count gauges as the sum of all shards, once an invocation, and only when all have ticked', async () => {
    const world = shardedWorld(wantedOf(24));
    await invoke(world, 10);
    const target = () => world.telemetry.published.get(metricNames.target) ?? 0;
    expect(target()).toBe(0);
    await deliver(world, 10);
    expect(target()).toBe(0);
    await invoke(world, 10);
    expect(target()).toBe(48);
  });

  it('split a shard that has grown, and join neighbours that have shrunk', async () => {
    const world = shardedWorld(wantedOf(24));
    await invoke(world, 10);
    for (let index = 0; index < 8; index += 1) putType(world, `type-000-${index}`, 1);
    await invoke(world, 10);
    expect(await namesOf(world)).toEqual([7, 7, 6, 6, 6]);
    await deliver(world, 100);
    await invoke(world, 100);
    await invoke(world, 100);
    await invoke(world, 100);
    await invoke(world, 100);
    expect(await namesOf(world)).toEqual([32]);
    expect(Object.values(workersByType(world)).reduce((sum, count) => sum + count, 0)).toBe(48 + 8);
  });

  it('ends the loop of a shard that was merged away without a failure', async () => {
    const world = shardedWorld(wantedOf(24));
    await invoke(world, 10);
    await invoke(world, 10, { 'detail-type': 'Shard Due', detail: { shard: 'long-gone' } });
    expect(world.telemetry.events.filter(({ level }) => level === 'error')).toEqual([]);
  });

  it('fails when a shard has been silent, by naming it', async () => {
    const world = shardedWorld(wantedOf(12));
    await invoke(world, 10);
    world.clock.advance(301_000);
    await expect(invoke(world, 10)).rejects.toThrow(/no tick of the worker types from "type-006" on .* for 301 s/);
    await deliver(world, 10);
    await expect(invoke(world, 10)).resolves.toBeUndefined();
  });

  it('fails when the first shard has been silent, while the others tick', async () => {
    const world = shardedWorld(wantedOf(24));
    await invoke(world, 10);
    await deliver(world, 10);
    const { acquire } = world.leases;
    world.leases.acquire = async (holder, ms, shard = FIRST_SHARD) =>
      shard === FIRST_SHARD ? { kind: 'held', by: 'somebody' } : acquire.call(world.leases, holder, ms, shard);
    const failures: string[] = [];
    for (let minute = 0; minute < 7; minute += 1) {
      world.clock.advance(50_000);
      await invoke(world, 10).catch((error: Error) => failures.push(error.message));
      await deliver(world, 10);
    }
    expect(failures.at(-1)).toMatch(/no tick of the worker types from "" on \(shard provision\)/);
  });

  it('are served all together while their shard cannot be split, which is a failure', async () => {
    const world = shardedWorld(wantedOf(12));
    world.leases.split = () => Promise.reject(new Error('ThrottlingError'));
    await expect(invoke(world, 10)).rejects.toThrow('shard provision could not be split: Error: ThrottlingError');
    expect(workersByType(world)).toEqual(wantedOf(12));
  });

  it('lose no new shard, and no newer status, when the lease cannot be taken again after a split', async () => {
    const world = shardedWorld(wantedOf(20));
    const { acquire } = world.leases;
    let calls = 0;
    world.leases.acquire = async (...asked) => {
      calls += 1;
      if (calls === 2) throw new Error('ThrottlingException');
      return acquire.apply(world.leases, asked);
    };
    const result = await tick(world, { holder: 'me', ...HOME, typesPerShard: 10 });
    expect(result.kind).toBe('skipped');
    expect('newShards' in result ? result.newShards : []).toHaveLength(2);
    expect(await world.board.load()).toEqual({ workerTypes: [], tick: undefined, reap: undefined });
    expect(world.telemetry.events.map(({ name }) => name)).toContain('tick-failed');
  });

  it('are all started although two shards cannot be joined, which is a failure', async () => {
    const world = shardedWorld(wantedOf(24));
    await invoke(world, 10);
    await deliver(world, 10);
    world.leases.merge = () => Promise.reject(new Error('ThrottlingError'));
    await expect(invoke(world, 100)).rejects.toThrow('shards could not be joined: Error: ThrottlingError');
    expect(world.bus.events).toHaveLength(3);
  });

  it('whose names no worker can have are not asked of EC2', async () => {
    const world = shardedWorld(wantedOf(24));
    world.workerTypes.putRaw('type-000*', { workerType: 'type-000*' });
    world.workerTypes.putRaw(`type-001${'x'.repeat(300)}`, {});
    await invoke(world, 10);
    const { list } = world.fleet;
    const asked: string[] = [];
    world.fleet.list = (names = []) => {
      asked.push(...names);
      return list.call(world.fleet, names);
    };
    await invoke(world, 10);
    expect(asked).toContain('type-000');
    expect(asked.filter((name) => !/^type-\d{3}$/.test(name))).toEqual([]);
  });

  it('serves its own part although the others cannot be started, and fails', async () => {
    const world = shardedWorld(wantedOf(12));
    await invoke(world, 10);
    await deliver(world, 10);
    world.bus.put = () => Promise.reject(new Error('ThrottlingException'));
    putType(world, 'type-000', 2);
    await expect(invoke(world, 10)).rejects.toThrow('not all shards could be started: Error: ThrottlingException');
    expect(workersByType(world)['type-000']).toBe(2);
  });
});
