import type { ImportOptions } from './import-options.ts';
import type { ReportNotes } from './import-report.ts';
import { isJsonObject, type JsonObject, sameText } from './json-object.ts';
import { launchSpecFields } from './launch-spec-keys.ts';
import { dropLeftovers } from './leftover-keys.ts';
import { missingSubnet } from './missing-subnet.ts';
import type { OldLaunchConfig } from './old-worker-pool-schema.ts';
import { securityGroupIdsOf } from './security-groups.ts';

/** One launch config in one zone: what worker-manager lists one by one, and a cascade says in layers. */
export interface LaunchPoint {
  /** Position of the launch config in the old list. */
  readonly index: number;
  readonly region: string;
  /** Names the zone within the region: its subnet, else the zone's name, else empty. */
  readonly zone: string;
  readonly subnetId: string | undefined;
  readonly availabilityZone: string | undefined;
  readonly instanceType: string;
  readonly capacity: number;
  readonly weight: number;
  readonly isSpot: boolean;
  readonly maxPriceUsdPerHour: number | undefined;
  readonly launchSpec: JsonObject;
  readonly userData: JsonObject;
}

const PATH = 'config.launchConfigs[]';
const WHY_DROPPED: Readonly<Record<string, string>> = {
  maxCapacity: 'only the worker type as a whole has a maximum',
};

/** The points of all launch configs that are not archived. What they have in common is reported once. */
export function launchPoints(
  configs: readonly OldLaunchConfig[],
  options: ImportOptions,
  notes: ReportNotes,
): LaunchPoint[] {
  const points = configs.flatMap((config, index) => {
    if (config.archived !== true && config.isArchived !== true) return [pointOf(config, index, options, notes)];
    notes.dropped(`config.launchConfigs[${index}]`, 'is archived');
    return [];
  });
  const subnets = new Map([
    ...options.subnets,
    ...points.flatMap(({ availabilityZone, subnetId }) =>
      availabilityZone === undefined || subnetId === undefined ? [] : [[availabilityZone, subnetId] as const],
    ),
  ]);
  return points.flatMap((point) => placesOf(point, points, subnets));
}

function pointOf(config: OldLaunchConfig, index: number, options: ImportOptions, notes: ReportNotes): LaunchPoint {
  const { region, launchConfig, workerManager = {}, workerConfig, additionalUserData } = config;
  const { InstanceType, InstanceMarketOptions, ...withInterface } = launchConfig;
  const spec = interfaceOf(withInterface, notes);
  const securityGroupIds = securityGroupIdsOf(spec, region, options);
  reportConfig(config, index, notes);
  const placement = isJsonObject(spec['Placement']) ? spec['Placement'] : {};
  const [subnetId, availabilityZone] = [textIn(spec['SubnetId']), textIn(placement['AvailabilityZone'])];
  const market = isJsonObject(InstanceMarketOptions) ? InstanceMarketOptions : {};
  const spotOptions = isJsonObject(market['SpotOptions']) ? market['SpotOptions'] : {};
  const price = Number(spotOptions['MaxPrice'] ?? Number.NaN);
  return {
    index,
    region,
    zone: subnetId ?? availabilityZone ?? '',
    subnetId,
    availabilityZone,
    instanceType: InstanceType,
    capacity: workerManager.capacityPerInstance ?? config.capacityPerInstance ?? 1,
    weight: workerManager.initialWeight ?? 1,
    isSpot: market['MarketType'] === 'spot',
    maxPriceUsdPerHour: Number.isFinite(price) ? price : undefined,
    launchSpec: {
      ...launchSpecFields(spec, { path: `${PATH}.launchConfig`, to: 'launchSpec' }, options, notes),
      ...(securityGroupIds === undefined ? {} : { securityGroupIds }),
    },
    userData: { ...additionalUserData, ...(workerConfig === undefined ? {} : { workerConfig }) },
  };
}

/** `NetworkInterfaces[0]` is another way to say subnet and groups. */
function interfaceOf(spec: JsonObject, notes: ReportNotes): JsonObject {
  const { NetworkInterfaces, ...rest } = spec;
  const first: unknown = Array.isArray(NetworkInterfaces) ? NetworkInterfaces[0] : undefined;
  if (!isJsonObject(first)) return spec;
  const at = `${PATH}.launchConfig.NetworkInterfaces`;
  notes.approximated(
    at,
    'subnet and groups of the first interface are kept; its other settings are those of the subnet',
  );
  const { SubnetId = rest['SubnetId'], Groups = rest['SecurityGroupIds'] } = first;
  return {
    ...rest,
    ...(SubnetId === undefined ? {} : { SubnetId }),
    ...(Groups === undefined ? {} : { SecurityGroupIds: Groups }),
  };
}

