import type { WorkerType } from '../worker-type-schema.ts';
import { instanceProfileFindings, keyPairFindings, queueFindings } from './access-findings.ts';
import type { AccountFacts } from './account-facts.ts';
import { imageFindings, kernelFindings } from './image-findings.ts';
import { instanceTypeFindings } from './instance-type-findings.ts';
import { addressFindings, securityGroupFindings, sharedZoneFindings, subnetFindings } from './network-findings.ts';
import { type CheckResult, type Note, resultOf } from './notes.ts';
import { placedPools } from './placed-pools.ts';
import { quotaFindings } from './quota-findings.ts';

/** Compares a definition with what is known of the account. What could not be looked up leads to no finding. */
export function checkDefinition(definition: WorkerType, homeRegion: string, facts: AccountFacts): CheckResult {
  const pools = placedPools(definition, homeRegion);
  const factsOf = (region: string) => facts.regions.get(region);
  const ofRegions = [...Map.groupBy(pools, ({ region }) => region)].flatMap(([region, its]): Note[] => {
    const known = factsOf(region);
    if (known === undefined) return [{ kind: 'unknown', words: `${region}: was not looked up` }];
    return [
      ...its.flatMap((pool) => [
        ...imageFindings(pool, known),
        ...kernelFindings(pool, known),
        ...instanceTypeFindings(pool, known, definition),
        ...subnetFindings(pool, known),
        ...securityGroupFindings(pool, known),
        ...keyPairFindings(pool, known),
      ]),
      ...sharedZoneFindings(its, known),
    ];
  });
  return resultOf([
    ...ofRegions,
    ...pools.flatMap((pool) => instanceProfileFindings(pool, facts)),
    ...queueFindings(definition, homeRegion, facts),
    ...addressFindings(pools, factsOf, definition.maxCapacity),
    ...quotaFindings(pools, factsOf, definition),
  ]);
}
