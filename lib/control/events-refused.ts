import type { BusEvent } from './ports.ts';

/** The bus took some events and not these. */
export class EventsRefused extends Error {
  readonly refused: readonly BusEvent[];

  constructor(message: string, refused: readonly BusEvent[]) {
    super(message);
    this.name = 'EventsRefused';
    this.refused = refused;
  }
}
