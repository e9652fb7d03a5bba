import type {
  DescribeAvailabilityZonesRequest,
  DescribeAvailabilityZonesResult,
  DescribeSecurityGroupsRequest,
  DescribeSecurityGroupsResult,
  DescribeSubnetsRequest,
  DescribeSubnetsResult,
} from '@aws-sdk/client-ec2';
import { Headroom } from '../capacity-pools.ts';
import type { LocalSecurityGroup, LocalSubnet } from '../catalogue.ts';
import { Ec2Error } from '../ec2-error.ts';
import { applyFilters, type FilterFields } from '../filters.ts';
import type { Ec2World } from '../world.ts';

const noTags = () => new Map<string, string>();

const subnetFilters = (vpcId: string): FilterFields<LocalSubnet> => ({
  'subnet-id': (subnet) => subnet.subnetId,
  'availability-zone': (subnet) => subnet.zone,
  'availability-zone-id': (subnet) => subnet.zoneId,
  'vpc-id': () => vpcId,
  'default-for-az': () => 'true',
  state: () => 'available',
});

/** Describes subnets with the addresses left in them. */
export function describeSubnets(world: Ec2World, request: DescribeSubnetsRequest): DescribeSubnetsResult {
  const { settings, resources } = world;
  const named = (request.SubnetIds ?? []).map((subnetId) => resources.requireSubnet(subnetId));
  const candidates = named.length > 0 ? named : resources.subnets;
  const headroom = new Headroom(settings, world.instances());
  return {
    Subnets: applyFilters(candidates, request.Filters, subnetFilters(resources.vpcId), noTags).map((subnet) => ({
      SubnetId: subnet.subnetId,
      SubnetArn: `arn:aws:ec2:${settings.region}:${settings.accountId}:subnet/${subnet.subnetId}`,
      VpcId: resources.vpcId,
      State: 'available',
      AvailabilityZone: subnet.zone,
      AvailabilityZoneId: subnet.zoneId,
      CidrBlock: subnet.cidrBlock,
      AvailableIpAddressCount: headroom.freeAddresses(subnet.subnetId),
      DefaultForAz: true,
      MapPublicIpOnLaunch: true,
      OwnerId: settings.accountId,
      Tags: [],
    })),
  };
}

const groupFilters: FilterFields<LocalSecurityGroup> = {
  'group-id': (group) => group.groupId,
  'group-name': (group) => group.groupName,
  'vpc-id': (group) => group.vpcId,
};

/** Describes security groups: the ones named, or all. Throws when one named does not exist. */
export function describeSecurityGroups(
  world: Ec2World,
  request: DescribeSecurityGroupsRequest,
): DescribeSecurityGroupsResult {
  const names = [...(request.GroupIds ?? []), ...(request.GroupNames ?? [])];
  const named = names.map((name) => world.resources.requireSecurityGroup(name));
  const candidates = names.length > 0 ? named : [...world.resources.securityGroups.values()];
  return {
    SecurityGroups: applyFilters(candidates, request.Filters, groupFilters, noTags).map((group) => ({
      GroupId: group.groupId,
      GroupName: group.groupName,
      Description: 'Security group of local workers',
      VpcId: group.vpcId,
      OwnerId: world.settings.accountId,
      IpPermissions: [],
      IpPermissionsEgress: [],
      Tags: [],
    })),
  };
}

/** Describes the zones of the Region; one that is down is `unavailable`. */
export function describeAvailabilityZones(
  world: Ec2World,
  request: DescribeAvailabilityZonesRequest,
): DescribeAvailabilityZonesResult {
  const { region, unavailableZones } = world.settings;
  const zones = world.resources.subnets;
  const unknown = request.ZoneNames?.find((name) => zones.every(({ zone }) => zone !== name));
  if (unknown !== undefined) {
    throw new Ec2Error('InvalidParameterValue', `Invalid availability zone: [${unknown}]`);
  }
  const state = ({ zone }: LocalSubnet) => (unavailableZones.has(zone) ? 'unavailable' : 'available');
  const zoneFilters: FilterFields<LocalSubnet> = {
    'zone-name': ({ zone }) => zone,
    'zone-id': ({ zoneId }) => zoneId,
    'zone-type': () => 'availability-zone',
    'opt-in-status': () => 'opt-in-not-required',
    'region-name': () => region,
    state,
  };
  const named = zones.filter(
    ({ zone, zoneId }) => (request.ZoneNames?.includes(zone) ?? true) && (request.ZoneIds?.includes(zoneId) ?? true),
  );
  return {
    AvailabilityZones: applyFilters(named, request.Filters, zoneFilters).map((subnet) => ({
      ZoneName: subnet.zone,
      ZoneId: subnet.zoneId,
      ZoneType: 'availability-zone',
      RegionName: region,
      State: state(subnet),
      OptInStatus: 'opt-in-not-required',
      Messages: [],
    })),
  };
}
