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

/** The queues of one worker type together. One that is unknown makes the sum unknown: a part is not the whole. */
export function sumReadings(readings: readonly BacklogReading[]): BacklogReading {
  const unknown = readings.flatMap((reading) => (reading.kind === 'unknown' ? [reading.reason] : []));
  const known = readings.flatMap((reading) => (reading.kind === 'known' ? [reading] : []));
  const [oldest] = known.map(({ readAt }) => readAt).sort((a, b) => a - b);
  if (unknown.length > 0 || oldest === undefined) {
    return { kind: 'unknown', reason: unknown.length === 0 ? 'no queue was read' : unknown.join('; ') };
  }
  const sum = (count: (reading: (typeof known)[number]) => number) =>
    known.reduce((total, reading) => total + count(reading), 0);
  return {
    kind: 'known',
    pendingTasks: sum(({ pendingTasks }) => pendingTasks),
    claimedTasks: sum(({ claimedTasks }) => claimedTasks),
    delayedTasks: sum(({ delayedTasks }) => delayedTasks),
    readAt: oldest,
  };
}
