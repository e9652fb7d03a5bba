import type { Clock } from '../control/ports.ts';
import { type EpochMillis, epochMillis } from '../core/units.ts';

/** Time that moves only when told to; sleeping moves it. */
export class MemoryClock implements Clock {
  #now: number;

  constructor(startAt: number) {
    this.#now = startAt;
  }

  now(): EpochMillis {
    return epochMillis(this.#now);
  }

  async sleep(milliseconds: number): Promise<void> {
    this.advance(milliseconds);
  }

  advance(milliseconds: number): void {
    this.#now += milliseconds;
  }
}
