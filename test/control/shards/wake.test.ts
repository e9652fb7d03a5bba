import { describe, expect, it } from 'vitest';
import { FIRST_SHARD } from '../../../lib/control/shards.ts';
import { deliver, invoke, putType, shardedWorld, wantedOf, workersByType } from './sharded-world.ts';

const waking = (...workerTypes: unknown[]) => ({ 'detail-type': 'Tasks Waiting', detail: { workerTypes } });

describe('tasks that somebody says are waiting (row 11)', () => {
  it('are served at once, and nothing but their worker type is looked at', async () => {
    const world = shardedWorld(wantedOf(3));
    const asked: string[] = [];
    const { read } = world.backlog;
    world.backlog.read = (url) => {
      asked.push(url);
      return read.call(world.backlog, url);
    };
    await invoke(world, 10, waking('type-002'));
    expect(workersByType(world)).toEqual({ 'type-002': 3 });
    expect(asked).toEqual(['https://sqs.us-east-1.amazonaws.com/1/acme-type-002']);
    expect((await world.board.load()).workerTypes.map(({ workerType }) => workerType)).toEqual(['type-002']);
  });

  it('leave the report and the sign of life to the ticks of all types', async () => {
    const world = shardedWorld(wantedOf(3));
    await invoke(world, 10);
    const { tick } = await world.board.load();
    world.clock.advance(5_000);
    await invoke(world, 10, waking('type-001'));
    expect((await world.board.load()).tick).toEqual(tick);
    expect(await world.leases.shards()).toMatchObject([{ summary: { workerTypes: 3 } }]);
  });

  it('are served by the next regular tick when the event is lost', async () => {
    const world = shardedWorld(wantedOf(3));
    await invoke(world, 10);
    putType(world, 'type-000', 3);
    await invoke(world, 10);
    expect(workersByType(world)['type-000']).toBe(3);
  });

  it('are not served twice however often the event comes', async () => {
    const world = shardedWorld(wantedOf(3));
    await Promise.all([1, 2, 3].map(() => invoke(world, 10, waking('type-002', 'type-002'))));
    await invoke(world, 10, waking('type-002'));
    expect(workersByType(world)).toEqual({ 'type-002': 3 });
  });

  it('are found in whichever shard their type is', async () => {
    const world = shardedWorld(wantedOf(24));
    await invoke(world, 10);
    await deliver(world, 10);
    putType(world, 'type-023', 5);
    putType(world, 'type-000', 5);
    await invoke(world, 10, waking('type-023', 'type-000'));
    expect(workersByType(world)).toMatchObject({ 'type-023': 5, 'type-000': 5 });
  });

  it('are noted for whoever holds the lease, and nobody waits', async () => {
    const world = shardedWorld(wantedOf(3));
    await world.leases.acquire('other', 60_000);
    const before = world.clock.now();
    for (let count = 0; count < 50; count += 1) await invoke(world, 10, waking('type-002', 'type-001'));
    expect(world.clock.now()).toBe(before);
    expect(workersByType(world)).toEqual({});
    expect([...(await world.leases.takeNotes(FIRST_SHARD))].sort()).toEqual(['type-001', 'type-002']);
  });

  it('are served by the invocation that held the lease, when its tick is done', async () => {
    const world = shardedWorld({ 'type-000': 0, 'type-001': 0 });
    const { list } = world.fleet;
    let isFirst = true;
    // All queues were read, then tasks come, while EC2 still lists.
    world.fleet.list = async (names) => {
      if (isFirst) {
        isFirst = false;
        for (let turn = 0; turn < 50; turn += 1) await Promise.resolve();
        putType(world, 'type-001', 2);
        await invoke(world, 10, waking('type-001'));
        expect(workersByType(world)).toEqual({});
      }
      return list.call(world.fleet, names);
    };
    await invoke(world, 10);
    expect(workersByType(world)).toEqual({ 'type-001': 2 });
  });

  it('are served although the tick of one of them throws, which fails the invocation', async () => {
    const world = shardedWorld(wantedOf(3));
    const { list } = world.fleet;
    let calls = 0;
    world.fleet.list = async (names) => {
      calls += 1;
      if (calls === 1) throw new Error('RequestLimitExceeded');
      return list.call(world.fleet, names);
    };
    const all = waking('type-000', 'type-001', 'type-002');
    await expect(invoke(world, 10, all)).rejects.toThrow('RequestLimitExceeded');
    expect(workersByType(world)).toEqual({ 'type-001': 2, 'type-002': 3 });
  });

  it('are left to the next regular tick where time does not allow all of them', async () => {
    const world = shardedWorld(wantedOf(100));
    const { list } = world.fleet;
    world.fleet.list = async (names) => {
      world.clock.advance(10_000);
      return list.call(world.fleet, names);
    };
    const startedAt = world.clock.now();
    await invoke(world, 200, waking(...Object.keys(wantedOf(100))));
    // The invocation may take 600 s (see sharded-world.ts) and keeps what a last tick may need.
    expect(world.clock.now() - startedAt).toBeLessThanOrEqual(600_000);
    expect(Object.keys(workersByType(world)).length).toBeGreaterThan(50);
    expect(world.telemetry.events.map(({ name }) => name)).toContain('wake-skipped');
    // Noted again: the next regular tick may not read a queue that is quiet.
    expect(await world.leases.takeNotes(FIRST_SHARD)).toHaveLength(100 - Object.keys(workersByType(world)).length);
  });

  it('are noted again when their tick throws', async () => {
    const world = shardedWorld(wantedOf(1));
    world.fleet.list = () => Promise.reject(new Error('RequestLimitExceeded'));
    await expect(invoke(world, 10, waking('type-000'))).rejects.toThrow('RequestLimitExceeded');
    expect(await world.leases.takeNotes(FIRST_SHARD)).toEqual(['type-000']);
  });

  it('are no failure when there is no such type', async () => {
    const world = shardedWorld(wantedOf(3));
    await invoke(world, 10, waking('nobody'));
    expect(workersByType(world)).toEqual({});
  });

  it('fail the invocation when the queue cannot be read', async () => {
    const world = shardedWorld({});
    putType(world, 'odd', 1);
    world.backlog.read = async () => ({ kind: 'unknown', reason: 'NonExistentQueue' });
    await expect(invoke(world, 10, waking('odd'))).rejects.toThrow('NonExistentQueue');
  });
});

describe('an event that cannot be served', () => {
  it.each([
    [waking(), 'detail.workerTypes: found [], allowed: 1 to 100 names of worker types'],
    [waking(7), 'detail.workerTypes: found [7], allowed'],
    [{ 'detail-type': 'Tasks Waiting' }, 'detail.workerTypes: found undefined'],
    [{ 'detail-type': 'Shard Due', detail: {} }, 'detail.shard: found undefined, allowed: the name of a shard'],
    [{ 'detail-type': 'Other', detail: {} }, 'detail-type: found "Other", allowed: "Shard Due" or "Tasks Waiting"'],
  ])('is refused with field, value and what is allowed: %j', async (event, message) => {
    const world = shardedWorld(wantedOf(1));
    await expect(invoke(world, 10, event)).rejects.toThrow(message);
    expect(workersByType(world)).toEqual({});
  });
});
