import type { EpochMillis } from './units.ts';

/** What a task queue said, or why it said nothing. A reading that failed is unknown, never zero. */
export type BacklogReading =
  | {
      readonly kind: 'known';
      /** Visible messages. */
      readonly pendingTasks: number;
      /** Messages in flight: a worker has them. */
      readonly claimedTasks: number;
      /** Messages that become visible later. */
      readonly delayedTasks: number;
      readonly readAt: EpochMillis;
    }
  | { readonly kind: 'unknown'; readonly reason: string };
