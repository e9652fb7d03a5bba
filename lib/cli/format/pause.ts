import type { TypeControl } from '../../control/ports.ts';
import { type EpochMillis, secondsBetween } from '../../core/units.ts';
import { formatDuration } from './duration.ts';

type Pause = NonNullable<TypeControl['pause']>;

/** `by ann, 3 min ago, until 2026-01-02T03:04:05.000Z (another 2 h): broken image`. */
export function pauseInWords({ by, at, until, note }: Pause, now: EpochMillis): string {
  const end =
    until === undefined
      ? 'until somebody resumes it'
      : `until ${new Date(until).toISOString()} (another ${formatDuration(secondsBetween(now, until))})`;
  return `by ${by}, ${formatDuration(secondsBetween(at, now))} ago, ${end}: ${note}`;
}

/** A pause as it is printed; times are ISO 8601. */
export const toPauseData = ({ note, by, at, until }: Pause) => ({
  note,
  by,
  at: new Date(at).toISOString(),
  ...(until === undefined ? {} : { until: new Date(until).toISOString() }),
});
