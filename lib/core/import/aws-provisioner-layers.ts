import { placeSecurityGroups } from './aws-provisioner-groups.ts';
import type { PlannedRegion } from './aws-provisioner-zones.ts';
import type { ImportOptions } from './import-options.ts';
import type { ReportNotes } from './import-report.ts';
import type { JsonObject } from './json-object.ts';
import { launchSpecFields, type SpecPlace } from './launch-spec-keys.ts';
import type { OldWorkerType } from './old-aws-provisioner-schema.ts';
import { replacingLayer } from './replacing-layer.ts';

/** Launch specs and user data of all layers. Later layers replaced whole values: see replacingLayer. */
export function translateLayers(
  old: OldWorkerType,
  regions: readonly PlannedRegion[],
  options: ImportOptions,
  notes: ReportNotes,
) {
  const specOf = (layer: { readonly launchSpec: JsonObject }, place: SpecPlace) =>
    reported(layer.launchSpec, place, options, notes);
  const groups = placeSecurityGroups(old.launchSpec, regions, old.instanceTypes, options);
  const global = { spec: specOf(old, { path: 'launchSpec', to: 'launchSpec' }), userData: old.userData };
  const inRegions = regions.map((region, index) => {
    const to = `regions[${index}]`;
    const spec = specOf(region, { path: `${to}.launchSpec`, to: `${to}.launchSpec` });
    const zones = region.zones.map((zone, zoneIndex) => {
      const place = { path: `${zone.path ?? to}.launchSpec`, to: `${to}.zones[${zoneIndex}].launchSpec` };
      return { spec: specOf(zone, place), userData: zone.userData };
    });
    return { spec, userData: region.userData, zones };
  });
  // What the first three layers add up to, in each zone: types come on top of any of them.
  const bases = inRegions.flatMap(({ spec, userData, zones }) =>
    zones.map((zone) => ({
      spec: { ...global.spec, ...spec, ...zone.spec },
      userData: { ...global.userData, ...userData, ...zone.userData },
    })),
  );
  return {
    global: layerOf(global, [], groups.global),
    regions: inRegions.map((region, index) => {
      const base = { spec: { ...global.spec, ...region.spec }, userData: { ...global.userData, ...region.userData } };
      return {
        own: layerOf(region, [global], groups.regions[index]?.own),
        zones: region.zones.map((zone, at) => layerOf(zone, [base], groups.regions[index]?.zones[at])),
      };
    }),
    types: old.instanceTypes.map((type, index) => {
      const to = `instanceTypes[${index}].launchSpec`;
      return layerOf({ spec: specOf(type, { path: to, to }), userData: type.userData }, bases, groups.types[index]);
    }),
  };
}

type Layer = { readonly spec: JsonObject; readonly userData: JsonObject };

/** One layer of the new definition, without what is empty. */
function layerOf({ spec, userData }: Layer, earlier: readonly Layer[], securityGroupIds: unknown): JsonObject {
  const launchSpec = {
    ...replacingLayer(
      spec,
      earlier.map((each) => each.spec),
    ),
    ...(securityGroupIds === undefined ? {} : { securityGroupIds }),
  };
  const data = replacingLayer(
    userData,
    earlier.map((each) => each.userData),
  );
  return {
    ...(Object.keys(launchSpec).length === 0 ? {} : { launchSpec }),
    ...(Object.keys(data).length === 0 ? {} : { userData: data }),
  };
}

function reported(spec: JsonObject, place: SpecPlace, options: ImportOptions, notes: ReportNotes): JsonObject {
  for (const key of ['SecurityGroups', 'SecurityGroupIds']) {
    if (key in spec) notes.translated(`${place.path}.${key}`, `${place.to}.securityGroupIds`);
  }
  return launchSpecFields(spec, place, options, notes);
}
