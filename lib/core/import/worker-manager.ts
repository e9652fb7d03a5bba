/** A worker pool of Taskcluster's worker-manager on AWS -> a definition: launch configs become a cascade. */
import { PROVISIONER_ID_PATTERN, workerTypeSchema } from '../worker-type-schema.ts';
import { cascadeOfPoints, expressiblePoints } from './cascade-of-points.ts';
import { finishImport, type Imported, queueUrlsOf, textOf } from './finish-import.ts';
import type { ImportOptions } from './import-options.ts';
import { ReportNotes } from './import-report.ts';
import { holdsNull, type JsonObject } from './json-object.ts';
import { type LaunchPoint, launchPoints, poolKey, zonesOf } from './launch-points.ts';
import { dropLeftovers } from './leftover-keys.ts';
import { limitsByCapacityPerPending, limitsOf } from './limits.ts';
import { type OldWorkerPool, parseOldWorkerPool } from './old-worker-pool-schema.ts';
import { marketOf, pricesOf } from './point-market.ts';
import { splitWeights } from './point-weights.ts';
import { lifetimesOf } from './pool-lifecycle.ts';

/** The provider of pools that are being deleted. */
const NULL_PROVIDER = 'null-provider';
/** Pools listed in a report before the rest is counted. */
const MOST_NAMED = 5;

const WHY_DROPPED: Readonly<Record<string, string>> = {
  emailOnError: 'alarms of the provisioner say what fails',
  created: 'the provisioner keeps its own dates',
  lastModified: 'the provisioner keeps its own version',
};

/** Reads one worker pool. Everything that is wrong with it is told at once. */
export function importOldWorkerPool(document: unknown, options: ImportOptions): Imported {
  const parsed = parseOldWorkerPool(document);
  if (parsed.kind === 'invalid') return parsed;
  const { old } = parsed;
  const [provisioner = '', workerType = ''] = old.workerPoolId.split('/');
  if (!workerTypeSchema.shape.workerType.safeParse(workerType).success) {
    const message = `the part after the slash has 1 to 38 letters, digits, - or _, found ${JSON.stringify(workerType)}`;
    return { kind: 'invalid', problems: [{ path: 'workerPoolId', message }] };
  }
  const notes = new ReportNotes();
  notes.translated('workerPoolId', 'workerType');
  const all = launchPoints(old.config.launchConfigs, options, notes);
  if (all.length === 0) {
    const message = 'all are archived: nothing could be launched';
    return { kind: 'invalid', problems: [{ path: 'config.launchConfigs', message }] };
  }
  const definition = {
    ...provisionerIdOf(provisioner, options, notes),
    workerType,
    ...translate(old, workerType, all, options, notes),
  };
  return finishImport(workerType, definition, notes);
}

/** The first part of the pool's id, unless the caller knows better or ours takes no such name. */
function provisionerIdOf(provisioner: string, { provisionerId }: ImportOptions, notes: ReportNotes): JsonObject {
  if (provisionerId !== undefined) {
    if (provisioner !== provisionerId) notes.approximated('workerPoolId', `belongs to ${provisionerId}, as you said`);
    return { provisionerId };
  }
  if (PROVISIONER_ID_PATTERN.test(provisioner)) {
    notes.translated('workerPoolId', 'provisionerId');
    return { provisionerId: provisioner };
  }
  const why = `"${provisioner}" is no provisionerId (letters, digits and -, a letter first): say it with --provisioner`;
  notes.dropped('workerPoolId (provisioner)', why);
  return {};
}

