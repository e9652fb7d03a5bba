import { causeOf, type Log } from './log.ts';
import type { Message, QueueClient } from './queue-client.ts';
import { pauseMs, sleep } from './retry.ts';

/** One of several queues is waited for no longer than this: a task in any other starts within about that time. */
const ROTATION_SECONDS = 2;

/** What one look at the queues brought. */
export interface Taken {
  /** All of one queue; each has to be settled there. */
  readonly messages: readonly Message[];
  readonly queue: QueueClient | undefined;
  /** False when some queue could not be read: it may be full for all we know. */
  readonly everyQueueWasRead: boolean;
}

interface Source {
  readonly queue: QueueClient;
  failures: number;
  readAgainAtMs: number;
}

/** The queues of a worker, in the order in which they are served. One that fails keeps none of the others waiting. */
export class TaskQueues {
  /** The longest useful wait of a `take`. */
  readonly longPollSeconds: number;
  readonly #sources: readonly Source[];
  readonly #visibilitySeconds: number;
  readonly #log: Log;
  #turn = 0;

  constructor(
    queues: readonly QueueClient[],
    { longPollSeconds, visibilitySeconds }: { readonly longPollSeconds: number; readonly visibilitySeconds: number },
    log: Log,
  ) {
    this.#sources = queues.map((queue) => ({ queue, failures: 0, readAgainAtMs: 0 }));
    this.#visibilitySeconds = visibilitySeconds;
    this.longPollSeconds = queues.length > 1 ? Math.min(longPollSeconds, ROTATION_SECONDS) : longPollSeconds;
    this.#log = log;
  }

  /**
   * Up to `maxTasks` messages of the first queue that has any. When all are empty it waits up to `waitSeconds` at one
   * of them, the next one each time: a poll that does not wait asks only some of a queue's servers, one that waits all.
   * Never throws.
   */
  async take(maxTasks: number, waitSeconds: number, interruption: AbortSignal): Promise<Taken> {
    const read = async (source: Source, seconds: number): Promise<Taken> => ({
      messages: await this.#read(source, maxTasks, seconds, interruption),
      queue: source.queue,
      everyQueueWasRead: this.#sources.every(({ failures }) => failures === 0),
    });

    if (this.#sources.length > 1) {
      for (const source of this.#readable()) {
        const taken = await read(source, 0);
        if (taken.messages.length > 0 || interruption.aborted) return taken;
      }
    }
    const readable = this.#readable();
    const next = readable[this.#turn++ % readable.length];
    if (next !== undefined) return read(next, waitSeconds);
    const readAgainAtMs = Math.min(...this.#sources.map((source) => source.readAgainAtMs));
    await sleep(Math.max(0, readAgainAtMs - performance.now()), interruption);
    return { messages: [], queue: undefined, everyQueueWasRead: false };
  }

  #readable(): Source[] {
    const nowMs = performance.now();
    return this.#sources.filter(({ readAgainAtMs }) => readAgainAtMs <= nowMs);
  }

  async #read(source: Source, maxTasks: number, seconds: number, interruption: AbortSignal): Promise<Message[]> {
    try {
      const messages = await source.queue.receive(maxTasks, seconds, this.#visibilitySeconds, interruption);
      source.failures = 0;
      return messages;
    } catch (error) {
      if (interruption.aborted) return [];
      source.failures += 1;
      source.readAgainAtMs = performance.now() + pauseMs(source.failures, Math.random());
      this.#log('queue-trouble', { queueUrl: source.queue.url, cause: causeOf(error) });
      return [];
    }
  }
}
