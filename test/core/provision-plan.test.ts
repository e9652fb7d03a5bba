import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { definitionKey } from '../../lib/core/definition-key.ts';
import { explainPlan } from '../../lib/core/explain-plan.ts';
import { nextStep, startLaunching } from '../../lib/core/launch-progress.ts';
import type { PlannedOrder } from '../../lib/core/order-plan.ts';
import { type ProvisionInput, planProvision } from '../../lib/core/provision-plan.ts';
import { secondsAfter } from '../../lib/core/units.ts';
import { aDefinition, aWorker, HOME, NOW, someWorkers } from '../support/builders.ts';

const NONE_OPEN = { capacity: 0, overshoot: 0, onDemandCapacity: 0, usdPerHour: 0 };

const known = (pendingTasks: number, claimedTasks = 0, delayedTasks = 0) =>
  ({ kind: 'known', pendingTasks, claimedTasks, delayedTasks, readAt: NOW }) as const;
const four = { instanceTypes: [{ instanceType: 'c7g.xlarge', capacity: 4 }] };

function plan(changes: Partial<ProvisionInput> & { definition?: ProvisionInput['definition'] }) {
  return planProvision({
    definition: aDefinition(),
    backlog: known(0),
    workers: [],
    open: { capacity: 0, overshoot: 0, onDemandCapacity: 0, usdPerHour: 0 },
    hold: undefined,
    launchedLastMinute: 0,
    unreadRegions: new Map(),
    workerRegions: [],
    homeRegion: HOME.homeRegion,
    now: NOW,
    ...changes,
  });
}
/** The first order that follows from the plan while nothing is known against any pool. */
function firstOrder(changes: Parameters<typeof plan>[0]): PlannedOrder | undefined {
  const { definition = aDefinition(), workers = [] } = changes;
  const result = plan(changes);
  if (result.kind === 'hold') return undefined;
  const conditions = { ...HOME, cooldowns: [], unlaunchable: new Map(), prices: [], now: NOW };
  const step = nextStep(
    startLaunching(result, definition, { workers, open: NONE_OPEN, conditions, spotShortSince: undefined }),
    conditions,
  );
  return step.kind === 'order' ? step.order : undefined;
}
const launched = (changes: Parameters<typeof plan>[0]) => firstOrder(changes)?.targetCapacity ?? 0;

