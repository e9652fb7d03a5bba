import type { BusEvent, EventBus } from '../control/ports.ts';

/** A bus that keeps what was put on it. */
export class MemoryEventBus implements EventBus {
  readonly events: BusEvent[] = [];

  async put(events: readonly BusEvent[]): Promise<void> {
    this.events.push(...structuredClone(events));
  }
}
