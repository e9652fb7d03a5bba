/** A worker type of Taskcluster's aws-provisioner -> a definition. The cascade keeps its four layers and its meaning. */
import { workerTypeSchema } from '../worker-type-schema.ts';
import { translateLayers } from './aws-provisioner-layers.ts';
import { plannedRegions } from './aws-provisioner-zones.ts';
import { finishImport, type Imported, queueUrlsOf, textOf } from './finish-import.ts';
import type { ImportOptions } from './import-options.ts';
import { ReportNotes } from './import-report.ts';
import { holdsNull, type JsonObject } from './json-object.ts';
import { dropLeftovers } from './leftover-keys.ts';
import { limitsOf } from './limits.ts';
import { type OldWorkerType, parseOldWorkerType } from './old-aws-provisioner-schema.ts';

const SECRETS = 'values do not belong into definitions: put them into SSM or Secrets Manager and name them in secrets';
const WHY_DROPPED: Readonly<Record<string, string>> = {
  minPrice:
    'was the lowest bid, and spot instances have had no bids since 2017: everybody pays the spot price, and a floor ' +
    'would only keep workers from cheap capacity',
  canUseOndemand: 'was ignored, spot was always used; here market says when on-demand instances are launched',
  canUseSpot: 'was ignored, spot was always used',
  scopes: "was ignored; what workers may do is said by their instance profile's role",
  secrets: SECRETS,
  lastModified: 'the provisioner keeps its own version',
};
const LAYER_KEYS = ['launchSpec', 'userData'];

/** Reads one worker type. Everything that is wrong with it is told at once. */
export function importOldWorkerType(document: unknown, options: ImportOptions): Imported {
  const parsed = parseOldWorkerType(document);
  if (parsed.kind === 'invalid') return parsed;
  const { old } = parsed;
  const workerType = old.workerType ?? options.fallbackName;
  const isName = workerTypeSchema.shape.workerType.safeParse(workerType).success;
  if (workerType === undefined || !isName) {
    const message = `1 to 38 letters, digits, - or _, found ${JSON.stringify(workerType)}`;
    return { kind: 'invalid', problems: [{ path: 'workerType', message }] };
  }
  const notes = new ReportNotes();
  if (old.workerType === undefined) notes.approximated('workerType', `is missing: "${workerType}", after the file`);
  else notes.translated('workerType', 'workerType');
  return finishImport(workerType, translate(old, workerType, options, notes), notes);
}

function translate(old: OldWorkerType, workerType: string, options: ImportOptions, notes: ReportNotes): JsonObject {
  reportLeftovers(old, notes);
  for (const field of ['minCapacity', 'maxCapacity', 'scalingRatio'] as const) notes.translated(field, field);
  notes.translated('maxPrice', 'maxPriceUsdPerHour');
  const instanceTypes = old.instanceTypes.map((type, index) => machineOf(type, `instanceTypes[${index}]`, notes));
  const smallest = Math.min(...instanceTypes.map(({ capacity }) => capacity));
  const regions = plannedRegions(old, options, notes);
  reportUserData(old, notes);
  const layers = translateLayers(old, regions, options, notes);
  if (regions.length > 1) {
    notes.approximated(
      'regions',
      'places were picked at random among all that cost at most maxPrice; now the cheapest region is tried first ' +
        '(regionOrder) and EC2 chooses within it (allocationStrategy)',
    );
  }
  return {
    ...(options.provisionerId === undefined ? {} : { provisionerId: options.provisionerId }),
    workerType,
    description: textOf('description', old.description, notes),
    owner: textOf('owner', old.owner, notes),
    queueUrls: queueUrlsOf(workerType, options),
    ...limitsOf(old, smallest, '', notes),
    maxPriceUsdPerHour: old.maxPrice,
    ...(regions.length > 1 ? { regionOrder: 'price' } : {}),
    instanceTypes: instanceTypes.map((machine, index) => ({ ...machine, ...layers.types[index] })),
    ...layers.global,
    regions: regions.map(({ region, zones }, index) => ({
      region,
      ...layers.regions[index]?.own,
      zones: zones.map(({ subnetId, availabilityZone }, zone) => ({
        subnetId,
        ...(availabilityZone === undefined ? {} : { availabilityZone }),
        ...layers.regions[index]?.zones[zone],
      })),
    })),
  };
}

function machineOf(type: OldWorkerType['instanceTypes'][number], path: string, notes: ReportNotes) {
  const { instanceType, utility } = type;
  for (const field of ['instanceType', 'capacity', 'utility']) notes.translated(`${path}.${field}`, `${path}.${field}`);
  const capacity = Math.max(1, Math.floor(type.capacity));
  if (capacity !== type.capacity) notes.approximated(`${path}.capacity`, `${capacity} in place of ${type.capacity}`);
  if (utility > 0) return { instanceType, capacity, utility };
  notes.approximated(`${path}.utility`, '0 made every price too high: the type has weight 0, which never launches');
  return { instanceType, capacity, utility: 1, weight: 0 };
}

function reportUserData(old: OldWorkerType, notes: ReportNotes): void {
  for (const { path, userData } of oldLayers(old)) {
    if (Object.keys(userData).length > 0) notes.translated(`${path}userData`, 'userData');
    if (holdsNull(userData)) notes.approximated(`${path}userData`, 'null is left out: it deletes a field here');
  }
}

function reportLeftovers(old: OldWorkerType, notes: ReportNotes): void {
  const ofLayers = ['instanceTypes', 'regions', 'availabilityZones'];
  const read = ['workerType', 'description', 'owner', 'minCapacity', 'maxCapacity', 'scalingRatio', 'maxPrice'];
  const why = old['minPrice'] === 0 ? { ...WHY_DROPPED, minPrice: '0 was no floor' } : WHY_DROPPED;
  dropLeftovers(old, [...read, ...LAYER_KEYS, ...ofLayers], '', why, notes);
  const ownKeys = ['instanceType', 'capacity', 'utility', 'region', 'availabilityZone'];
  for (const { path, layer } of oldLayers(old).slice(1))
    dropLeftovers(layer, [...ownKeys, ...LAYER_KEYS], path, why, notes);
}

/** Every place with a launch spec and user data, the global one first. */
function oldLayers(old: OldWorkerType) {
  const lists = { regions: old.regions, availabilityZones: old.availabilityZones, instanceTypes: old.instanceTypes };
  return [
    { path: '', userData: old.userData, layer: old as JsonObject },
    ...Object.entries(lists).flatMap(([name, layers]) =>
      layers.map((layer, index) => ({
        path: `${name}[${index}].`,
        userData: layer.userData,
        layer: layer as JsonObject,
      })),
    ),
  ];
}
