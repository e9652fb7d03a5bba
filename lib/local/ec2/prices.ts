import { findInstanceType } from './instance-type-catalogue.ts';
import { type Pool, poolKey, type WorldSettings } from './world-settings.ts';

/** Spot prices differ a little between zones, so that a strategy has something to choose. */
const spotFactorByZoneLetter: Readonly<Record<string, number>> = { a: 1, b: 0.97, c: 1.04 };

/** What an instance of the pool costs, in USD per hour: the world's setting, else the catalogue's price. */
export function priceUsdPerHour(settings: WorldSettings, pool: Pool): number {
  const set = settings.poolPriceUsdPerHour.get(poolKey(pool));
  if (set !== undefined) return set;
  const type = findInstanceType(pool.instanceType);
  if (type === undefined) throw new Error(`The catalogue has no instance type ${pool.instanceType}.`);
  if (pool.market === 'on-demand') return type.onDemandUsdPerHour;
  return type.spotUsdPerHour * (spotFactorByZoneLetter[pool.zone.slice(-1)] ?? 1);
}
