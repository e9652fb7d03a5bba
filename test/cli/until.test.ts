import { describe, expect, it } from 'vitest';
import { endOf, parseUntil } from '../../lib/cli/until.ts';
import { secondsAfter } from '../../lib/core/units.ts';
import { NOW } from '../support/builders.ts';

describe('the end of a pause', () => {
  it.each([
    ['90s', 90],
    ['30min', 1800],
    ['1h30min', 5400],
    ['1d12h', 129_600],
    ['2026-01-02T03:05:05Z', 60],
    ['2026-01-02T04:05:05+01:00', 60],
  ])('%s is %i seconds from now', (text, seconds) => {
    expect(endOf(parseUntil(text), NOW)).toBe(secondsAfter(NOW, seconds));
  });

  it.each(['0s', '2026-01-02T03:04:05Z', '2020-01-01T00:00Z'])('%s is over already', (text) => {
    expect(endOf(parseUntil(text), NOW)).toBeUndefined();
  });

  it.each(['', 'tomorrow', '30', '-1h', '1.5h', '2026-01-02', '2026-01-02T03:05:05', '2026-13-02T03:05:05Z'])(
    '"%s" is neither a duration nor an instant',
    (text) => {
      expect(() => parseUntil(text)).toThrow('It is a duration such as');
    },
  );
});
