import { type LaunchPool, type LaunchSpec, launchPools } from '../launch-cascade.ts';
import type { WorkerType } from '../worker-type-schema.ts';

/** A pool, and where in the document the things stand that it is made of. */
export interface PlacedPool extends LaunchPool {
  /** The pool as findings name it: `subnetId/instanceType`. */
  readonly name: string;
  /** `regions[0].zones[1]` */
  readonly zonePath: string;
  /** `instanceTypes[2].instanceType` */
  readonly typePath: string;
  /** The path of the layer that had the last word about a field of the launch spec. */
  readonly specPath: (field: keyof LaunchSpec) => string;
}

/** The pools that may be launched, in the order of the definition: those of weight 0 are paused. */
export function placedPools(definition: WorkerType, homeRegion: string): PlacedPool[] {
  const places = definition.regions.flatMap((region, regionIndex) =>
    region.zones.flatMap((zone, zoneIndex) =>
      definition.instanceTypes.map((type, typeIndex) => {
        const zonePath = `regions[${regionIndex}].zones[${zoneIndex}]`;
        const layers = [
          { path: `instanceTypes[${typeIndex}]`, spec: type.launchSpec },
          { path: zonePath, spec: zone.launchSpec },
          { path: `regions[${regionIndex}]`, spec: region.launchSpec },
        ];
        const specPath = (field: keyof LaunchSpec): string => {
          const owner = layers.find(({ spec }) => spec?.[field] !== undefined && spec[field] !== null);
          return `${owner === undefined ? '' : `${owner.path}.`}launchSpec.${field}`;
        };
        return { zonePath, typePath: `instanceTypes[${typeIndex}].instanceType`, specPath };
      }),
    ),
  );
  return launchPools(definition, homeRegion).flatMap((pool, index) => {
    const place = places[index];
    if (place === undefined || pool.weight === 0) return [];
    return [{ ...pool, ...place, name: `${pool.subnetId}/${pool.instanceType}` }];
  });
}
