import { describe, expect, it } from 'vitest';
import { anEngine } from '../support/an-engine.ts';
import { NOW } from '../support/builders.ts';

/** An engine whose type `build`, about which something was said, is deleted before the next tick. */
async function aDeletedType() {
  const engine = anEngine([{ pendingTasks: 0 }, { workerType: 'other', pendingTasks: 1 }]);
  await engine.controls.save({ workerType: 'build', clearedAt: NOW });
  await engine.run();
  const stored = await engine.workerTypes.get('build');
  await engine.workerTypes.remove('build', 1);
  return { engine, document: { ...stored?.document } };
}

describe('a worker type that is deleted', () => {
  it('and put again and paused, all during one tick, stays paused', async () => {
    const { engine, document } = await aDeletedType();
    const { list } = engine.fleet;
    let isFirst = true;
    engine.fleet.list = async (names) => {
      if (isFirst) {
        isFirst = false;
        for (let turn = 0; turn < 50; turn += 1) await Promise.resolve();
        engine.workerTypes.putRaw('build', document);
        const pause = { by: 'ana', note: 'incident', at: engine.clock.now() };
        await engine.controls.save({ workerType: 'build', pause });
      }
      return list.call(engine.fleet, names);
    };
    await engine.run();
    engine.pending('build', 3);
    await engine.run();
    expect(engine.fleet.truth.filter(({ workerType }) => workerType === 'build')).toEqual([]);
    expect(await engine.status()).toMatchObject({ state: 'paused' });
  });

  it('and cannot be forgotten keeps nothing else from being written, and is tried again', async () => {
    const { engine } = await aDeletedType();
    const { remove } = engine.controls;
    engine.controls.remove = () => Promise.reject(new Error('ThrottlingException'));
    const before = (await engine.board.load()).tick?.finishedAt ?? 0;
    await engine.run();
    const { tick } = await engine.board.load();
    expect(tick?.finishedAt).toBeGreaterThan(before);
    expect(tick?.failures).toEqual([expect.stringContaining('build: it is deleted, and its status could not be')]);
    engine.controls.remove = remove.bind(engine.controls);
    await engine.run();
    expect(await engine.status()).toBeUndefined();
    expect(await engine.controls.load()).toEqual([]);
  });
});

it('a worker type that is disabled costs what its workers cost, while they are there', async () => {
  const engine = anEngine([{ pendingTasks: 2 }]);
  engine.prices.set('us-east-1', 'linux', 'us-east-1a', 'c7g.large', 0.5);
  await engine.run();
  const stored = await engine.workerTypes.get('build');
  engine.workerTypes.putRaw('build', { ...stored?.document, enabled: false, version: 2 });
  await engine.run();
  const [shard] = await engine.leases.shards();
  expect(shard?.summary?.gauges).toMatchObject({ SpendUsdPerHour: 1 });
});
