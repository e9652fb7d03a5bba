import type { Message, QueueClient } from './queue-client.ts';
import { pauseMs, sleep } from './retry.ts';
import type { Timing } from './timing.ts';

/** SQS refuses to keep a message invisible for longer than 12 hours from its delivery. */
const MAX_INVISIBLE_SECONDS = 43_200;

/** Length of the next extension of a message delivered `heldMs` ago; 0 when SQS allows none any more. */
export function extensionSeconds(heldMs: number, visibilitySeconds: number): number {
  return Math.max(0, Math.min(visibilitySeconds, MAX_INVISIBLE_SECONDS - Math.ceil(heldMs / 1000)));
}

/** Keeps a message invisible while its task runs, from its construction until `release`. */
export class MessageHold {
  readonly #queue: QueueClient;
  readonly #message: Message;
  readonly #timing: Timing;
  readonly #onTrouble: (error: unknown) => void;
  readonly #receivedAtMs = performance.now();
  readonly #released = new AbortController();
  readonly #holding: Promise<void>;

  constructor(queue: QueueClient, message: Message, timing: Timing, onTrouble: (error: unknown) => void) {
    this.#queue = queue;
    this.#message = message;
    this.#timing = timing;
    this.#onTrouble = onTrouble;
    this.#holding = this.#hold();
  }

  /** Resolves when no extension is under way any more: one that arrived later would undo what comes next. */
  release(): Promise<void> {
    this.#released.abort();
    return this.#holding;
  }

  async #hold(): Promise<void> {
    const regularMs = this.#timing.extendEverySeconds * 1000;
    const { signal } = this.#released;
    let failures = 0;
    for (;;) {
      await sleep(failures === 0 ? regularMs : Math.min(regularMs, pauseMs(failures, Math.random())), signal);
      if (signal.aborted) return;
      const result = await this.#extend();
      // A message that is lost runs a second time elsewhere, as SQS may do anyway; this run is no worse for it.
      if (result === 'lost') return;
      failures = result === 'failed' ? failures + 1 : 0;
    }
  }

  async #extend(): Promise<'held' | 'lost' | 'failed'> {
    const seconds = extensionSeconds(performance.now() - this.#receivedAtMs, this.#timing.visibilitySeconds);
    if (seconds === 0) return 'lost';
    try {
      return (await this.#queue.setVisibility(this.#message, seconds)) === 'gone' ? 'lost' : 'held';
    } catch (error) {
      this.#onTrouble(error);
      return 'failed';
    }
  }
}
