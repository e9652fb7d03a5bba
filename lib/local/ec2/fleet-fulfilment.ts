import type { CreateFleetError, CreateFleetInstance } from '@aws-sdk/client-ec2';
import { type Allocation, type AllocationStrategy, allocate, type Offer } from './allocation.ts';
import { Headroom } from './capacity-pools.ts';
import { Ec2Error } from './ec2-error.ts';
import { type FleetOption, placementsOf } from './fleet-options.ts';
import type { InstanceLaunch, Market } from './instance-record.ts';
import { prepareLaunch } from './launch-preparation.ts';
import { priceUsdPerHour } from './prices.ts';
import type { Ec2World } from './world.ts';

/** What a fleet wants of one market. */
export interface MarketOrder {
  readonly market: Market;
  readonly targetUnits: number;
  readonly strategy: AllocationStrategy;
  /** Fewer units than this launch nothing. */
  readonly minUnits: number;
  readonly singleInstanceType: boolean;
  readonly singleZone: boolean;
}

/** What one market gave. */
export interface MarketResult {
  readonly instances: readonly CreateFleetInstance[];
  readonly errors: readonly CreateFleetError[];
  readonly units: number;
}

interface PreparedOffer extends Offer {
  readonly launch: InstanceLaunch;
}

/** Launches what the market can give of the order. One error for each option that is invalid or gave less than wanted of it. */
export function fulfil(
  world: Ec2World,
  options: readonly FleetOption[],
  order: MarketOrder,
  identity: { readonly fleetId: string; readonly clientToken?: string },
): MarketResult {
  const errors = new Map<number, CreateFleetError>();
  const refuse = (optionIndex: number, code: string, message: string) => {
    if (errors.has(optionIndex)) return;
    const named = options[optionIndex]?.named;
    errors.set(optionIndex, {
      LaunchTemplateAndOverrides: named,
      Lifecycle: order.market,
      ErrorCode: code,
      ErrorMessage: message,
    });
  };
  const offers = options.flatMap((option, index) => {
    try {
      return prepareOffers(world, option, index, order.market, identity);
    } catch (error) {
      if (!(error instanceof Ec2Error)) throw error;
      // A fleet has a word of its own for a type that the zone does not offer.
      refuse(index, error.code === 'Unsupported' ? 'InvalidFleetConfiguration' : error.code, error.message);
      return [];
    }
  });
  const headroom = new Headroom(world.settings, world.instances());
  const allocation = chooseAllocation(offers, order, headroom);
  for (const shortage of allocation.shortages) refuse(shortage.offer.optionIndex, shortage.code, shortage.message);
  if (allocation.units < order.minUnits) return { instances: [], errors: [...errors.values()], units: 0 };
  const instances = allocation.launches.map(({ offer, count }) => {
    const launched = world.instanceStore.launch(offer.launch, count);
    return launchedGroup(
      options,
      offer,
      launched.map((instance) => instance.instanceId),
    );
  });
  return { instances, errors: [...errors.values()], units: allocation.units };
}

function launchedGroup(options: readonly FleetOption[], offer: Offer, instanceIds: string[]): CreateFleetInstance {
  return {
    LaunchTemplateAndOverrides: options[offer.optionIndex]?.named,
    Lifecycle: offer.market,
    InstanceIds: instanceIds,
    InstanceType: offer.instanceType as NonNullable<CreateFleetInstance['InstanceType']>,
    AvailabilityZone: offer.zone,
    SubnetId: offer.subnetId,
  };
}

/** The option's valid offers. Throws the first refusal when none is valid. */
function prepareOffers(
  world: Ec2World,
  option: FleetOption,
  optionIndex: number,
  market: Market,
  identity: { readonly fleetId: string; readonly clientToken?: string },
): PreparedOffer[] {
  let refusal: Ec2Error | undefined;
  const offers: PreparedOffer[] = [];
  for (const placement of placementsOf(world, option, market)) {
    try {
      const systemTags = new Map([
        ['aws:ec2:fleet-id', identity.fleetId],
        ['aws:ec2launchtemplate:id', option.template.id],
        ['aws:ec2launchtemplate:version', String(option.version)],
      ]);
      const launch = prepareLaunch(world, option.parameters, placement, { ...identity, systemTags });
      const weight = option.override.WeightedCapacity ?? 1;
      const price = priceUsdPerHour(world.settings, placement, launch.platform);
      if (market === 'spot') checkMaxPrice(option.override.MaxPrice, price / weight);
      const priority = option.override.Priority ?? Number.POSITIVE_INFINITY;
      offers.push({ ...placement, optionIndex, weight, priceUsdPerHour: price, priority, launch });
    } catch (error) {
      if (!(error instanceof Ec2Error)) throw error;
      refusal ??= error;
    }
  }
  if (offers.length === 0 && refusal !== undefined) throw refusal;
  return offers;
}

/** A fleet's MaxPrice is per unit and hour, not per instance. */
function checkMaxPrice(maxPrice: string | undefined, priceUsdPerUnitHour: number): void {
  if (maxPrice === undefined || priceUsdPerUnitHour <= Number(maxPrice)) return;
  throw new Ec2Error(
    'SpotMaxPriceTooLow',
    `Your Spot request price of ${maxPrice} is lower than the minimum required Spot request fulfillment price of ${priceUsdPerUnitHour.toFixed(4)}.`,
  );
}

/** The allocation over all offers, or over the best group of them when one type or one zone is demanded. */
function chooseAllocation<Chosen extends Offer>(
  offers: readonly Chosen[],
  order: MarketOrder,
  headroom: Headroom,
): Allocation<Chosen> {
  const groups = new Map<string, Chosen[]>();
  for (const offer of offers) {
    const key = `${order.singleInstanceType ? offer.instanceType : ''}/${order.singleZone ? offer.zone : ''}`;
    groups.set(key, [...(groups.get(key) ?? []), offer]);
  }
  const tried = [...groups.values()].map((group) =>
    allocate(group, order.strategy, order.targetUnits, headroom.copy()),
  );
  const best = tried.sort((left, right) => compareAllocations(left, right, order.targetUnits))[0];
  return best ?? { launches: [], shortages: [], units: 0 };
}

/** More of the target first, then the cheaper. */
function compareAllocations(left: Allocation<Offer>, right: Allocation<Offer>, targetUnits: number): number {
  const missing = (allocation: Allocation<Offer>) => Math.max(0, targetUnits - allocation.units);
  return missing(left) - missing(right) || costOf(left) - costOf(right);
}

function costOf(allocation: Allocation<Offer>): number {
  return allocation.launches.reduce((sum, { offer, count }) => sum + offer.priceUsdPerHour * count, 0);
}
