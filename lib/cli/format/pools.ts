import { poolName } from '../../core/launch-cascade.ts';
import { describeHealth } from '../../core/pool-health.ts';
import type { PoolVerdict } from '../../core/pool-verdict.ts';
import { pricePerUtility } from '../../core/preview.ts';
import { type EpochMillis, secondsBetween } from '../../core/units.ts';
import type { Style } from '../session.ts';
import { formatDuration } from './duration.ts';
import { formatTable } from './table.ts';

/** Capacity pools in the order given, with price by utility and why one is not used. */
export const formatPools = (verdicts: readonly PoolVerdict[], now: EpochMillis, style: Style): string =>
  formatTable<PoolVerdict>(
    [
      { heading: 'POOL', cell: ({ pool }) => poolName(pool) },
      { heading: 'REGION', cell: ({ pool }) => pool.region },
      { heading: 'MARKET', cell: ({ market }) => market },
      { heading: 'CAPACITY', align: 'right', cell: ({ pool }) => String(pool.capacity) },
      { heading: 'USD/H', align: 'right', cell: ({ priceUsdPerHour }) => usd(priceUsdPerHour) },
      { heading: 'BY UTILITY', align: 'right', cell: (verdict) => usd(pricePerUtility(verdict)) },
      { heading: 'CEILING', align: 'right', cell: ({ ceilingUsdPerHour }) => usd(ceilingUsdPerHour, '-') },
      { heading: 'VERDICT', cell: (verdict) => verdictInWords(verdict, now, style) },
    ],
    verdicts,
    style,
  );

/** A price with three significant digits; `?` where it is not known. */
export const usd = (value: number | undefined, unknown = '?'): string =>
  value === undefined ? unknown : String(Number(value.toPrecision(3)));

function verdictInWords({ rejected, health, pool }: PoolVerdict, now: EpochMillis, style: Style): string {
  if (rejected === undefined && health !== undefined) {
    return style.yellow(`usable, ${describeHealth(pool.weight, health)}`);
  }
  if (rejected === undefined) return style.green('usable');
  const until =
    rejected.until === undefined ? '' : `, for another ${formatDuration(secondsBetween(now, rejected.until))}`;
  return style.yellow(`${rejected.words}${until}`);
}
