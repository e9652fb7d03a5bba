import { describe, expect, it } from 'vitest';
import { tick } from '../../lib/control/provision.ts';
import { memoryWorld } from '../../lib/memory/memory-world.ts';
import { aDocument, HOME, NOW } from '../support/builders.ts';

const TICK_SECONDS = 60;
const QUEUE = 'https://sqs.us-east-1.amazonaws.com/1/acme-';

/** A world that ticks each minute; answers which queues each tick read. */
function aWorld(names: readonly string[], quietQueueSeconds: number) {
  const world = memoryWorld(NOW);
  const put = (workerType: string, changes: object = {}) =>
    world.workerTypes.putRaw(workerType, aDocument({ workerType, queueUrls: [`${QUEUE}${workerType}`], ...changes }));
  for (const name of names) {
    put(name);
    world.backlog.set(`${QUEUE}${name}`, { pendingTasks: 0 });
  }
  const asked: string[] = [];
  const { read } = world.backlog;
  world.backlog.read = (url) => {
    asked.push(url.slice(QUEUE.length));
    return read.call(world.backlog, url);
  };
  const ticks = async (count: number, only?: string): Promise<string[][]> => {
    const all: string[][] = [];
    for (let done = 0; done < count; done += 1) {
      const part = only === undefined ? {} : { only };
      const result = await tick(world, { holder: 'me', ...HOME, quietQueueSeconds, ...part });
      expect(result).toMatchObject({ report: { workerTypes: only === undefined ? names.length : 1, failures: [] } });
      all.push(asked.splice(0).sort());
      world.clock.advance(TICK_SECONDS * 1000);
    }
    return all;
  };
  return { ...world, put, ticks };
}

const NAMES = ['a', 'b', 'c', 'd', 'e', 'f'];
const QUIET_TICKS = 15;

describe('a queue that has been empty for long', () => {
  it('is read by each tick unless it is said otherwise', async () => {
    const { ticks } = aWorld(NAMES, 0);
    for (const read of await ticks(40)) expect(read).toEqual(NAMES);
  });

  it('is read by each tick for a quarter of an hour, then once in the time given, not all queues in the same tick', async () => {
    const { ticks } = aWorld(NAMES, 180);
    for (const read of await ticks(QUIET_TICKS)) expect(read).toEqual(NAMES);
    const later = await ticks(30);
    for (let start = 0; start < later.length; start += 3)
      expect(
        later
          .slice(start, start + 3)
          .flat()
          .sort(),
      ).toEqual(NAMES);
    expect(Math.max(...later.map(({ length }) => length))).toBeLessThan(NAMES.length);
  });

  it('is read by each tick again once there is a task, until all is quiet again', async () => {
    const { ticks, backlog, fleet, decisions } = aWorld(['a'], 300);
    await ticks(QUIET_TICKS + 5);
    backlog.set(`${QUEUE}a`, { pendingTasks: 1 });
    await ticks(5);
    expect(fleet.truth).toHaveLength(1);
    backlog.set(`${QUEUE}a`, { pendingTasks: 0 });
    expect((await ticks(5)).flat()).toHaveLength(5);
    for (const { workerId } of fleet.truth) fleet.setState(workerId, 'stopped');
    expect((await ticks(QUIET_TICKS)).flat()).toHaveLength(QUIET_TICKS);
    const [decision] = await decisions.latest('a', 1);
    expect(decision?.backlogAgeSeconds).toBe(0);
    expect((await ticks(10)).flat()).toHaveLength(2);
  });

  it('is read at once when its definition changes, when somebody says that tasks wait, and when the last tick is not known', async () => {
    const world = aWorld(['a'], 3600);
    await world.ticks(QUIET_TICKS + 1);
    expect(await world.ticks(2)).toEqual([[], []]);
    expect(await world.ticks(1, 'a')).toEqual([['a']]);
    // Deleted and created again between two ticks, or edited by hand: its version is the same.
    world.put('a', { maxCapacity: 7 });
    expect(await world.ticks(1)).toEqual([['a']]);
    await world.ticks(QUIET_TICKS + 1);
    expect(await world.ticks(1)).toEqual([[]]);
    const { acquire } = world.leases;
    world.leases.acquire = async (...asked) => {
      const answer = await acquire.apply(world.leases, asked);
      if (answer.kind !== 'acquired') return answer;
      const { lastTickAt: _, ...lease } = answer.lease;
      return { ...answer, lease };
    };
    expect(await world.ticks(1)).toEqual([['a']]);
  });

  it('does not keep a worker of the minimum from being replaced, at the next tick', async () => {
    const { put, ticks, fleet } = aWorld(['a'], 3600);
    put('a', { minCapacity: 1 });
    await ticks(QUIET_TICKS + 5);
    expect(await ticks(2)).toEqual([[], []]);
    for (const { workerId } of fleet.truth) fleet.setState(workerId, 'stopped');
    await ticks(1);
    expect(fleet.truth.map(({ state }) => state)).toEqual(['stopped', expect.not.stringMatching('stopped')]);
  });

  it('is read by each tick while the type is paused, or counts delayed tasks', async () => {
    const delayed = aWorld(['a'], 3600);
    delayed.put('a', { countDelayedTasks: true });
    for (const read of await delayed.ticks(QUIET_TICKS + 5)) expect(read).toEqual(['a']);
    const paused = aWorld(['a'], 3600);
    await paused.controls.save({ workerType: 'a', pause: { note: 'n', by: 'ana', at: NOW } });
    for (const read of await paused.ticks(QUIET_TICKS + 5)) expect(read).toEqual(['a']);
  });
});
