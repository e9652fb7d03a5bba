import type { Placement } from './capacity-pools.ts';
import { fixturesOf, type LocalImage } from './catalogue.ts';
import { Ec2Error, missingParameter } from './ec2-error.ts';
import type { InstanceLaunch } from './instance-record.ts';
import { findInstanceType, type LocalInstanceType } from './instance-type-catalogue.ts';
import type { LaunchParameters } from './launch-parameters.ts';
import { isOffered } from './offerings.ts';
import type { Resources } from './resources.ts';
import { checkMetadataKeys, mergeTags, type Tags, tagsFor } from './tags.ts';
import type { Ec2World } from './world.ts';
import type { WorldSettings } from './world-settings.ts';

/** What the launching call adds to the launch parameters. */
export interface LaunchContext {
  readonly fleetId?: string;
  readonly clientToken?: string;
  /** Tags that EC2 itself puts on the instance. */
  readonly systemTags: Tags;
}

/** User data may have this size before it is encoded (EC2 user guide, user data). */
const maxUserDataBytes = 16_384;

/** Checks the parameters as EC2 does at launch and returns the launch. Throws the Ec2Error that EC2 would answer. */
export function prepareLaunch(
  { settings, resources }: Pick<Ec2World, 'settings' | 'resources'>,
  parameters: LaunchParameters,
  placement: Placement,
  context: LaunchContext,
): InstanceLaunch {
  const type = requireInstanceType(placement.instanceType);
  if (!isOffered(settings, type.instanceType, placement.zone)) {
    throw new Ec2Error(
      'Unsupported',
      `Your requested instance type (${type.instanceType}) is not supported in your requested Availability Zone (${placement.zone}).`,
    );
  }
  const image = requireImage(parameters.ImageId, resources);
  if (image.architecture !== type.architecture) {
    throw new Ec2Error(
      'InvalidParameterValue',
      `The architecture '${type.architecture}' of the specified instance type does not match the architecture '${image.architecture}' of the specified AMI.`,
    );
  }
  const instanceMetadataTags = parameters.MetadataOptions?.InstanceMetadataTags === 'enabled';
  const tags = mergeTags(context.systemTags, tagsFor('instance', parameters.TagSpecifications));
  if (instanceMetadataTags) checkMetadataKeys(tags);
  checkSpotRequestTags(parameters, placement);
  const keyName = requireKeyName(parameters.KeyName, resources);
  const instanceProfileArn = profileArn(settings, parameters);
  return {
    instanceType: type.instanceType,
    zone: placement.zone,
    subnetId: placement.subnetId,
    market: placement.market,
    imageId: image.imageId,
    ...(image.platform === 'windows' ? { platform: 'windows' } : {}),
    userData: decodeUserData(parameters.UserData ?? ''),
    securityGroupIds: securityGroupsOf(parameters, placement, resources),
    instanceMetadataTags,
    httpTokens: parameters.MetadataOptions?.HttpTokens === 'required' ? 'required' : 'optional',
    shutdownBehavior: parameters.InstanceInitiatedShutdownBehavior === 'terminate' ? 'terminate' : 'stop',
    terminationProtection: parameters.DisableApiTermination ?? false,
    tags,
    volumeTags: tagsFor('volume', parameters.TagSpecifications),
    ...(keyName === undefined ? {} : { keyName }),
    ...(instanceProfileArn === undefined ? {} : { instanceProfileArn }),
    ...(context.fleetId === undefined ? {} : { fleetId: context.fleetId }),
    ...(context.clientToken === undefined ? {} : { clientToken: context.clientToken }),
  };
}

/** The instance type of that name. Throws InvalidParameterValue. */
function requireInstanceType(instanceType: string): LocalInstanceType {
  const type = findInstanceType(instanceType);
  if (type !== undefined) return type;
  throw new Ec2Error('InvalidParameterValue', `Invalid value '${instanceType}' for InstanceType.`);
}

function requireImage(reference: string | undefined, resources: Resources): LocalImage {
  if (reference === undefined) throw missingParameter('ImageId');
  return resources.requireImage(resources.resolveImageId(reference));
}

function requireKeyName(keyName: string | undefined, resources: Resources): string | undefined {
  return keyName === undefined ? undefined : resources.requireKeyPair(keyName).keyName;
}

/** The ids of the groups. A launch that names none gets the local one, in place of the VPC's default group. */
function securityGroupsOf(parameters: LaunchParameters, placement: Placement, resources: Resources): readonly string[] {
  const ids = parameters.NetworkInterfaces?.[0]?.Groups ?? parameters.SecurityGroupIds ?? [];
  const named = [...ids, ...(parameters.SecurityGroups ?? [])].map((one) => resources.requireSecurityGroup(one));
  const foreign = named.find(({ vpcId }) => vpcId !== resources.vpcId);
  if (foreign !== undefined) {
    throw new Ec2Error(
      'InvalidParameter',
      `Security group ${foreign.groupId} and subnet ${placement.subnetId} belong to different networks.`,
    );
  }
  return named.length > 0 ? named.map(({ groupId }) => groupId) : [fixturesOf(resources.region).securityGroup.groupId];
}

function profileArn(settings: WorldSettings, parameters: LaunchParameters): string | undefined {
  const profile = parameters.IamInstanceProfile;
  if (profile?.Name !== undefined) return `arn:aws:iam::${settings.accountId}:instance-profile/${profile.Name}`;
  if (profile?.Arn === undefined || /^arn:aws[\w-]*:iam::\d{12}:instance-profile\/.+$/.test(profile.Arn)) {
    return profile?.Arn;
  }
  throw new Ec2Error(
    'InvalidParameterValue',
    `Value (${profile.Arn}) for parameter iamInstanceProfile.arn is invalid.`,
  );
}

/** A template that tags the spot request cannot launch on-demand instances. */
function checkSpotRequestTags(parameters: LaunchParameters, placement: Placement): void {
  if (placement.market === 'spot') return;
  if (tagsFor('spot-instances-request', parameters.TagSpecifications).size === 0) return;
  throw new Ec2Error(
    'InvalidParameterValue',
    'You cannot specify tags for Spot instances requests if there are no Spot instances requests being created by the request.',
  );
}

function decodeUserData(base64: string): Uint8Array {
  const bytes = new Uint8Array(Buffer.from(base64, 'base64'));
  const reencoded = Buffer.from(bytes).toString('base64');
  if (reencoded.replace(/=+$/, '') !== base64.replace(/\s|=+$/g, '')) {
    throw new Ec2Error('InvalidUserData.Malformed', 'Invalid BASE64 encoding of user data.');
  }
  if (bytes.length <= maxUserDataBytes) return bytes;
  throw new Ec2Error('InvalidParameterValue', `User data is limited to ${maxUserDataBytes} bytes`);
}
