import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sizeOrder } from '../../lib/core/order-size.ts';

const types = (...capacities: number[]) =>
  capacities.map((capacity, index) => ({ instanceType: `c7g.t${index}`, capacity, utility: 1 }));
const capacitiesOf = (size: ReturnType<typeof sizeOrder>) => size?.options.map(({ capacity }) => capacity);

describe('the size of an order', () => {
  it.each`
    fact                                                        | want     | room     | capacities | target  | kept
    ${'asks for what is wanted'}                                | ${7}     | ${100}   | ${[1]}     | ${7}    | ${[1]}
    ${'rounds up to whole instances: 9 tasks by fours are 12'}  | ${9}     | ${100}   | ${[4]}     | ${12}   | ${[4]}
    ${'does not round up past the room: 2 of 4 fit into 10'}    | ${9}     | ${10}    | ${[4]}     | ${8}    | ${[4]}
    ${'fills the room exactly where it can'}                    | ${12}    | ${12}    | ${[4]}     | ${12}   | ${[4]}
    ${'leaves out a type that could overshoot the room'}        | ${16}    | ${16}    | ${[1, 16]} | ${16}   | ${[1]}
    ${'keeps the larger types when they cost the order little'} | ${10}    | ${10}    | ${[1, 2]}  | ${9}    | ${[1, 2]}
    ${'keeps every type while there is room'}                   | ${16}    | ${100}   | ${[1, 16]} | ${16}   | ${[1, 16]}
    ${'one task may take a large instance if it fits'}          | ${1}     | ${16}    | ${[16]}    | ${16}   | ${[16]}
    ${'asks for no more than 500 instances at once'}            | ${900}   | ${5000}  | ${[1, 2]}  | ${500}  | ${[1, 2]}
    ${'asks for no more than the 10,000 units that EC2 takes'}  | ${20000} | ${50000} | ${[64]}    | ${9984} | ${[64]}
    ${'weights with a common divisor step by it'}               | ${5}     | ${8}     | ${[2, 4]}  | ${6}    | ${[2, 4]}
  `('$fact', ({ want, room, capacities, target, kept }) => {
    const size = sizeOrder(want, room, types(...capacities));
    expect({ target: size?.targetCapacity, kept: capacitiesOf(size) }).toEqual({ target, kept });
  });

  it('is nothing when not even the smallest type fits', () => {
    expect(sizeOrder(3, 3, types(4, 8))).toBeUndefined();
    expect(sizeOrder(3, 0, types(1))).toBeUndefined();
  });

  it('never passes the room, whichever types EC2 picks, and always serves at least one task', () => {
    const cases = fc.record({
      want: fc.integer({ min: 1, max: 300 }),
      room: fc.nat(300),
      capacities: fc.uniqueArray(fc.integer({ min: 1, max: 64 }), { minLength: 1, maxLength: 6 }),
      picks: fc.array(fc.nat(100), { minLength: 1, maxLength: 50 }),
    });
    fc.assert(
      fc.property(cases, ({ want, room, capacities, picks }) => {
        const size = sizeOrder(want, room, types(...capacities));
        if (size === undefined) {
          expect(Math.min(...capacities)).toBeGreaterThan(room);
          return;
        }
        let launched = 0;
        for (let pick = 0; launched < size.targetCapacity; pick += 1) {
          const index = (picks[pick % picks.length] ?? 0) % size.options.length;
          launched += size.options[index]?.capacity ?? 0;
        }
        expect(launched).toBeLessThanOrEqual(room);
        expect(launched).toBeGreaterThan(0);
        expect(size.targetCapacity).toBeGreaterThan(0);
      }),
      { numRuns: 10_000 },
    );
  });
});
