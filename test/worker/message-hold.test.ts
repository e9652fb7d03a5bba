import { expect, it } from 'vitest';
import { extensionSeconds } from '../../worker/message-hold.ts';

it.each([
  ['a message is held for the visibility', 20_000, 60],
  ['no longer than 12 hours after its delivery', 43_169_500, 30],
  ['and not at all after that', 43_300_000, 0],
] as const)('%s', (_fact, heldMs, seconds) => {
  expect(extensionSeconds(heldMs, 60)).toBe(seconds);
});
