import type { Backlog, Clock } from '../control/ports.ts';
import type { BacklogReading } from '../core/backlog.ts';

interface Depth {
  readonly pendingTasks: number;
  readonly claimedTasks?: number;
  readonly delayedTasks?: number;
}

/** Queue depths set by hand; a queue that was never set does not exist. */
export class MemoryBacklog implements Backlog {
  readonly #depths = new Map<string, Depth>();
  readonly #clock: Clock;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  set(queueUrl: string, depth: Depth): void {
    this.#depths.set(queueUrl, depth);
  }

  async read(queueUrl: string): Promise<BacklogReading> {
    const depth = this.#depths.get(queueUrl);
    if (depth === undefined) return { kind: 'unknown', reason: `QueueDoesNotExist: ${queueUrl}` };
    return { kind: 'known', claimedTasks: 0, delayedTasks: 0, ...depth, readAt: this.#clock.now() };
  }
}
