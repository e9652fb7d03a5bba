import { expect, it } from 'vitest';
import { SessionTokens } from '../../../lib/local/metadata/session-tokens.ts';

it('a session token ends with its time to live', () => {
  const tokens = new SessionTokens();
  const token = tokens.issue('i-1', 10, 1000);
  expect([10_999, 11_000].map((nowMs) => tokens.isValid(token, 'i-1', nowMs))).toEqual([true, false]);
  expect(tokens.isValid(token, 'i-2', 1000)).toBe(false);
});
