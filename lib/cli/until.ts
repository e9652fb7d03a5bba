import { InvalidArgumentError } from 'commander';
import { type EpochMillis, epochMillis, secondsAfter } from '../core/units.ts';

const SECONDS = { s: 1, min: 60, h: 3600, d: 86_400 } as const;
const DURATION = /^(?:\d{1,6}(?:d|h|min|s))+$/;
const PART = /(\d+)(d|h|min|s)/g;
/** With an offset: an instant that depends on where one reads it is none. */
const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:\d\d)$/;

/** The end that a person names: an instant, or seconds from now. */
export type Until =
  | { readonly kind: 'instant'; readonly at: EpochMillis }
  | { readonly kind: 'after'; readonly seconds: number };

/** Reads `2026-01-02T03:04:05Z`, `90s`, `30min`, `1h30min`, `2d`. Throws what commander reports as wrong usage. */
export function parseUntil(text: string): Until {
  if (DURATION.test(text)) {
    const parts = [...text.matchAll(PART)].map(
      ([, count, unit]) => Number(count) * SECONDS[unit as keyof typeof SECONDS],
    );
    return { kind: 'after', seconds: parts.reduce((sum, part) => sum + part, 0) };
  }
  const at = INSTANT.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(at))
    throw new InvalidArgumentError(
      'It is a duration such as 30min, 2h or 1d12h, or a time such as 2026-01-02T03:04:05Z.',
    );
  return { kind: 'instant', at: epochMillis(at) };
}

/** The instant that is meant; undefined when it is over. */
export function endOf(until: Until, now: EpochMillis): EpochMillis | undefined {
  const at = until.kind === 'instant' ? until.at : secondsAfter(now, until.seconds);
  return at > now ? at : undefined;
}
