import type { WorkerType } from '../worker-type-schema.ts';
import { placedPools } from './placed-pools.ts';

/** What definitions name in one region, each thing once. */
export interface RegionLookups {
  /** Ids of images, kernels and RAM disks, and `resolve:ssm:` references. */
  readonly images: readonly string[];
  readonly instanceTypes: readonly string[];
  readonly subnetIds: readonly string[];
  readonly securityGroupIds: readonly string[];
  readonly keyNames: readonly string[];
}

/** What definitions name in an account: to be looked up once, however many of them name it. */
export interface AccountLookups {
  readonly regions: ReadonlyMap<string, RegionLookups>;
  readonly instanceProfileArns: readonly string[];
  readonly queueUrls: readonly string[];
}

/** Everything that the check of these definitions looks up. Pools of weight 0 launch nothing and are left out. */
export function lookupsOf(definitions: readonly WorkerType[], homeRegion: string): AccountLookups {
  const pools = definitions.flatMap((definition) => placedPools(definition, homeRegion));
  const regions = [...Map.groupBy(pools, ({ region }) => region)].map(([region, its]): [string, RegionLookups] => [
    region,
    {
      images: distinct(
        its.flatMap(({ launchSpec }) => [launchSpec.imageId, launchSpec.kernelId, launchSpec.ramdiskId]),
      ),
      instanceTypes: distinct(its.map(({ instanceType }) => instanceType)),
      subnetIds: distinct(its.map(({ subnetId }) => subnetId)),
      securityGroupIds: distinct(its.flatMap(({ launchSpec }) => launchSpec.securityGroupIds ?? [])),
      keyNames: distinct(its.map(({ launchSpec }) => launchSpec.keyName)),
    },
  ]);
  return {
    regions: new Map(regions),
    instanceProfileArns: distinct(pools.map(({ launchSpec }) => launchSpec.instanceProfileArn)),
    queueUrls: distinct(definitions.flatMap(({ queueUrls }) => queueUrls)),
  };
}

const distinct = (values: readonly (string | undefined)[]): string[] => [
  ...new Set(values.filter((value) => value !== undefined)),
];
