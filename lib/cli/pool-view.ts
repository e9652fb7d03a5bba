import { effectiveWeight, type PoolVerdict } from '../core/pool-verdict.ts';
import { pricePerUtility } from '../core/preview.ts';

/** A capacity pool in one market, as it is printed; times are ISO 8601, and what is not known is null. */
export function toPoolData(verdict: PoolVerdict) {
  const { pool, market, priceUsdPerHour, ceilingUsdPerHour, health, rejected } = verdict;
  const { region, availabilityZone, subnetId, instanceType, capacity, utility, weight } = pool;
  return {
    region,
    availabilityZone: availabilityZone ?? null,
    subnetId,
    instanceType,
    market,
    capacity,
    utility,
    weight,
    priceUsdPerHour: priceUsdPerHour ?? null,
    priceByUtilityUsdPerHour: pricePerUtility(verdict) ?? null,
    ceilingUsdPerHour: ceilingUsdPerHour ?? null,
    ...(health === undefined
      ? {}
      : { effectiveWeight: effectiveWeight(verdict), launches: health.launches, failures: health.failures }),
    usable: rejected === undefined,
    ...(rejected === undefined
      ? {}
      : {
          rejected: {
            reason: rejected.reason,
            words: rejected.words,
            ...(rejected.until === undefined ? {} : { until: new Date(rejected.until).toISOString() }),
          },
        }),
  };
}
