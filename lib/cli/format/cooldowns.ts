import type { Cooldown } from '../../core/pool-cooldown.ts';
import { type EpochMillis, secondsBetween } from '../../core/units.ts';
import type { Style } from '../session.ts';
import { formatDuration } from './duration.ts';
import { formatTable } from './table.ts';

/** Pools that are not tried for a while, the one that ends first before the others. */
export function formatCooldowns(cooldowns: readonly Cooldown[], now: EpochMillis, style: Style): string {
  if (cooldowns.length === 0) return 'No pool is cooling down.';
  return formatTable<Cooldown>(
    [
      { heading: 'POOL COOLING DOWN', cell: poolInWords },
      { heading: 'REGION', cell: ({ region }) => region },
      { heading: 'MARKET', cell: ({ market }) => market },
      {
        heading: 'EC2 SAID',
        cell: ({ code, definitionKey }) => (definitionKey === undefined ? code : `${code} (to one definition)`),
      },
      { heading: 'SINCE', cell: ({ since }) => `${formatDuration(secondsBetween(since, now))} ago` },
      { heading: 'UNTIL', cell: ({ until }) => new Date(until).toISOString() },
      { heading: 'LEFT', align: 'right', cell: ({ until }) => formatDuration(secondsBetween(now, until)) },
    ],
    cooldowns,
    style,
  );
}

function poolInWords({ subnetId, instanceType }: Cooldown): string {
  if (subnetId === undefined && instanceType === undefined) return 'every pool';
  return `${subnetId ?? 'every subnet'}/${instanceType ?? 'every type'}`;
}

/** A cooldown as it is printed; times are ISO 8601, null stands for every subnet or type. */
export const toCooldownData = ({ region, market, subnetId, instanceType, since, until, code, ...rest }: Cooldown) => ({
  region,
  market,
  subnetId: subnetId ?? null,
  instanceType: instanceType ?? null,
  code,
  ...rest,
  since: new Date(since).toISOString(),
  until: new Date(until).toISOString(),
});
