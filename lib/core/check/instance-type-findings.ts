import type { WorkerType } from '../worker-type-schema.ts';
import type { RegionFacts } from './account-facts.ts';
import { about, ifKnown, type Note, poolFails, poolWarning } from './notes.ts';
import type { PlacedPool } from './placed-pools.ts';

/** May instances of this definition be on-demand? Then what spot cannot do is no reason to give a pool up. */
export const mayLaunchOnDemand = ({ market }: Pick<WorkerType, 'market'>): boolean =>
  market.onDemandBaseCapacity > 0 || market.onDemandFallbackMinutes !== undefined;

/** Does the instance type exist, as spot, and in this zone? */
export function instanceTypeFindings(
  pool: PlacedPool,
  facts: RegionFacts,
  definition: Pick<WorkerType, 'market'>,
): readonly Note[] {
  const { instanceType, region, typePath: path } = pool;
  return about(facts.instanceTypes.get(instanceType), `${region}: instance type ${instanceType}`, (type) => {
    if (type === undefined) {
      return [poolFails(pool, { path, value: instanceType, message: `is no instance type of ${region}` })];
    }
    if (type.isSpotSupported) return offeringFindings(pool, facts);
    const finding = { path, value: instanceType, message: `is not available as spot in ${region}` };
    const note = mayLaunchOnDemand(definition) ? poolWarning(pool, finding) : poolFails(pool, finding);
    return [note, ...offeringFindings(pool, facts)];
  });
}

/** A type that lacks in one zone is launched in the others: a warning, and only that zone's pool is left out. */
function offeringFindings(pool: PlacedPool, facts: RegionFacts): readonly Note[] {
  const { instanceType, region, subnetId, typePath: path } = pool;
  const zone = ifKnown(facts.subnets.get(subnetId))?.availabilityZone ?? pool.availabilityZone;
  if (zone === undefined) return [];
  return about(facts.offerings.get(instanceType), `${region}: zones of ${instanceType}`, (zones) => {
    if (zones.has(zone)) return [];
    const message = `is not offered in ${zone}: left out there`;
    return [poolFails(pool, { severity: 'warning', path, value: instanceType, message })];
  });
}
