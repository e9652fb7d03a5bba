import type { PlannedRegion } from './aws-provisioner-zones.ts';
import type { ImportOptions } from './import-options.ts';
import { placeholder } from './import-report.ts';
import { type JsonObject, sameText } from './json-object.ts';
import { securityGroupIdsOf } from './security-groups.ts';

/** `securityGroupIds` of each layer; undefined where the layer says nothing. */
export interface PlacedGroups {
  readonly global: unknown;
  readonly regions: readonly { readonly own: unknown; readonly zones: readonly unknown[] }[];
  readonly types: readonly unknown[];
}

/**
 * Security groups, placed as far out as they are the same. By name, one old entry for all regions stands for other ids
 * in each, which is why these are not translated layer by layer.
 */
export function placeSecurityGroups(
  global: JsonObject,
  regions: readonly PlannedRegion[],
  types: readonly { readonly launchSpec: JsonObject }[],
  options: ImportOptions,
): PlacedGroups {
  const bases = regions.map(({ region, launchSpec, zones }) =>
    zones.map((zone) => ({ region, spec: { ...global, ...launchSpec, ...zone.launchSpec } })),
  );
  const found = bases.map((zones) => zones.map(({ region, spec }) => securityGroupIdsOf(spec, region, options)));
  const everywhere = isSame(found.flat());
  return {
    global: everywhere ? found[0]?.[0] : undefined,
    regions: found.map((inRegion) => {
      const own = !everywhere && isSame(inRegion);
      return { own: own ? inRegion[0] : undefined, zones: everywhere || own ? [] : inRegion };
    }),
    types: types.map(({ launchSpec }) => {
      if (!('SecurityGroups' in launchSpec || 'SecurityGroupIds' in launchSpec)) return undefined;
      const all = bases
        .flat()
        .map(({ region, spec }) => securityGroupIdsOf({ ...spec, ...launchSpec }, region, options));
      if (isSame(all)) return all[0] ?? null;
      const what = 'security groups of this instance type, which differ between regions';
      return [placeholder(what, 'make it a worker type of its own')];
    }),
  };
}

const isSame = (all: readonly unknown[]): boolean => all.every((each) => sameText(each) === sameText(all[0]));
