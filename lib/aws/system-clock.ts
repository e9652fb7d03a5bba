import { setTimeout } from 'node:timers/promises';
import type { Clock } from '../control/ports.ts';
import { epochMillis } from '../core/units.ts';

/** The machine's time. */
export const systemClock: Clock = {
  now: () => epochMillis(Date.now()),
  sleep: async (milliseconds) => {
    await setTimeout(milliseconds);
  },
};
