import type { DescribeFleetsRequest, DescribeFleetsResult, FleetData } from '@aws-sdk/client-ec2';
import { Ec2Error, notImitated } from '../ec2-error.ts';
import type { FleetRecord } from '../fleet-record.ts';
import { tagList } from '../tags.ts';
import type { Ec2World } from '../world.ts';

/** Describes the fleets named. Instant fleets are never listed without their id. */
export function describeFleets(world: Ec2World, request: DescribeFleetsRequest): DescribeFleetsResult {
  if (request.Filters !== undefined && request.Filters.length > 0) throw notImitated('filters on fleets');
  const fleets = (request.FleetIds ?? []).map((fleetId) => {
    const fleet = world.fleets.get(fleetId);
    if (fleet !== undefined) return fleet;
    throw new Ec2Error('InvalidFleetId.NotFound', `The fleet ID '${fleetId}' does not exist`);
  });
  return { Fleets: fleets.map(fleetView) };
}

function fleetView(fleet: FleetRecord): FleetData {
  const { request } = fleet;
  const target = request.TargetCapacitySpecification;
  return {
    FleetId: fleet.fleetId,
    FleetState: 'active',
    ActivityStatus: fleet.fulfilledUnits >= (target?.TotalTargetCapacity ?? 0) ? 'fulfilled' : 'error',
    CreateTime: new Date(fleet.createdAt),
    Type: 'instant',
    ClientToken: request.ClientToken,
    FulfilledCapacity: fleet.fulfilledUnits,
    FulfilledOnDemandCapacity: fleet.fulfilledOnDemandUnits,
    TargetCapacitySpecification: {
      TotalTargetCapacity: target?.TotalTargetCapacity,
      OnDemandTargetCapacity: target?.OnDemandTargetCapacity ?? 0,
      SpotTargetCapacity: target?.SpotTargetCapacity ?? 0,
      DefaultTargetCapacityType: target?.DefaultTargetCapacityType ?? 'on-demand',
    },
    Tags: tagList(fleet.tags),
    Errors: [...fleet.errors],
    Instances: fleet.instances.map(({ LaunchTemplateAndOverrides, Lifecycle, InstanceIds, InstanceType }) => ({
      LaunchTemplateAndOverrides,
      Lifecycle,
      InstanceIds,
      InstanceType,
    })),
  };
}
