import { type Signal, signals, tagKeys } from '../lib/core/tags.ts';
import { causeOf, type Log } from './log.ts';
import type { MetadataClient } from './metadata-client.ts';
import { sleep } from './retry.ts';

type Metadata = Pick<MetadataClient, 'get'>;

/** Looks for the signal tag and the interruption notice, again and again until the worker is interrupted. */
export class Watch {
  /** The last signal that could be read. */
  signal: Signal | undefined;
  readonly #metadata: Metadata;
  readonly #interruption: AbortController;
  readonly #log: Log;
  #inTrouble = false;

  constructor(metadata: Metadata, interruption: AbortController, log: Log) {
    this.#metadata = metadata;
    this.#interruption = interruption;
    this.#log = log;
  }

  /** One look. Never throws: what cannot be read stays as it was. */
  async look(): Promise<void> {
    try {
      // Any answer is a notice; its text only says when.
      const notice = await this.#metadata.get('meta-data/spot/instance-action');
      if (notice !== undefined && !this.#interruption.signal.aborted) {
        this.#log('interrupted', { by: 'ec2', notice });
        this.#interruption.abort();
      }
      const tag = await this.#metadata.get(`meta-data/tags/instance/${tagKeys.signal}`);
      const signal = signals.find((known) => known === tag);
      if (signal !== this.signal) this.#log('signal', { signal: signal ?? null });
      this.signal = signal;
      this.#inTrouble = false;
    } catch (error) {
      if (!this.#inTrouble) this.#log('metadata-trouble', { cause: causeOf(error) });
      this.#inTrouble = true;
    }
  }

  async keepLooking(everySeconds: number): Promise<void> {
    const { signal } = this.#interruption;
    for (;;) {
      await sleep(everySeconds * 1000, signal);
      if (signal.aborted) return;
      await this.look();
    }
  }
}
