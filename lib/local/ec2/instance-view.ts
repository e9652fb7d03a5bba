import { type Instance, type InstanceState, PlatformValues } from '@aws-sdk/client-ec2';
import { type InstanceRecord, type InstanceStateName, stateCodes } from './instance-record.ts';
import { findInstanceType } from './instance-type-catalogue.ts';
import type { Resources } from './resources.ts';
import { tagList } from './tags.ts';

/** A state with its number. */
export function stateView(name: InstanceStateName): InstanceState {
  return { Code: stateCodes[name], Name: name };
}

/** An instance as DescribeInstances shows it. */
export function instanceView(resources: Resources, instance: InstanceRecord): Instance {
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
    ...(instance.platform === undefined ? {} : { Platform: PlatformValues.Windows }),
    PlatformDetails: instance.platform === undefined ? 'Linux/UNIX' : 'Windows',
    Placement: {
      AvailabilityZone: instance.zone,
      AvailabilityZoneId: resources.findSubnet(instance.subnetId)?.zoneId,
      Tenancy: 'default',
    },
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
    ...networkView(resources, instance),
  };
}

/** A terminated instance has lost its address and its volume. */
function networkView(resources: Resources, instance: InstanceRecord): Instance {
  if (instance.state === 'terminated') return { SecurityGroups: [], BlockDeviceMappings: [] };
  return {
    SubnetId: instance.subnetId,
    VpcId: resources.vpcId,
    PrivateIpAddress: instance.privateIpAddress,
    PrivateDnsName: `ip-${instance.privateIpAddress.replaceAll('.', '-')}.ec2.internal`,
    SecurityGroups: instance.securityGroupIds.map((GroupId) => ({
      GroupId,
      GroupName: resources.securityGroups.get(GroupId)?.groupName,
    })),
    BlockDeviceMappings: [{ DeviceName: '/dev/xvda', Ebs: { VolumeId: instance.volumeId, Status: 'attached' } }],
  };
}
