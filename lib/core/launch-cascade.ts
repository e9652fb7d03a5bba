/** The cascade: global -> region -> zone -> instance type, merged by the rules of merge-layers.ts. */
import type { LaunchSpecLayer } from './launch-spec-schema.ts';
import { mergeLayers } from './merge-layers.ts';
import type { WorkerType } from './worker-type-schema.ts';

/** A layer without its nulls: what is left after merging. */
type Merged<Layer> = { readonly [Key in keyof Layer]?: NonNullable<Layer[Key]> };

/** A launch spec after the cascade. */
export type LaunchSpec = Omit<Merged<LaunchSpecLayer>, 'rootVolume'> & {
  readonly rootVolume?: Merged<NonNullable<LaunchSpecLayer['rootVolume']>>;
};

/** One way to launch: an instance type in a zone, with everything that the cascade says of it. */
export interface LaunchPool {
  readonly region: string;
  /** Absent when the definition names only the subnet. */
  readonly availabilityZone: string | undefined;
  readonly subnetId: string;
  readonly instanceType: string;
  readonly capacity: number;
  readonly utility: number;
  /** Product of the weights of region, zone and instance type; 0 never launches. */
  readonly weight: number;
  readonly launchSpec: LaunchSpec;
  readonly userData: Readonly<Record<string, unknown>>;
}

/** Every region x zone x instance type of a definition, in the order given, weight 0 included. */
export function launchPools(definition: WorkerType, homeRegion: string): LaunchPool[] {
  return definition.regions.flatMap((region) =>
    region.zones.flatMap((zone) =>
      definition.instanceTypes.map((type) => ({
        region: region.region ?? homeRegion,
        availabilityZone: zone.availabilityZone,
        subnetId: zone.subnetId,
        instanceType: type.instanceType,
        capacity: type.capacity,
        utility: type.utility,
        weight: region.weight * zone.weight * type.weight,
        launchSpec: mergeLayers(
          definition.launchSpec,
          region.launchSpec,
          zone.launchSpec,
          type.launchSpec,
        ) as LaunchSpec,
        userData: mergeLayers(definition.userData, region.userData, zone.userData, type.userData),
      })),
    ),
  );
}

/** Regions of a definition, each once, in the order given. */
export const regionsOf = (definition: WorkerType, homeRegion: string): string[] => [
  ...new Set(definition.regions.map(({ region }) => region ?? homeRegion)),
];

/** Names a capacity pool, for people and as a key: `us-east-1a/c7g.large`, by subnet where the zone is not known. */
export const poolName = ({
  availabilityZone,
  subnetId,
  instanceType,
}: Pick<LaunchPool, 'availabilityZone' | 'subnetId' | 'instanceType'>): string =>
  `${availabilityZone ?? subnetId}/${instanceType}`;
