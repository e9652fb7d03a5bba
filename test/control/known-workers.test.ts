import { expect, it } from 'vitest';
import { knownWorkers, launchedLastMinute, openOrders } from '../../lib/control/known-workers.ts';
import type { LaunchRecord } from '../../lib/control/ports.ts';
import { FIRST_SHARD } from '../../lib/control/shards.ts';
import { secondsAfter } from '../../lib/core/units.ts';
import type { Worker } from '../../lib/core/worker.ts';
import { aDefinition, anOrder, aWorker, NOW } from '../support/builders.ts';

/** Counts how often a worker's type is asked for. */
function counted(workers: readonly Worker[]): { readonly workers: Worker[]; asked(): number } {
  let asked = 0;
  const watched = workers.map(
    (worker) =>
      new Proxy(worker, {
        get: (target, key) => {
          if (key === 'workerType') asked += 1;
          return Reflect.get(target, key);
        },
      }),
  );
  return { workers: watched, asked: () => asked };
}

it('a thousand types together look at each worker once, not once each', () => {
  const types = Array.from({ length: 1000 }, (_, index) => `type-${index}`);
  const { workers, asked } = counted(types.flatMap((workerType) => [aWorker({ workerType }), aWorker({ workerType })]));
  const seen = { at: NOW, workers, launches: [] };
  for (const workerType of types) {
    expect(knownWorkers(workerType, seen)).toHaveLength(2);
    expect(openOrders(workerType, seen)).toMatchObject({ capacity: 0, overshoot: 0 });
    expect(launchedLastMinute(workerType, seen)).toBe(0);
  }
  expect(asked()).toBe(workers.length);
});

it('each type sees its own workers, launches and open orders, and those of no other', () => {
  const record = (workerType: string, changes: Partial<LaunchRecord>): LaunchRecord => ({
    order: anOrder({ launchId: `of-${workerType}`, definition: aDefinition({ workerType }), targetCapacity: 3 }),
    shard: FIRST_SHARD,
    openedAt: secondsAfter(NOW, -30),
    state: 'open',
    workers: [],
    refusals: [],
    ...changes,
  });
  const unseen = aWorker({ workerType: 'b', launchedAt: NOW });
  const seen = {
    at: NOW,
    workers: [
      aWorker({ workerType: 'a', launchId: 'of-a' }),
      aWorker({ workerType: 'b' }),
      aWorker({ workerType: undefined }),
    ],
    launches: [record('a', {}), record('b', { state: 'closed', workers: [unseen] })],
  };
  expect(knownWorkers('a', seen)).toHaveLength(1);
  expect(openOrders('a', seen)).toMatchObject({ capacity: 2 });
  // All that an open order may have launched.
  expect(launchedLastMinute('a', seen)).toBe(3);
  expect(knownWorkers('b', seen).map(({ state }) => state)).toEqual(['running', 'launching']);
  expect(openOrders('b', seen)).toMatchObject({ capacity: 0 });
  expect(launchedLastMinute('b', seen)).toBe(1);
});
