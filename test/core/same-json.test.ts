import fc from 'fast-check';
import { expect, it } from 'vitest';
import { canonicalJson } from '../../lib/core/definition-key.ts';
import { isSameJson } from '../../lib/core/same-json.ts';

it.each`
  fact                                           | a                   | b                         | same
  ${'the order of fields does not count'}        | ${{ a: 1, b: [2] }} | ${{ b: [2], a: 1 }}       | ${true}
  ${'a field that is undefined is none'}         | ${{ a: 1 }}         | ${{ a: 1, b: undefined }} | ${true}
  ${'null is something'}                         | ${{ a: 1 }}         | ${{ a: 1, b: null }}      | ${false}
  ${'the order of a list counts'}                | ${[1, 2]}           | ${[2, 1]}                 | ${false}
  ${'a list is not the object with its indexes'} | ${[1]}              | ${{ 0: 1 }}               | ${false}
  ${'a longer list is another'}                  | ${[1]}              | ${[1, 1]}                 | ${false}
`('$fact', ({ a, b, same }) => {
  expect(isSameJson(a, b)).toBe(same);
  expect(isSameJson(b, a)).toBe(same);
});

it('agrees with a comparison of the texts, for any two values', () => {
  const value = fc.jsonValue({ maxDepth: 3 }).map((each) => JSON.parse(JSON.stringify(each)) as unknown);
  fc.assert(
    fc.property(value, value, (a, b) => {
      expect(isSameJson(a, b)).toBe(canonicalJson(a) === canonicalJson(b));
      expect(isSameJson(a, JSON.parse(canonicalJson(a)))).toBe(true);
    }),
  );
});
