import type { ImportOptions } from './import-options.ts';
import type { ReportNotes } from './import-report.ts';
import type { JsonObject } from './json-object.ts';
import { missingSubnet } from './missing-subnet.ts';
import type { OldWorkerType } from './old-aws-provisioner-schema.ts';

/** A place to launch in: one subnet, with what the old definition says of its zone. */
export interface PlannedZone {
  readonly subnetId: string;
  readonly availabilityZone: string | undefined;
  /** Where the old definition describes the zone; undefined when it names no zones in this region. */
  readonly path: string | undefined;
  readonly launchSpec: JsonObject;
  readonly userData: JsonObject;
}

export interface PlannedRegion {
  readonly region: string;
  readonly launchSpec: JsonObject;
  readonly userData: JsonObject;
  readonly zones: readonly PlannedZone[];
}

/** Regions with their zones. Old definitions name zones, or none at all; subnets come from them or from the options. */
export function plannedRegions(old: OldWorkerType, options: ImportOptions, notes: ReportNotes): PlannedRegion[] {
  const known = new Set(old.regions.map(({ region }) => region));
  for (const [index, zone] of old.availabilityZones.entries()) {
    if (!known.has(zone.region)) notes.dropped(`availabilityZones[${index}]`, `regions does not hold ${zone.region}`);
  }
  for (const [index, type] of old.instanceTypes.entries()) {
    if ('SubnetId' in type.launchSpec) {
      notes.dropped(
        `instanceTypes[${index}].launchSpec.SubnetId`,
        'a subnet belongs to a zone, for all instance types',
      );
    }
  }
  return old.regions.map(({ region, launchSpec, userData }, index) => {
    const to = `regions[${index}]`;
    notes.translated(`${to}.region`, `${to}.region`);
    const inherited = launchSpec['SubnetId'] ?? (old.regions.length === 1 ? old.launchSpec['SubnetId'] : undefined);
    const zones = old.availabilityZones.flatMap((zone, zoneIndex) =>
      zone.region === region ? [{ ...zone, path: `availabilityZones[${zoneIndex}]` }] : [],
    );
    const shared = typeof inherited === 'string' ? inherited : undefined;
    return {
      region,
      launchSpec,
      userData,
      zones:
        zones.length === 0
          ? zonesOfRegion(region, shared, options)
          : zones.map((zone, zoneIndex) => ({
              ...zone,
              subnetId: subnetOf(
                zone,
                zones.length === 1 ? shared : undefined,
                `${to}.zones[${zoneIndex}]`,
                options,
                notes,
              ),
            })),
    };
  });
}

function subnetOf(
  { path, launchSpec, availabilityZone }: Omit<PlannedZone, 'subnetId'> & { readonly availabilityZone: string },
  inherited: string | undefined,
  to: string,
  options: ImportOptions,
  notes: ReportNotes,
): string {
  notes.translated(`${path}.availabilityZone`, `${to}.availabilityZone`);
  const own = launchSpec['SubnetId'];
  if (typeof own === 'string') {
    notes.translated(`${path}.launchSpec.SubnetId`, `${to}.subnetId`);
    return own;
  }
  const found = inherited ?? options.subnets.get(availabilityZone);
  return found ?? missingSubnet(availabilityZone);
}

/** A region without named zones: its one subnet, else every zone for which the options give one. */
function zonesOfRegion(region: string, shared: string | undefined, { subnets }: ImportOptions): PlannedZone[] {
  const nothingSaid = { path: undefined, launchSpec: {}, userData: {} };
  if (shared !== undefined) {
    const availabilityZone = [...subnets].find(([, subnetId]) => subnetId === shared)?.[0];
    return [{ subnetId: shared, availabilityZone, ...nothingSaid }];
  }
  const given = [...subnets].filter(([zone]) => zone.slice(0, -1) === region);
  if (given.length > 0) {
    return given.map(([availabilityZone, subnetId]) => ({ subnetId, availabilityZone, ...nothingSaid }));
  }
  return [{ subnetId: missingSubnet(region), availabilityZone: undefined, ...nothingSaid }];
}
