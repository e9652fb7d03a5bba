import type { WorkerType } from '../worker-type-schema.ts';
import type { RegionFacts } from './account-facts.ts';
import { mayLaunchOnDemand } from './instance-type-findings.ts';
import { about, ifKnown, type Note, poolFails, poolWarning } from './notes.ts';
import type { PlacedPool } from './placed-pools.ts';
import { type SpotQuotaClass, spotQuotaClass, spotQuotas } from './spot-quota.ts';

/** Pools of one region whose instance types share a quota. */
interface QuotaGroup {
  readonly region: string;
  readonly quotaClass: SpotQuotaClass;
  readonly vCpus: number;
  readonly types: readonly { readonly pool: PlacedPool; readonly vCpus: number }[];
}

/**
 * Do the spot quotas of the account allow what the definition does? A quota smaller than one instance rules its pools
 * out; quotas that are together smaller than `maxCapacity` are a warning.
 */
export function quotaFindings(
  pools: readonly PlacedPool[],
  factsOf: (region: string) => RegionFacts | undefined,
  definition: Pick<WorkerType, 'market' | 'maxCapacity'>,
): readonly Note[] {
  const groups = groupsOf(pools, factsOf);
  const unknown = groups.flatMap(({ note }) => note);
  const known = groups.flatMap(({ group }) => (group === undefined ? [] : [group]));
  const tooSmall = known.flatMap((group) => tooSmallFindings(group, definition));
  const isComplete = groups.every(({ group }) => group !== undefined) && known.length > 0;
  return [...unknown, ...tooSmall, ...(isComplete ? togetherFindings(known, definition) : [])];
}

function groupsOf(pools: readonly PlacedPool[], factsOf: (region: string) => RegionFacts | undefined) {
  const named = pools.map((pool) => ({ pool, quotaClass: spotQuotaClass(pool.instanceType) }));
  const byQuota = Map.groupBy(named, ({ pool, quotaClass }) => `${pool.region} ${quotaClass}`);
  return [...byQuota.values()].map((members): { group: QuotaGroup | undefined; note: readonly Note[] } => {
    const [first] = members;
    const quotaClass = first?.quotaClass;
    // A family whose quota is not known here: nothing can be said, which is no failed look-up.
    if (first === undefined || quotaClass === undefined) return { group: undefined, note: [] };
    const { region } = first.pool;
    const facts = factsOf(region);
    const fact = facts?.spotVcpuQuotas.get(quotaClass);
    const types = members.flatMap(({ pool }) => {
      const type = ifKnown(facts?.instanceTypes.get(pool.instanceType));
      return type === undefined ? [] : [{ pool, vCpus: type.vCpus }];
    });
    const note = about(fact, `${region}: quota "${spotQuotas[quotaClass].name}"`, () => []);
    const vCpus = ifKnown(fact);
    if (vCpus === undefined || types.length === 0) return { group: undefined, note };
    return { group: { region, quotaClass, vCpus, types }, note };
  });
}

function tooSmallFindings(group: QuotaGroup, definition: Pick<WorkerType, 'market'>): readonly Note[] {
  const name = spotQuotas[group.quotaClass].name;
  return group.types
    .filter(({ vCpus }) => vCpus > group.vCpus)
    .map(({ pool, vCpus }) => {
      const message = `has ${vCpus} vCPUs, the quota "${name}" in ${group.region} allows ${group.vCpus}`;
      const finding = { path: pool.typePath, value: pool.instanceType, message };
      return mayLaunchOnDemand(definition) ? poolWarning(pool, finding) : poolFails(pool, finding);
    });
}

/** What the quotas of all classes and regions give together, each used by the type that makes the most of it. */
function togetherFindings(
  groups: readonly QuotaGroup[],
  { maxCapacity }: Pick<WorkerType, 'maxCapacity'>,
): readonly Note[] {
  const reachable = groups.reduce((sum, group) => sum + capacityWithin(group), 0);
  if (reachable >= maxCapacity) return [];
  return groups.map((group) => {
    const { region, quotaClass, vCpus } = group;
    const message =
      `needs ${vCpusFor(maxCapacity, group)} vCPUs, the quota "${spotQuotas[quotaClass].name}" in ${region} allows ${vCpus}` +
      `${groups.length > 1 ? `, and all quotas together` : ':'} enough for ${reachable} tasks at once`;
    return poolWarning({ region }, { path: 'maxCapacity', value: String(maxCapacity), message });
  });
}

const capacityWithin = ({ vCpus, types }: QuotaGroup): number =>
  Math.max(...types.map((type) => Math.floor(vCpus / type.vCpus) * type.pool.capacity));

const vCpusFor = (capacity: number, { types }: QuotaGroup): number =>
  Math.min(...types.map((type) => Math.ceil(capacity / type.pool.capacity) * type.vCpus));
