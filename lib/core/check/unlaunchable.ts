import type { Finding } from '../finding.ts';
import { type LaunchPool, launchPools } from '../launch-cascade.ts';
import type { WorkerType } from '../worker-type-schema.ts';

/** Pools that cannot be launched, as `region/subnetId/instanceType`, with the first finding about each in words. */
export function unlaunchablePools(findings: readonly Finding[]): Map<string, string> {
  const pools = new Map<string, string>();
  for (const finding of findings) {
    for (const pool of finding.pools) {
      const key = `${finding.region}/${pool}`;
      if (!pools.has(key)) pools.set(key, `${finding.value} ${finding.message}`);
    }
  }
  return pools;
}

/** The pools of a definition that the findings leave, without those of weight 0. */
export function launchablePools(
  definition: WorkerType,
  homeRegion: string,
  findings: readonly Finding[],
): LaunchPool[] {
  const excluded = unlaunchablePools(findings);
  return launchPools(definition, homeRegion).filter(
    ({ weight, region, subnetId, instanceType }) =>
      weight > 0 && !excluded.has(`${region}/${subnetId}/${instanceType}`),
  );
}
