import { expect, it } from 'vitest';
import { formatDuration } from '../../lib/cli/format/duration.ts';

it.each([
  [0, '0 s'],
  [59.4, '59 s'],
  [60, '1 min'],
  [3599, '59 min'],
  [3600, '1 h'],
  [7500, '2 h 5 min'],
  [86_400 * 4, '4 d'],
  [86_400 * 4 + 3600, '4 d 1 h'],
  [-5, '0 s'],
])('%f seconds are %s', (seconds, text) => {
  expect(formatDuration(seconds)).toBe(text);
});
