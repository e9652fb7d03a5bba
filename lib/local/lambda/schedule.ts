/** A rate schedule of the local EventBridge: fires at once and then every so many seconds, until stopped. */
export class Schedule {
  readonly #timer: NodeJS.Timeout;

  /** @param fire gets the event that EventBridge Scheduler would send; must not throw */
  constructor(everySeconds: number, fire: (event: { readonly scheduledTime: string }) => void) {
    const now = () => fire({ scheduledTime: new Date().toISOString() });
    this.#timer = setInterval(now, everySeconds * 1000);
    now();
  }

  stop(): void {
    clearInterval(this.#timer);
  }
}
