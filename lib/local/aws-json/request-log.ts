/** Entries kept; older ones are dropped, so that an endpoint left running for days does not grow. */
const MAX_ENTRIES = 10_000;

/** The latest calls an endpoint has received, oldest first. */
export class RequestLog<Entry> {
  readonly #entries: Entry[] = [];

  get entries(): readonly Entry[] {
    return this.#entries;
  }

  /** Records a call, and drops the oldest tenth when the log is full. */
  add(entry: Entry): void {
    if (this.#entries.length >= MAX_ENTRIES) this.#entries.splice(0, MAX_ENTRIES / 10);
    this.#entries.push(entry);
  }
}