function reportConfig(config: OldLaunchConfig, index: number, notes: ReportNotes): void {
  notes.translated(`${PATH}.region`, 'regions[].region');
  notes.translated(`${PATH}.launchConfig.InstanceType`, 'instanceTypes[].instanceType');
  const manager = config.workerManager ?? {};
  const capacityAt = manager.capacityPerInstance === undefined ? '' : '.workerManager';
  notes.translated(`${PATH}${capacityAt}.capacityPerInstance`, 'instanceTypes[].capacity');
  if (config.workerConfig !== undefined) notes.translated(`${PATH}.workerConfig`, 'userData.workerConfig');
  if (config.additionalUserData !== undefined) notes.translated(`${PATH}.additionalUserData`, 'userData');
  for (const key of ['SecurityGroups', 'SecurityGroupIds']) {
    if (key in config.launchConfig) notes.translated(`${PATH}.launchConfig.${key}`, 'launchSpec.securityGroupIds');
  }
  if (manager.launchConfigId !== undefined) {
    notes.dropped(`${PATH}.workerManager.launchConfigId`, 'places have no ids of their own here');
  }
  const place: unknown = config.launchConfig['Placement'];
  if (isJsonObject(place) && 'AvailabilityZone' in place) {
    notes.translated(`${PATH}.launchConfig.Placement.AvailabilityZone`, 'regions[].zones[].availabilityZone');
  }
  if ('SubnetId' in config.launchConfig) {
    notes.translated(`${PATH}.launchConfig.SubnetId`, 'regions[].zones[].subnetId');
  }
  dropLeftovers(
    manager,
    ['capacityPerInstance', 'initialWeight', 'launchConfigId'],
    `config.launchConfigs[${index}].workerManager.`,
    WHY_DROPPED,
    notes,
  );
  const read = ['region', 'launchConfig', 'capacityPerInstance', 'workerConfig', 'additionalUserData', 'workerManager'];
  dropLeftovers(config, [...read, 'archived', 'isArchived'], `config.launchConfigs[${index}].`, {}, notes);
}

/** A point that names no subnet lies in its zone's; one that names no zone lies in every known zone of its region. */
function placesOf(
  point: LaunchPoint,
  all: readonly LaunchPoint[],
  subnets: ReadonlyMap<string, string>,
): LaunchPoint[] {
  if (point.subnetId !== undefined) {
    const named = point.availabilityZone ?? [...subnets].find(([, subnetId]) => subnetId === point.subnetId)?.[0];
    return [{ ...point, availabilityZone: named }];
  }
  if (point.availabilityZone !== undefined) return [inZone(point, point.availabilityZone, subnets)];
  const zones = new Set([
    ...all.flatMap((each) => (each.region === point.region ? (each.availabilityZone ?? []) : [])),
    ...[...subnets.keys()].filter((zone) => zone.slice(0, -1) === point.region),
  ]);
  return zones.size === 0 ? [point] : [...zones].map((zone) => inZone(point, zone, subnets));
}

function inZone(point: LaunchPoint, availabilityZone: string, subnets: ReadonlyMap<string, string>): LaunchPoint {
  const subnetId = subnets.get(availabilityZone);
  return { ...point, availabilityZone, subnetId, zone: subnetId ?? availabilityZone };
}

/** Zones of a region in the order of their first launch config; a placeholder where no subnet is known. */
export function zonesOf(points: readonly LaunchPoint[], region: string) {
  const zones = new Map<string, LaunchPoint>();
  for (const point of points.filter((each) => each.region === region)) {
    const before = zones.get(point.zone);
    if (before?.availabilityZone === undefined) zones.set(point.zone, point);
  }
  return [...zones].map(([zone, { subnetId, availabilityZone }]) => ({
    zone,
    subnetId: subnetId ?? missingSubnet(availabilityZone ?? region),
    availabilityZone,
  }));
}

const textIn = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);

/** Two points of the same capacity pool. */
export const poolKey = ({ region, zone, instanceType }: LaunchPoint): string => sameText([region, zone, instanceType]);
