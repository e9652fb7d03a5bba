import type { ReportNotes } from './import-report.ts';
import type { JsonObject } from './json-object.ts';
import type { LaunchPoint } from './launch-points.ts';

const PATH = 'config.launchConfigs[].launchConfig.InstanceMarketOptions';

/** On-demand instances were what one got without `MarketType: spot`; here spot is, unless `market` says otherwise. */
export function marketOf(points: readonly LaunchPoint[], maxCapacity: number, notes: ReportNotes): JsonObject {
  const spot = points.filter(({ isSpot }) => isSpot).length;
  if (spot === points.length) {
    notes.translated(`${PATH}.MarketType`, 'market');
    return {};
  }
  if (spot === 0) {
    notes.approximated(PATH, 'is not set: all capacity is on-demand, by onDemandBaseCapacity; lower it to use spot');
    return { market: { onDemandBaseCapacity: maxCapacity } };
  }
  const how = 'is set for some: spot is always tried first, and on-demand fills at once what spot could not give';
  notes.approximated(PATH, how);
  return { market: { onDemandBaseCapacity: 0, onDemandFallbackMinutes: 0 } };
}

/** Ceilings on the spot price of an instance, as `maxPriceUsdPerHour` and `utility` by instance type. */
export interface PointPrices {
  readonly field: JsonObject;
  readonly utilityOf: (instanceType: string) => number;
}

/** `MaxPrice` of each instance type, when all of them have one. */
export function pricesOf(points: readonly LaunchPoint[], notes: ReportNotes): PointPrices {
  const path = `${PATH}.SpotOptions.MaxPrice`;
  const none = { field: {}, utilityOf: () => 1 };
  const spot = points.filter(({ isSpot }) => isSpot);
  const prices = spot.flatMap(({ maxPriceUsdPerHour }) => maxPriceUsdPerHour ?? []);
  if (prices.length === 0) return none;
  const byType = new Map(spot.map(({ instanceType, maxPriceUsdPerHour }) => [instanceType, maxPriceUsdPerHour]));
  const isByType = spot.every(({ instanceType, maxPriceUsdPerHour: price }) => byType.get(instanceType) === price);
  if (prices.length < spot.length || !isByType) {
    notes.dropped(path, 'is not set for all, or differs between places: the on-demand price is the ceiling');
    return none;
  }
  const highest = Math.max(...prices);
  notes.translated(path, 'maxPriceUsdPerHour');
  if (prices.some((price) => price !== highest)) {
    notes.approximated(path, 'differs between instance types: their utility is the share of the highest price');
  }
  return {
    field: { maxPriceUsdPerHour: highest },
    utilityOf: (instanceType) => (byType.get(instanceType) ?? highest) / highest,
  };
}
