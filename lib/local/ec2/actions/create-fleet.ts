import type {
  CreateFleetError,
  CreateFleetRequest,
  CreateFleetResult,
  OnDemandOptionsRequest,
  SpotOptionsRequest,
} from '@aws-sdk/client-ec2';
import type { AllocationStrategy } from '../allocation.ts';
import { Ec2Error, missingParameter, notImitated } from '../ec2-error.ts';
import { fulfil, type MarketOrder } from '../fleet-fulfilment.ts';
import { type FleetOption, fleetOptions } from '../fleet-options.ts';
import type { Market } from '../instance-record.ts';
import { tagsFor } from '../tags.ts';
import type { Ec2World } from '../world.ts';

/** EC2 takes no lower MaxPrice than this (CreateFleet in the API reference). */
const minMaxPriceUsd = 0.001;

const spotStrategies: ReadonlySet<string> = new Set<AllocationStrategy>([
  'lowest-price',
  'diversified',
  'capacity-optimized',
  'capacity-optimized-prioritized',
  'price-capacity-optimized',
]);
const onDemandStrategies: ReadonlySet<string> = new Set<AllocationStrategy>(['lowest-price', 'prioritized']);

/** Launches an instant fleet: whatever the pools give, with an error for each override that failed. */
export function createFleet(world: Ec2World, request: CreateFleetRequest): CreateFleetResult {
  if (request.Type !== 'instant') throw notImitated(`fleets of type ${request.Type ?? 'maintain (the default)'}`);
  const targets = targetUnits(request);
  const orders = [
    marketOrder('on-demand', targets['on-demand'], request.OnDemandOptions, onDemandStrategies),
    marketOrder('spot', targets.spot, request.SpotOptions, spotStrategies),
  ].filter((order) => order.targetUnits > 0);
  checkOverrides(request);
  const tags = new Map(tagsFor('fleet', request.TagSpecifications));
  const { options, refused } = withoutStruck(world, fleetOptions(world, request), request);

  const fleetId = `fleet-${world.ids.nextUuid()}`;
  const { ClientToken: clientToken } = request;
  const identity = { fleetId, ...(clientToken === undefined ? {} : { clientToken }) };
  const results = orders.map((order) => ({ market: order.market, ...fulfil(world, options, order, identity) }));
  const instances = results.flatMap((result) => result.instances);
  const errors = [...refused, ...results.flatMap((result) => result.errors)];
  world.fleets.set(fleetId, {
    fleetId,
    createdAt: world.settings.now(),
    request,
    tags,
    instances,
    errors,
    fulfilledUnits: results.reduce((sum, { units }) => sum + units, 0),
    fulfilledOnDemandUnits: results.find(({ market }) => market === 'on-demand')?.units ?? 0,
  });
  return { FleetId: fleetId, Instances: instances, Errors: errors };
}

/** The options that no injected fault hits, and the errors of the others. */
function withoutStruck(
  world: Ec2World,
  all: readonly FleetOption[],
  request: CreateFleetRequest,
): { readonly options: readonly FleetOption[]; readonly refused: readonly CreateFleetError[] } {
  const faults = world.faults.strikeFleet({ ...request });
  const faultOf = ({ override }: FleetOption) => faults.find(({ overrides }) => overrides(override));
  const Lifecycle = request.TargetCapacitySpecification?.DefaultTargetCapacityType as CreateFleetError['Lifecycle'];
  return {
    options: all.filter((option) => faultOf(option) === undefined),
    refused: all.flatMap((option): CreateFleetError[] => {
      const code = faultOf(option)?.code;
      if (code === undefined) return [];
      return [
        { LaunchTemplateAndOverrides: option.named, Lifecycle, ErrorCode: code, ErrorMessage: 'Injected fault.' },
      ];
    }),
  };
}

/** The units wanted of each market; what the request does not split is of its default market. */
function targetUnits(request: CreateFleetRequest): Record<Market, number> {
  const target = request.TargetCapacitySpecification;
  if (target?.TotalTargetCapacity === undefined) {
    throw missingParameter('TargetCapacitySpecification.TotalTargetCapacity');
  }
  if (target.TargetCapacityUnitType !== undefined) throw notImitated('TargetCapacityUnitType');
  const market = target.DefaultTargetCapacityType ?? 'on-demand';
  if (market !== 'spot' && market !== 'on-demand') throw notImitated(`DefaultTargetCapacityType ${market}`);
  const total = target.TotalTargetCapacity;
  const units = { spot: target.SpotTargetCapacity ?? 0, 'on-demand': target.OnDemandTargetCapacity ?? 0 };
  const rest = total - units.spot - units['on-demand'];
  if (!Number.isInteger(total) || total < 0 || rest < 0) {
    throw new Ec2Error('InvalidParameterValue', `TotalTargetCapacity ${total} does not cover its parts.`);
  }
  return { ...units, [market]: units[market] + rest };
}

function marketOrder(
  market: Market,
  units: number,
  options: SpotOptionsRequest | OnDemandOptionsRequest | undefined,
  strategies: ReadonlySet<string>,
): MarketOrder {
  const strategy = options?.AllocationStrategy ?? 'lowest-price';
  if (!strategies.has(strategy)) {
    throw new Ec2Error('InvalidParameterValue', `'${strategy}' is not an allocation strategy for ${market}.`);
  }
  if (options?.MaxTotalPrice !== undefined) throw notImitated('MaxTotalPrice');
  const minUnits = options?.MinTargetCapacity ?? 0;
  const singleInstanceType = options?.SingleInstanceType ?? false;
  const singleZone = options?.SingleAvailabilityZone ?? false;
  if (minUnits > 0 && !singleInstanceType && !singleZone) {
    throw new Ec2Error(
      'InvalidParameterCombination',
      'MinTargetCapacity requires SingleInstanceType or SingleAvailabilityZone.',
    );
  }
  return {
    market,
    targetUnits: units,
    strategy: strategy as AllocationStrategy,
    minUnits,
    singleInstanceType,
    singleZone,
  };
}

function checkOverrides(request: CreateFleetRequest): void {
  for (const override of (request.LaunchTemplateConfigs ?? []).flatMap((config) => config.Overrides ?? [])) {
    if (override.MaxPrice !== undefined && !(Number(override.MaxPrice) > minMaxPriceUsd)) {
      throw new Ec2Error('InvalidParameterValue', `MaxPrice ${override.MaxPrice} must be above ${minMaxPriceUsd}.`);
    }
    if (override.WeightedCapacity !== undefined && !(override.WeightedCapacity > 0)) {
      throw new Ec2Error('InvalidParameterValue', `WeightedCapacity ${override.WeightedCapacity} must be above 0.`);
    }
  }
}
