import { findInstanceType } from './instance-type-catalogue.ts';
import { hashOf, regionCode } from './region-code.ts';
import { type Pool, poolKey, type WorldSettings } from './world-settings.ts';

/** Platforms with prices of their own. */
export type PricedPlatform = 'linux' | 'windows';

/** Spot prices differ a little between zones, so that a strategy has something to choose. */
const spotFactorByZoneLetter: Readonly<Record<string, number>> = { a: 1, b: 0.97, c: 1.04 };

/** What Windows adds, per vCPU: the difference of EC2's on-demand list prices, for example of c6a.large. */
const windowsUsdPerVCpuHour = 0.046;

/** The key of a price in the settings' map; Windows has prices of its own. */
export function priceKey(pool: Pool, platform: PricedPlatform): string {
  return platform === 'linux' ? poolKey(pool) : `${poolKey(pool)}/windows`;
}

/** What an instance of the pool costs now, in USD per hour: the world's setting, else the catalogue's price. */
export function priceUsdPerHour(settings: WorldSettings, pool: Pool, platform: PricedPlatform = 'linux'): number {
  const set = settings.poolPriceUsdPerHour.get(priceKey(pool, platform));
  if (set !== undefined) return set;
  const type = findInstanceType(pool.instanceType);
  if (type === undefined) throw new Error(`The catalogue has no instance type ${pool.instanceType}.`);
  if (platform === 'windows') return priceUsdPerHour(settings, pool) + type.vCpus * windowsUsdPerVCpuHour;
  if (pool.market === 'on-demand') return type.onDemandUsdPerHour * regionFactor(settings.region);
  return type.spotUsdPerHour * (spotFactorByZoneLetter[pool.zone.slice(-1)] ?? 1) * regionFactor(settings.region);
}

/** us-east-1 is the cheapest Region; the others cost up to a quarter more. */
function regionFactor(region: string): number {
  return 1 + (regionCode(region) === 0 ? 0 : 0.05 + (hashOf(region) % 20) / 100);
}