function translate(
  old: OldWorkerPool,
  workerType: string,
  all: readonly LaunchPoint[],
  options: ImportOptions,
  notes: ReportNotes,
): JsonObject {
  reportRest(old, notes);
  const weights = splitWeights(expressiblePoints(all, notes), notes);
  // Fewer points can be harder to say: which place or type is the rule is decided by how many there are.
  const points = expressiblePoints(weights.points, notes);
  const cascade = cascadeOfPoints(points);
  const prices = pricesOf(points, notes);
  const types = [...new Map(points.map((point) => [point.instanceType, point])).values()];
  const smallest = Math.min(...types.map(({ capacity }) => capacity));
  const limits = limitsOf(limitsByCapacityPerPending(old.config, 'config.', notes), smallest, 'config.', notes);
  const regions = [...new Set(points.map(({ region }) => region))].map((region) => ({
    region,
    ...cascade.region(region),
    zones: zonesOf(points, region).map(({ zone, subnetId, availabilityZone }) => ({
      subnetId,
      ...(availabilityZone === undefined ? {} : { availabilityZone }),
      ...weightField(weights.zone(region, zone)),
      ...cascade.zone(region, zone),
    })),
  }));
  reportMorePools(points, notes);
  return {
    ...(old.providerId === NULL_PROVIDER ? { enabled: false } : {}),
    description: textOf('description', old.description, notes),
    owner: textOf('owner', old.owner, notes),
    queueUrls: queueUrlsOf(workerType, options),
    ...limits,
    ...prices.field,
    ...marketOf(points, limits.maxCapacity, notes),
    ...regionOrderOf(points, regions.length, notes),
    instanceTypes: types.map(({ instanceType, capacity }) => ({
      instanceType,
      capacity,
      utility: prices.utilityOf(instanceType),
      ...weightField(weights.type(instanceType)),
      ...cascade.type(instanceType),
    })),
    ...cascade.global,
    regions,
    ...lifetimesOf(old, notes),
  };
}

const weightField = (weight: number): JsonObject => (weight === 1 ? {} : { weight });

function regionOrderOf(points: readonly LaunchPoint[], regions: number, notes: ReportNotes): JsonObject {
  if (regions < 2) return {};
  const regionOrder = new Set(points.map(({ weight }) => weight)).size > 1 ? 'weight' : 'price';
  const how = `were tried in random order until the first error; now regions are tried by ${regionOrder} (regionOrder), and the next one takes what one could not give`;
  notes.approximated('config.launchConfigs', how);
  return { regionOrder };
}

/** A cascade is every region x zone x type: some that the old list left out may be launched, too. */
function reportMorePools(points: readonly LaunchPoint[], notes: ReportNotes): void {
  const listed = new Set(points.map(poolKey));
  const zones = [...new Map(points.map((point) => [`${point.region} ${point.zone}`, point])).values()];
  const types = [...new Set(points.map(({ instanceType }) => instanceType))];
  const more = zones.flatMap((place) =>
    types
      .filter((instanceType) => !listed.has(poolKey({ ...place, instanceType })))
      .map((instanceType) => `${place.availabilityZone ?? (place.zone || place.region)}/${instanceType}`),
  );
  if (more.length === 0) return;
  const rest = more.length > MOST_NAMED ? ` and ${more.length - MOST_NAMED} more` : '';
  const how = `every instance type may be launched in every zone, so also ${more.slice(0, MOST_NAMED).join(', ')}${rest}`;
  notes.approximated('config.launchConfigs', how);
}

function reportRest(old: OldWorkerPool, notes: ReportNotes): void {
  for (const field of ['minCapacity', 'maxCapacity']) notes.translated(`config.${field}`, field);
  if (old.providerId === NULL_PROVIDER)
    notes.approximated('providerId', 'the pool was being deleted: it is not enabled');
  else notes.dropped('providerId', 'every worker type is launched on EC2');
  dropLeftovers(old, ['workerPoolId', 'providerId', 'description', 'owner', 'config'], '', WHY_DROPPED, notes);
  const configKeys = ['minCapacity', 'maxCapacity', 'scalingRatio', 'lifecycle', 'launchConfigs'];
  dropLeftovers(old.config, configKeys, 'config.', {}, notes);
  const lifecycleKeys = ['registrationTimeout', 'reregistrationTimeout', 'queueInactivityTimeout'];
  dropLeftovers(old.config.lifecycle, lifecycleKeys, 'config.lifecycle.', {}, notes);
  if (
    old.config.launchConfigs.some(
      ({ workerConfig, additionalUserData }) => holdsNull(workerConfig) || holdsNull(additionalUserData),
    )
  ) {
    notes.approximated('config.launchConfigs[].workerConfig', 'null is left out: it deletes a field here');
  }
}
