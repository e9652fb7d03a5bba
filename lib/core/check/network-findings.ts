import type { RegionFacts, SubnetFact } from './account-facts.ts';
import { about, ifKnown, type Note, poolFails, poolWarning } from './notes.ts';
import type { PlacedPool } from './placed-pools.ts';

/** Is the subnet there, and where the definition believes it? */
export function subnetFindings(pool: PlacedPool, facts: RegionFacts): readonly Note[] {
  const { subnetId, region, zonePath, availabilityZone: stated } = pool;
  return about(facts.subnets.get(subnetId), `${region}: subnet ${subnetId}`, (subnet) => {
    const path = `${zonePath}.subnetId`;
    if (subnet === undefined) {
      return [poolFails(pool, { path, value: subnetId, message: `does not exist in ${region}` })];
    }
    const { availabilityZone, freeAddresses } = subnet;
    const notes: Note[] = [];
    if (freeAddresses === 0) notes.push(poolWarning(pool, { path, value: subnetId, message: 'has no free address' }));
    if (stated !== undefined && stated !== availabilityZone) {
      const message = `is not the zone of ${subnetId}, which lies in ${availabilityZone}: prices of the wrong zone count`;
      notes.push(poolWarning(pool, { path: `${zonePath}.availabilityZone`, value: stated, message }));
    }
    return notes;
  });
}

/** A fleet launches in one subnet of a zone: the first one named stays. */
export function sharedZoneFindings(pools: readonly PlacedPool[], facts: RegionFacts): readonly Note[] {
  const firstSubnets = new Map<string, string>();
  return pools.flatMap((pool) => {
    const zone = ifKnown(facts.subnets.get(pool.subnetId))?.availabilityZone;
    if (zone === undefined) return [];
    const first = firstSubnets.get(zone) ?? pool.subnetId;
    firstSubnets.set(zone, first);
    if (first === pool.subnetId) return [];
    const message = `lies in ${zone} like ${first}: a fleet launches in one subnet of a zone`;
    return [poolFails(pool, { path: `${pool.zonePath}.subnetId`, value: pool.subnetId, message })];
  });
}

/** Are the security groups there, in the VPC of the subnet? */
export function securityGroupFindings(pool: PlacedPool, facts: RegionFacts): readonly Note[] {
  const { securityGroupIds = [] } = pool.launchSpec;
  const subnet = ifKnown(facts.subnets.get(pool.subnetId));
  return securityGroupIds.flatMap((id, index) => groupIdFindings(pool, facts, subnet, id, index));
}

function groupIdFindings(
  pool: PlacedPool,
  facts: RegionFacts,
  subnet: SubnetFact | undefined,
  groupId: string,
  index: number,
): readonly Note[] {
  const finding = (message: string) =>
    poolFails(pool, { path: `${pool.specPath('securityGroupIds')}[${index}]`, value: groupId, message });
  return about(facts.securityGroupIds.get(groupId), `${pool.region}: security group ${groupId}`, (vpcId) => {
    if (vpcId === undefined) return [finding(`does not exist in ${pool.region}`)];
    if (subnet === undefined || subnet.vpcId === vpcId) return [];
    return [finding(`belongs to ${vpcId}, the subnet lies in ${subnet.vpcId}`)];
  });
}

/** Are there addresses for as many instances as the definition allows? */
export function addressFindings(
  pools: readonly PlacedPool[],
  factsOf: (region: string) => RegionFacts | undefined,
  maxCapacity: number,
): readonly Note[] {
  const subnets = new Map(pools.map(({ region, subnetId, zonePath }) => [subnetId, { region, subnetId, zonePath }]));
  const found = [...subnets.values()].map((subnet) => ({
    ...subnet,
    fact: factsOf(subnet.region)?.subnets.get(subnet.subnetId),
  }));
  // A part of the sum says nothing; what is unknown is said by subnetFindings.
  if (found.some(({ fact }) => fact?.kind !== 'known')) return [];
  const free = found.reduce((sum, { fact }) => sum + (ifKnown(fact)?.freeAddresses ?? 0), 0);
  const instances = Math.ceil(maxCapacity / Math.min(...pools.map(({ capacity }) => capacity)));
  if (pools.length === 0 || free >= instances) return [];
  const message = `may need up to ${instances} instances, its subnets have ${free} addresses free now`;
  const regions = [...new Set(found.map(({ region }) => region))];
  return regions.map((region) => poolWarning({ region }, { path: 'maxCapacity', value: String(maxCapacity), message }));
}
