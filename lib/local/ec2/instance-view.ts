import type { Instance, InstanceState } from '@aws-sdk/client-ec2';
import { localSecurityGroup, localVpcId, subnetsIn } from './catalogue.ts';
import { type InstanceRecord, type InstanceStateName, stateCodes } from './instance-record.ts';
import { findInstanceType } from './instance-type-catalogue.ts';
import { tagList } from './tags.ts';
import type { WorldSettings } from './world-settings.ts';

/** A state with its number. */
export function stateView(name: InstanceStateName): InstanceState {
  return { Code: stateCodes[name], Name: name };
}

/** An instance as DescribeInstances shows it. */
export function instanceView(settings: WorldSettings, instance: InstanceRecord): Instance {
  const subnet = subnetsIn(settings.region).find((candidate) => candidate.subnetId === instance.subnetId);
  return {
    InstanceId: instance.instanceId,
    ImageId: instance.imageId,
    State: stateView(instance.state),
    StateReason: instance.stateReason && { Code: instance.stateReason.code, Message: instance.stateReason.message },
    StateTransitionReason: instance.stateTransitionReason,
    InstanceType: instance.instanceType as NonNullable<Instance['InstanceType']>,
    Architecture: findInstanceType(instance.instanceType)?.architecture,
    LaunchTime: new Date(instance.launchedAt),
    AmiLaunchIndex: instance.launchIndex,
    ...(instance.market === 'spot' ? { InstanceLifecycle: 'spot' } : {}),
    SpotInstanceRequestId: instance.spotRequestId,
    ClientToken: instance.clientToken ?? '',
    KeyName: instance.keyName,
    Placement: { AvailabilityZone: instance.zone, AvailabilityZoneId: subnet?.zoneId, Tenancy: 'default' },
    IamInstanceProfile: instance.instanceProfileArn === undefined ? undefined : { Arn: instance.instanceProfileArn },
    MetadataOptions: {
      State: 'applied',
      HttpTokens: instance.httpTokens,
      HttpEndpoint: 'enabled',
      InstanceMetadataTags: instance.instanceMetadataTags ? 'enabled' : 'disabled',
    },
    RootDeviceName: '/dev/xvda',
    RootDeviceType: 'ebs',
    Monitoring: { State: 'disabled' },
    Tags: tagList(instance.tags),
    ...networkView(instance),
  };
}

/** A terminated instance has lost its address and its volume. */
function networkView(instance: InstanceRecord): Instance {
  if (instance.state === 'terminated') return { SecurityGroups: [], BlockDeviceMappings: [] };
  return {
    SubnetId: instance.subnetId,
    VpcId: localVpcId,
    PrivateIpAddress: instance.privateIpAddress,
    PrivateDnsName: `ip-${instance.privateIpAddress.replaceAll('.', '-')}.ec2.internal`,
    SecurityGroups: instance.securityGroupIds.map((GroupId) => ({ GroupId, GroupName: localSecurityGroup.groupName })),
    BlockDeviceMappings: [{ DeviceName: '/dev/xvda', Ebs: { VolumeId: instance.volumeId, Status: 'attached' } }],
  };
}
