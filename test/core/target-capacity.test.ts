import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { planTargetCapacity } from '../../lib/core/target-capacity.ts';

const demand = (pendingTasks: number, claimedTasks = 0, expectedTasks = 0) => ({
  pendingTasks,
  claimedTasks,
  expectedTasks,
});
const policy = (minCapacity: number, maxCapacity: number, scalingRatio = 0) => ({
  minCapacity,
  maxCapacity,
  scalingRatio,
});

describe('target capacity', () => {
  it.each`
    fact                                                      | demand             | policy                 | target | limitedBy
    ${'each pending task wants a slot'}                       | ${demand(10)}      | ${policy(0, 100)}      | ${10}  | ${undefined}
    ${'claimed tasks keep their slots'}                       | ${demand(3, 7)}    | ${policy(0, 100)}      | ${10}  | ${undefined}
    ${'expected tasks count like pending ones'}               | ${demand(0, 0, 4)} | ${policy(0, 100)}      | ${4}   | ${undefined}
    ${'a ratio of 1 tolerates as many waiting as running'}    | ${demand(10)}      | ${policy(0, 100, 1)}   | ${5}   | ${undefined}
    ${'a part of a slot is a slot'}                           | ${demand(5)}       | ${policy(0, 100, 1)}   | ${3}   | ${undefined}
    ${'binary rounding adds no slot'}                         | ${demand(6)}       | ${policy(0, 100, 0.2)} | ${5}   | ${undefined}
    ${'the maximum cuts'}                                     | ${demand(500)}     | ${policy(0, 100)}      | ${100} | ${'maxCapacity'}
    ${'the minimum fills'}                                    | ${demand(1)}       | ${policy(5, 100)}      | ${5}   | ${'minCapacity'}
    ${'nothing waits, nothing is wanted'}                     | ${demand(0)}       | ${policy(0, 100)}      | ${0}   | ${undefined}
    ${'one waiting task always wants one slot, at any ratio'} | ${demand(1)}       | ${policy(0, 100, 50)}  | ${1}   | ${undefined}
    ${'a maximum of 0 wants nothing'}                         | ${demand(9)}       | ${policy(0, 0)}        | ${0}   | ${'maxCapacity'}
  `('$fact', (row) => {
    expect(planTargetCapacity(row.demand, row.policy)).toMatchObject({ target: row.target, limitedBy: row.limitedBy });
  });

  it('stays within its limits and never falls when demand rises', () => {
    const tasks = fc.nat({ max: 5000 });
    fc.assert(
      fc.property(
        tasks,
        tasks,
        fc.nat(100),
        fc.nat(1000),
        fc.double({ min: 0, max: 100, noNaN: true }),
        (pending, more, min, above, ratio) => {
          const limits = policy(min, min + above, ratio);
          const { target } = planTargetCapacity(demand(pending), limits);
          const { target: later } = planTargetCapacity(demand(pending + more), limits);
          expect(target).toBeGreaterThanOrEqual(min);
          expect(target).toBeLessThanOrEqual(min + above);
          expect(later).toBeGreaterThanOrEqual(target);
        },
      ),
      { numRuns: 2000 },
    );
  });
});
