import type { ImportOptions } from './import-options.ts';
import { placeholder, type ReportNotes } from './import-report.ts';
import { isJsonObject, type JsonObject } from './json-object.ts';
import { rootVolumeOf } from './root-volume.ts';

/** Where one EC2 launch specification stands, in the old definition and in the new one. */
export interface SpecPlace {
  readonly path: string;
  readonly to: string;
}

/** EC2's keys that only have another name here. */
const SAME_MEANING: ReadonlyMap<string, string> = new Map(
  Object.entries({
    ImageId: 'imageId',
    KeyName: 'keyName',
    KernelId: 'kernelId',
    RamdiskId: 'ramdiskId',
    EbsOptimized: 'ebsOptimized',
    MonitoringEnabled: 'detailedMonitoring',
  }),
);

/** Keys that are read elsewhere, because they belong to a zone, depend on the region or are no part of the spec. */
const READ_ELSEWHERE: ReadonlySet<string> = new Set(['SecurityGroups', 'SecurityGroupIds', 'SubnetId']);

const WHY_DROPPED: ReadonlyMap<string, string> = new Map(
  Object.entries({
    AddressingType: 'the subnet decides whether instances get a public address',
    NetworkInterfaces: 'the provisioner makes the interface, in the subnet of the zone and with securityGroupIds',
    UserData: 'the provisioner writes the user data; what workers need stands in userData',
    InstanceType: 'instanceTypes says it',
    TagSpecifications: 'tags of instances and volumes stand in tags',
    InstanceInitiatedShutdownBehavior: 'an instance that shuts down is always terminated',
    MetadataOptions: 'IMDSv2 is always required and tags are always shown',
  }),
);

/**
 * The fields of one layer's launch spec that neither belong to a zone nor depend on the region. `null` says that the
 * layer takes away what earlier ones say. Reports every key.
 */
export function launchSpecFields(
  spec: JsonObject,
  { path, to }: SpecPlace,
  options: ImportOptions,
  notes: ReportNotes,
): JsonObject {
  const fields = Object.entries(spec).map(([key, value]) =>
    fieldOf(key, value, { path: `${path}.${key}`, to }, options, notes),
  );
  return Object.fromEntries(fields.filter((field) => field !== undefined));
}

function fieldOf(
  key: string,
  value: unknown,
  place: SpecPlace,
  options: ImportOptions,
  notes: ReportNotes,
): readonly [string, unknown] | undefined {
  const { path, to } = place;
  const same = SAME_MEANING.get(key);
  if (same !== undefined) {
    notes.translated(path, `${to}.${same}`);
    return [same, value];
  }
  switch (key) {
    case 'Monitoring':
      notes.translated(`${path}.Enabled`, `${to}.detailedMonitoring`);
      return ['detailedMonitoring', isJsonObject(value) ? (value['Enabled'] ?? false) : value];
    case 'IamInstanceProfile':
      return ['instanceProfileArn', instanceProfileArn(value, place, options, notes)];
    case 'BlockDeviceMappings':
      return ['rootVolume', value === null ? null : rootVolumeOf(value, path, `${to}.rootVolume`, notes)];
    case 'Placement':
      dropPlacement(value, path, notes);
      return undefined;
    default:
      if (!READ_ELSEWHERE.has(key)) notes.dropped(path, WHY_DROPPED.get(key) ?? 'has no counterpart');
      return undefined;
  }
}

function instanceProfileArn(value: unknown, { path, to }: SpecPlace, { accountId }: ImportOptions, notes: ReportNotes) {
  if (value === null) return null;
  const field = `${to}.instanceProfileArn`;
  const { Arn, Name } = isJsonObject(value) ? value : { Arn: value, Name: undefined };
  if (typeof Arn === 'string') {
    notes.translated(path, field);
    return Arn;
  }
  if (accountId !== undefined && typeof Name === 'string') {
    notes.translated(path, field);
    return `arn:aws:iam::${accountId}:instance-profile/${Name}`;
  }
  return placeholder(`ARN of the instance profile ${JSON.stringify(Name ?? value)}`, '--account NUMBER');
}

/** The zone itself becomes a zone of the new definition. */
function dropPlacement(value: unknown, path: string, notes: ReportNotes): void {
  for (const key of isJsonObject(value) ? Object.keys(value) : []) {
    if (key !== 'AvailabilityZone') notes.dropped(`${path}.${key}`, 'tenancy and placement groups have no counterpart');
  }
}
