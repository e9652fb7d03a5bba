import { formatDuration, plural } from './duration-words.ts';
import { poolName } from './launch-cascade.ts';
import { describeVerdict, type PoolVerdict } from './pool-verdict.ts';
import type { PriceBook } from './price-book.ts';
import { type EpochMillis, secondsBetween } from './units.ts';

/** Lines of each kind; a definition may have a thousand pools. */
const MAX_LINES = 8;
const MAX_NAMES = 3;

/** The pools as they stand now: the usable ones with their prices, the others by the reason why, and until when. */
export function explainPools(verdicts: readonly PoolVerdict[], now: EpochMillis): string[] {
  const usable = verdicts.filter(({ rejected }) => rejected === undefined);
  const reasons = [...Map.groupBy(verdicts, (verdict) => reasonInWords(verdict, now))].flatMap(([reason, alike]) =>
    reason === undefined ? [] : [`not   ${names(alike)}: ${reason}`],
  );
  return [
    `${usable.length} of ${plural(verdicts.length, 'pool')} can be used`,
    ...shorten(usable.map((verdict) => `use   ${describeVerdict(verdict)}`)),
    ...shorten(reasons),
  ];
}

function reasonInWords({ rejected }: PoolVerdict, now: EpochMillis): string | undefined {
  if (rejected?.until === undefined) return rejected?.words;
  return `${rejected.words}, for another ${formatDuration(secondsBetween(now, rejected.until))}`;
}

function names(verdicts: readonly PoolVerdict[]): string {
  const shown = verdicts.slice(0, MAX_NAMES).map(({ pool, market }) => `${poolName(pool)} ${market}`);
  const more = verdicts.length - shown.length;
  return `${shown.join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}

function shorten(lines: readonly string[]): string[] {
  const more = lines.length - MAX_LINES;
  return more > 0 ? [...lines.slice(0, MAX_LINES), `      and ${more} more`] : [...lines];
}

/** How old the prices are, and that none are known. Old prices keep nothing from being launched. */
export function explainPrices(prices: PriceBook, now: EpochMillis): string[] {
  if (prices.length === 0) return ['prices      none are known; EC2 still keeps to the ceilings'];
  return prices.map(({ region, platform, readAt, usdPerHour }) => {
    const count = plural(Object.keys(usdPerHour).length, 'price');
    return `prices      ${region} ${platform}: ${count}, read ${formatDuration(secondsBetween(readAt, now))} ago`;
  });
}
