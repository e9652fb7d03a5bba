import type {
  CreateFleetRequest,
  FleetLaunchTemplateOverridesRequest,
  LaunchTemplateAndOverridesResponse,
} from '@aws-sdk/client-ec2';
import type { Placement } from './capacity-pools.ts';
import { missingParameter, notImitated } from './ec2-error.ts';
import type { Market } from './instance-record.ts';
import { type LaunchParameters, overlayParameters } from './launch-parameters.ts';
import { type LaunchTemplateRecord, requireVersion } from './launch-templates.ts';
import type { Ec2World } from './world.ts';

/** One override of a fleet request on its launch template: one thing the fleet may launch. */
export interface FleetOption {
  /** How answers name this option. */
  readonly named: LaunchTemplateAndOverridesResponse;
  readonly template: LaunchTemplateRecord;
  readonly version: number;
  readonly override: FleetLaunchTemplateOverridesRequest;
  readonly parameters: LaunchParameters;
}

/** Every option of the request, in its order. Throws when a launch template or its version is missing or unknown. */
export function fleetOptions(world: Ec2World, request: CreateFleetRequest): FleetOption[] {
  const configs = request.LaunchTemplateConfigs ?? [];
  if (configs.length === 0) throw missingParameter('LaunchTemplateConfigs');
  return configs.flatMap((config) => {
    const reference = config.LaunchTemplateSpecification;
    if (reference === undefined) throw missingParameter('LaunchTemplateSpecification');
    const template = world.templates.require(reference);
    if (reference.Version === undefined) throw missingParameter('LaunchTemplateSpecification.Version');
    const version = requireVersion(template, reference.Version);
    const overrides = config.Overrides?.length ? config.Overrides : [{}];
    return overrides.map((override): FleetOption => {
      refuseWhatIsNotImitated(override);
      return {
        named: {
          LaunchTemplateSpecification: { LaunchTemplateId: template.id, Version: String(version.number) },
          Overrides: namedOverride(override),
        },
        template,
        version: version.number,
        override,
        parameters: overlayParameters(version.data, {
          ...override,
          TagSpecifications: request.TagSpecifications,
        } as LaunchParameters),
      };
    });
  });
}

/** Where an option may launch: through its subnet, else through each subnet of its zone, else of the Region. Throws for an unknown subnet. */
export function placementsOf(world: Ec2World, option: FleetOption, market: Market): Placement[] {
  const { override, parameters } = option;
  const instanceType = parameters.InstanceType;
  if (instanceType === undefined) throw missingParameter('InstanceType');
  const subnetId = override.SubnetId ?? parameters.NetworkInterfaces?.[0]?.SubnetId;
  const zone = override.AvailabilityZone ?? parameters.Placement?.AvailabilityZone;
  const subnets =
    subnetId === undefined
      ? world.resources.subnets.filter((subnet) => zone === undefined || subnet.zone === zone)
      : [world.resources.requireSubnet(subnetId)];
  return subnets.map((subnet) => ({ instanceType, zone: subnet.zone, subnetId: subnet.subnetId, market }));
}

function refuseWhatIsNotImitated(override: FleetLaunchTemplateOverridesRequest): void {
  if (override.InstanceRequirements !== undefined) throw notImitated('Overrides.InstanceRequirements');
  if (override.AvailabilityZoneId !== undefined) throw notImitated('Overrides.AvailabilityZoneId');
}

/** Only what the request said: an answer names an override by these fields. */
function namedOverride(override: FleetLaunchTemplateOverridesRequest): LaunchTemplateAndOverridesResponse['Overrides'] {
  const { InstanceType, MaxPrice, SubnetId, AvailabilityZone, WeightedCapacity, Priority, ImageId } = override;
  return { InstanceType, MaxPrice, SubnetId, AvailabilityZone, WeightedCapacity, Priority, ImageId };
}
