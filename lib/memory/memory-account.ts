import type { Account } from '../control/check-ports.ts';
import { type AccountFacts, type Fact, known, type RegionFacts } from '../core/check/account-facts.ts';
import type { AccountLookups, RegionLookups } from '../core/check/account-lookups.ts';
import { spotQuotaClass } from '../core/check/spot-quota.ts';

const VPC_ID = 'vpc-1';

/**
 * An account in which everything that is asked for exists and fits: arm64, in one VPC, each subnet in a zone of its
 * own that offers everything. `change` makes it otherwise.
 */
export class MemoryAccount implements Account {
  readonly #changes = new Map<string, Partial<RegionFacts>>();
  #shared: Partial<Pick<AccountFacts, 'instanceProfiles' | 'queues'>> = {};
  /** What was looked up, oldest first. */
  readonly lookUps: AccountLookups[] = [];

  /** From now on these facts hold in the region, whatever else was said of the same names. */
  change(region: string, facts: Partial<RegionFacts>): void {
    this.#changes.set(region, facts);
  }

  /** The same for what belongs to no region. */
  changeShared(facts: Partial<Pick<AccountFacts, 'instanceProfiles' | 'queues'>>): void {
    this.#shared = facts;
  }

  async lookUp(wanted: AccountLookups): Promise<AccountFacts> {
    this.lookUps.push(wanted);
    const { instanceProfiles = [], queues = [] } = this.#shared;
    return {
      regions: new Map(
        [...wanted.regions].map(([region, its]) => [region, fineRegion(region, its, this.#changes.get(region) ?? {})]),
      ),
      instanceProfiles: new Map([...every(wanted.instanceProfileArns, () => true), ...instanceProfiles]),
      queues: new Map([...every(wanted.queueUrls, () => ({ kind: 'readable' as const })), ...queues]),
    };
  }
}

function fineRegion(region: string, wanted: RegionLookups, changes: Partial<RegionFacts>): RegionFacts {
  const zones = wanted.subnetIds.map((_, index) => `${region}${String.fromCharCode(97 + index)}`);
  const classes = wanted.instanceTypes.map(spotQuotaClass).filter((each) => each !== undefined);
  return {
    images: new Map([...every(wanted.images, fineImage), ...(changes.images ?? [])]),
    instanceTypes: new Map([
      ...every(wanted.instanceTypes, () => ({ architectures: ['arm64'], vCpus: 2, isSpotSupported: true })),
      ...(changes.instanceTypes ?? []),
    ]),
    offerings: new Map([...every(wanted.instanceTypes, () => new Set(zones)), ...(changes.offerings ?? [])]),
    subnets: new Map([
      ...every(wanted.subnetIds, (_, index) => ({
        availabilityZone: zones[index] ?? region,
        vpcId: VPC_ID,
        freeAddresses: 4091,
      })),
      ...(changes.subnets ?? []),
    ]),
    securityGroupIds: new Map([...every(wanted.securityGroupIds, () => VPC_ID), ...(changes.securityGroupIds ?? [])]),
    keyPairs: new Map([...every(wanted.keyNames, () => true), ...(changes.keyPairs ?? [])]),
    spotVcpuQuotas: new Map([
      ...classes.map((each) => [each, known(1000)] as const),
      ...(changes.spotVcpuQuotas ?? []),
    ]),
  };
}

const fineImage = (imageId: string) => ({
  kind: 'found' as const,
  imageId,
  state: 'available',
  architecture: 'arm64',
  rootDeviceType: 'ebs',
  rootDeviceName: '/dev/xvda',
  rootVolumeGiB: 8,
});

const every = <Value>(
  names: readonly string[],
  value: (name: string, index: number) => Value,
): [string, Fact<Value>][] => names.map((name, index) => [name, known(value(name, index))]);
