import type { Reservation, RunInstancesRequest } from '@aws-sdk/client-ec2';
import { Headroom, type Placement } from '../capacity-pools.ts';
import { Ec2Error, missingParameter } from '../ec2-error.ts';
import type { Market } from '../instance-record.ts';
import { instanceView } from '../instance-view.ts';
import { type LaunchParameters, overlayParameters } from '../launch-parameters.ts';
import { prepareLaunch } from '../launch-preparation.ts';
import { requireVersion } from '../launch-templates.ts';
import { type PricedPlatform, priceUsdPerHour } from '../prices.ts';
import type { Ec2World } from '../world.ts';

/** Launches MaxCount instances of one type in one zone, or the most that fit if at least MinCount do, or none. */
export function runInstances(world: Ec2World, request: RunInstancesRequest): Reservation {
  const { MinCount: minCount, MaxCount: maxCount } = request;
  if (minCount === undefined || maxCount === undefined) throw missingParameter('MinCount, MaxCount');
  if (minCount < 1 || maxCount < minCount) {
    throw new Ec2Error('InvalidParameterValue', `MinCount ${minCount} and MaxCount ${maxCount} do not go together.`);
  }
  const { parameters, systemTags } = launchParameters(world, request);
  const headroom = new Headroom(world.settings, world.instances());
  const placement = roomiest(headroom, placements(world, request, parameters));
  const { ClientToken: clientToken } = request;
  const launch = prepareLaunch(world, parameters, placement, {
    systemTags,
    ...(clientToken === undefined ? {} : { clientToken }),
  });
  checkMaxPrice(world, parameters, placement, launch.platform);
  const room = headroom.room(placement);
  if (room.count < minCount) throw new Ec2Error(room.code, room.message);
  const instances = world.instanceStore.launch(launch, Math.min(maxCount, room.count));
  return {
    ReservationId: instances[0]?.reservationId,
    OwnerId: world.settings.accountId,
    Groups: [],
    Instances: instances.map((instance) => instanceView(world.resources, instance)),
  };
}

function launchParameters(
  world: Ec2World,
  request: RunInstancesRequest,
): { parameters: LaunchParameters; systemTags: Map<string, string> } {
  const reference = request.LaunchTemplate;
  if (reference === undefined) return { parameters: overlayParameters({}, request), systemTags: new Map() };
  const template = world.templates.require(reference);
  const version = requireVersion(template, reference.Version ?? '$Default');
  return {
    parameters: overlayParameters(version.data, request),
    systemTags: new Map([
      ['aws:ec2launchtemplate:id', template.id],
      ['aws:ec2launchtemplate:version', String(version.number)],
    ]),
  };
}

/** Where the request may launch: its subnet, its zone, or any zone. */
function placements(world: Ec2World, request: RunInstancesRequest, parameters: LaunchParameters): Placement[] {
  const instanceType = parameters.InstanceType;
  if (instanceType === undefined) throw missingParameter('InstanceType');
  const subnetId = request.SubnetId ?? parameters.NetworkInterfaces?.[0]?.SubnetId;
  const zone = parameters.Placement?.AvailabilityZone;
  const market: Market = parameters.InstanceMarketOptions?.MarketType === 'spot' ? 'spot' : 'on-demand';
  const subnets =
    subnetId === undefined
      ? world.resources.subnets.filter((subnet) => zone === undefined || subnet.zone === zone)
      : [world.resources.requireSubnet(subnetId)];
  if (subnets.length === 0) throw new Ec2Error('InvalidParameterValue', `Invalid availability zone: [${zone}]`);
  return subnets.map((subnet) => ({ instanceType, zone: subnet.zone, subnetId: subnet.subnetId, market }));
}

function roomiest(headroom: Headroom, candidates: readonly Placement[]): Placement {
  return candidates.reduce((best, candidate) =>
    headroom.room(candidate).count > headroom.room(best).count ? candidate : best,
  );
}

/** MaxPrice of RunInstances is per instance and hour. */
function checkMaxPrice(
  world: Ec2World,
  parameters: LaunchParameters,
  placement: Placement,
  platform: PricedPlatform | undefined,
): void {
  const maxPrice = parameters.InstanceMarketOptions?.SpotOptions?.MaxPrice;
  if (placement.market !== 'spot' || maxPrice === undefined) return;
  const price = priceUsdPerHour(world.settings, placement, platform);
  if (price <= Number(maxPrice)) return;
  throw new Ec2Error(
    'SpotMaxPriceTooLow',
    `Your Spot request price of ${maxPrice} is lower than the minimum required Spot request fulfillment price of ${price.toFixed(4)}.`,
  );
}