describe('the provision plan', () => {
  it.each`
    fact                                                        | backlog           | workers                                                           | definition                     | launches
    ${'10 pending with 4 booting launches 6'}                   | ${known(10)}      | ${someWorkers(4, { state: 'booting' })}                           | ${{}}                          | ${6}
    ${'50 pending with 100 idle launches 0'}                    | ${known(50)}      | ${someWorkers(100)}                                               | ${{}}                          | ${0}
    ${'minimum 5 with 10 stopping launches 5'}                  | ${known(0)}       | ${someWorkers(10, { state: 'stopping' })}                         | ${{ minCapacity: 5 }}          | ${5}
    ${'capacity 4 and 9 pending launches 3 instances'}          | ${known(9)}       | ${[]}                                                             | ${four}                        | ${12}
    ${'claimed tasks occupy the workers that run them'}         | ${known(3, 4)}    | ${someWorkers(4)}                                                 | ${{}}                          | ${3}
    ${'a draining worker is no supply'}                         | ${known(2)}       | ${someWorkers(2, { state: 'draining' })}                          | ${{}}                          | ${2}
    ${'an instance that somebody halted is no supply'}          | ${known(2)}       | ${someWorkers(2, { state: 'halted' })}                            | ${{}}                          | ${2}
    ${'a worker that is gone counts for nothing'}               | ${known(2)}       | ${someWorkers(2, { state: 'stopped' })}                           | ${{}}                          | ${2}
    ${'launching workers count'}                                | ${known(2)}       | ${someWorkers(2, { state: 'launching' })}                         | ${{}}                          | ${0}
    ${'a worker counts with the capacity it was launched with'} | ${known(9)}       | ${[aWorker({ capacity: 8 })]}                                     | ${four}                        | ${4}
    ${'a worker of unknown capacity counts as its type says'}   | ${known(4)}       | ${[aWorker({ capacity: undefined, instanceType: 'c7g.xlarge' })]} | ${four}                        | ${0}
    ${'delayed tasks do not count unless asked'}                | ${known(0, 0, 5)} | ${[]}                                                             | ${{}}                          | ${0}
    ${'delayed tasks count where asked'}                        | ${known(0, 0, 5)} | ${[]}                                                             | ${{ countDelayedTasks: true }} | ${5}
    ${'a disabled type launches nothing'}                       | ${known(5)}       | ${[]}                                                             | ${{ enabled: false }}          | ${0}
    ${'stopping workers still occupy the maximum'}              | ${known(9)}       | ${someWorkers(8, { state: 'stopping' })}                          | ${{ maxCapacity: 10 }}         | ${2}
    ${'above the maximum nothing is launched'}                  | ${known(9)}       | ${someWorkers(12)}                                                | ${{ maxCapacity: 10 }}         | ${0}
  `('$fact', ({ backlog, workers, definition, launches }) => {
    expect(launched({ backlog, workers, definition: aDefinition(definition) })).toBe(launches);
  });

  it('counts an order whose answer is not known yet', () => {
    expect(
      launched({ backlog: known(10), open: { capacity: 4, overshoot: 0, onDemandCapacity: 0, usdPerHour: 0 } }),
    ).toBe(6);
  });

  it('launches nothing on an unknown backlog and says so', () => {
    const definition = aDefinition({ minCapacity: 5 });
    const result = plan({ definition, backlog: { kind: 'unknown', reason: 'QueueDoesNotExist: gone' } });
    expect(result).toMatchObject({ kind: 'hold', reason: 'backlog-unknown' });
    expect(explainPlan(result, definition)).toContain(
      'the queue could not be read, so demand is unknown (QueueDoesNotExist: gone)',
    );
  });

  it('waits out a refusal, and tries at once when the definition changes', () => {
    const hold = {
      since: NOW,
      until: secondsAfter(NOW, 60),
      class: 'unknown',
      reason: 'unknown: Odd',
      definitionKey: definitionKey(aDefinition()),
    } as const;
    expect(plan({ backlog: known(3), hold })).toMatchObject({
      kind: 'hold',
      reason: 'backing-off',
      cause: 'unknown: Odd',
    });
    expect(launched({ backlog: known(3), hold, now: secondsAfter(NOW, 60) })).toBe(3);
    expect(launched({ backlog: known(3), hold, definition: aDefinition({ maxCapacity: 99 }) })).toBe(3);
    const { until: _until, ...suspended } = hold;
    expect(plan({ backlog: known(3), hold: suspended, now: secondsAfter(NOW, 1e7) })).toMatchObject({
      kind: 'hold',
      reason: 'suspended',
    });
  });

  it.each([
    [
      known(10),
      someWorkers(4, { state: 'booting' }),
      {},
      'launch 6: 10 pending + 0 claimed = 10, target 10, supply 4 (4 booting)',
    ],
    [
      known(500),
      [],
      { maxCapacity: 20 },
      'launch 20: 500 pending + 0 claimed = 500, target 20 (maxCapacity), supply 0',
    ],
    [known(0), [], {}, 'hold, supply meets the target: 0 pending + 0 claimed = 0, target 0, supply 0'],
    [known(10), [], { scalingRatio: 1 }, 'launch 5: 10 pending + 0 claimed / 2 = 5, target 5, supply 0'],
    [
      known(9),
      someWorkers(3, { state: 'stopping' }),
      { maxCapacity: 10 },
      'launch 9 (only 7 may be added under maxCapacity 10)',
    ],
  ])('explains itself in plain words (%#)', (backlog, workers, changes, words) => {
    const definition = aDefinition(changes);
    expect(explainPlan(plan({ backlog, workers, definition }), definition)).toContain(words);
  });

  it('never passes maxCapacity, whatever the world looks like and whichever types EC2 picks', () => {
    const state = fc.constantFrom('launching', 'booting', 'running', 'draining', 'stopping', 'halted', 'stopped');
    const worlds = fc.record({
      pending: fc.nat(500),
      claimed: fc.nat(500),
      min: fc.nat(50),
      above: fc.nat(150),
      ratio: fc.constantFrom(0, 0.2, 1, 3),
      open: fc.nat(40),
      capacities: fc.uniqueArray(fc.integer({ min: 1, max: 16 }), { minLength: 1, maxLength: 4 }),
      workers: fc.array(fc.record({ state, capacity: fc.integer({ min: 1, max: 16 }) }), { maxLength: 30 }),
      picks: fc.array(fc.nat(100), { minLength: 1, maxLength: 30 }),
    });
    fc.assert(
      fc.property(worlds, ({ pending, claimed, min, above, ratio, open, capacities, workers, picks }) => {
        const maxCapacity = Math.max(min + above, ...capacities);
        const definition = aDefinition({
          minCapacity: min,
          maxCapacity,
          scalingRatio: ratio,
          instanceTypes: capacities.map((capacity, index) => ({ instanceType: `c7g.t${index}`, capacity })),
        });
        const present =
          workers.filter((worker) => worker.state !== 'stopped').reduce((sum, { capacity }) => sum + capacity, 0) +
          open;
        const order = firstOrder({
          definition,
          backlog: known(pending, claimed),
          workers: workers.map((worker) => aWorker(worker)),
          open: { capacity: open, overshoot: 0, onDemandCapacity: 0, usdPerHour: 0 },
        });
        if (order === undefined) return;
        let launchedCapacity = 0;
        for (let pick = 0; launchedCapacity < order.targetCapacity; pick += 1) {
          const index = (picks[pick % picks.length] ?? 0) % order.pools.length;
          launchedCapacity += order.pools[index]?.capacity ?? 0;
        }
        expect(present + launchedCapacity).toBeLessThanOrEqual(maxCapacity);
      }),
      { numRuns: 5000 },
    );
  });
});
