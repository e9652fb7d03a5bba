import type { Refusal } from '../core/refusal.ts';
import type { EpochMillis } from '../core/units.ts';
import type { Clock } from './ports.ts';

/** Says when a tick has to stop sending requests to EC2: a region throttled, or the lease lost, or no time left. */
export class StopLaunching {
  readonly #clock: Clock;
  readonly #until: EpochMillis | undefined;
  #cause: string | undefined;
  readonly #throttled = new Set<string>();

  /** @param until no request is begun after this instant */
  constructor(clock: Clock, until: EpochMillis | undefined) {
    this.#clock = clock;
    this.#until = until;
  }

  /** Why nothing more may be sent in this tick, wherever it goes; undefined while it may. */
  cause(): string | undefined {
    if (this.#until !== undefined && this.#clock.now() > this.#until)
      this.#cause ??= 'the time of this invocation is over';
    return this.#cause;
  }

  /** Why nothing more may be sent to this one region. EC2 counts calls by region. */
  causeIn(region: string): string | undefined {
    return this.#throttled.has(region) ? `EC2 throttled an earlier launch of this tick in ${region}` : undefined;
  }

  /** From now on nothing is sent. */
  stop(cause: string): void {
    this.#cause ??= cause;
  }

  /** A throttle means every further call of this tick to that region, too. */
  observe(region: string, refusals: readonly Refusal[]): void {
    if (refusals.some((refusal) => refusal.class === 'throttled')) this.#throttled.add(region);
  }
}
