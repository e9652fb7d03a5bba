import type { Cooldown, Market } from './pool-cooldown.ts';
import type { EpochMillis } from './units.ts';

/** A pool, as far as cooldowns tell pools apart. */
export interface CooledPool {
  readonly region: string;
  readonly subnetId: string;
  readonly instanceType: string;
}

/**
 * Answers for each pool the cooldown that keeps it from being tried now, the longest where there are several. The list is
 * gone through once, not once for each pool: both may be a thousand long.
 */
export function cooldownFinder(
  cooldowns: readonly Cooldown[],
  market: Market,
  now: EpochMillis,
): (pool: CooledPool) => Cooldown | undefined {
  const longest = new Map<string, Cooldown>();
  for (const cooldown of cooldowns) {
    if (cooldown.market !== market || cooldown.until <= now) continue;
    const key = keyOf(cooldown);
    if (cooldown.until > (longest.get(key)?.until ?? 0)) longest.set(key, cooldown);
  }
  return ({ region, subnetId, instanceType }) =>
    [{ subnetId, instanceType }, { subnetId }, { instanceType }, {}]
      .map((scope) => longest.get(keyOf({ region, ...scope })))
      .reduce((found, next) => (next !== undefined && next.until > (found?.until ?? 0) ? next : found), undefined);
}

/** A subnet or type that is not named is every one. */
const keyOf = ({ region, subnetId = '*', instanceType = '*' }: Partial<CooledPool>): string =>
  `${region}/${subnetId}/${instanceType}`;
