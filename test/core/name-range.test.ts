import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { intersection, isInRange, type NameRange, onlyName, splitPoints } from '../../lib/core/name-range.ts';

const name = fc.stringMatching(/^[a-z0-9_-]{1,6}$/);
const range: fc.Arbitrary<NameRange> = fc.record({ a: fc.option(name), b: fc.option(name) }).map(({ a, b }) => {
  const [from, to] = a !== null && b !== null && b < a ? [b, a] : [a, b];
  return { ...(from === null ? {} : { from }), ...(to === null ? {} : { to }) };
});

describe('a range of names', () => {
  it('holds its first name and not its end', () => {
    const names = ['a', 'b', 'b-1', 'c'];
    expect(names.filter((each) => isInRange(each, { from: 'b', to: 'c' }))).toEqual(['b', 'b-1']);
    expect(names.filter((each) => isInRange(each, onlyName('b')))).toEqual(['b']);
    expect(names.filter((each) => isInRange(each, {}))).toEqual(names);
  });

  it('meets another one in the names that both hold', () => {
    fc.assert(
      fc.property(range, range, name, (a, b, each) => {
        const both = isInRange(each, a) && isInRange(each, b);
        return isInRange(each, intersection(a, b)) === both;
      }),
      { numRuns: 10_000 },
    );
  });

  it('never ends before it begins, also where two have nothing in common', () => {
    expect(intersection({ from: 'm' }, { to: 'c' })).toEqual({ from: 'm', to: 'm' });
  });
});

describe('a split', () => {
  it('is none while one part suffices', () => {
    expect(splitPoints(['a', 'b', 'c'], 3)).toEqual([]);
  });

  it('leaves room in each part, and cuts into alike parts', () => {
    const names = Array.from({ length: 10_000 }, (_, index) => String(index).padStart(5, '0'));
    const points = splitPoints(names, 500);
    expect(points).toHaveLength(28);
    expect(points.slice(0, 2)).toEqual(['00345', '00690']);
  });

  it('gives every name to exactly one part, none of them empty or, but for the cap on parts, too large', () => {
    fc.assert(
      fc.property(fc.uniqueArray(name, { maxLength: 300 }), fc.integer({ min: 2, max: 40 }), (unsorted, most) => {
        const names = unsorted.sort();
        const points = splitPoints(names, most);
        const bounds = [undefined, ...points, undefined];
        const parts = bounds.slice(1).map((to, index) => {
          const from = bounds[index];
          const part = { ...(from === undefined ? {} : { from }), ...(to === undefined ? {} : { to }) };
          return names.filter((each) => isInRange(each, part));
        });
        expect(parts.flat()).toEqual(names);
        if (points.length === 0) return;
        for (const part of parts) expect(part.length).toBeGreaterThan(0);
        if (parts.length < 50) for (const part of parts) expect(part.length).toBeLessThanOrEqual(most);
      }),
      { numRuns: 3_000 },
    );
  });
});
