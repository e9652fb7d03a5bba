import type { DescribeSpotPriceHistoryRequest, DescribeSpotPriceHistoryResult, SpotPrice } from '@aws-sdk/client-ec2';
import { Ec2Error } from '../ec2-error.ts';
import { applyFilters, type FilterFields } from '../filters.ts';
import { localInstanceTypes } from '../instance-type-catalogue.ts';
import { isOffered } from '../offerings.ts';
import { type PageLimits, pageOf } from '../pages.ts';
import type { PricedPlatform } from '../prices.ts';
import type { PriceChange } from '../spot-price-history.ts';
import type { Ec2World } from '../world.ts';

interface PriceRow {
  readonly instanceType: string;
  readonly zone: string;
  readonly zoneId: string;
  readonly productDescription: string;
  readonly priceUsdPerHour: string;
  readonly at: number;
}

const products: readonly (readonly [string, PricedPlatform])[] = [
  ['Linux/UNIX', 'linux'],
  ['Windows', 'windows'],
];

const priceFilters: FilterFields<PriceRow> = {
  'instance-type': (row) => row.instanceType,
  'availability-zone': (row) => row.zone,
  'product-description': (row) => row.productDescription,
  'spot-price': (row) => row.priceUsdPerHour,
};

/** Pages hold up to 1000 prices (DescribeSpotPriceHistory in the API reference). */
const pageLimits: PageLimits = { min: 1, max: 1_000 };

/**
 * Lists the price changes between two instants, the latest first, and of each pool the last one before them, which is
 * the price at the first instant. Without instants: every change there was.
 */
export function describeSpotPriceHistory(
  world: Ec2World,
  request: DescribeSpotPriceHistoryRequest,
): DescribeSpotPriceHistoryResult {
  if (request.AvailabilityZone !== undefined && request.AvailabilityZoneId !== undefined) {
    throw new Ec2Error('InvalidParameterCombination', 'Give either AvailabilityZone or AvailabilityZoneId, not both.');
  }
  const rows = priceRows(world, request).filter(
    (row) =>
      accepts(request.InstanceTypes, row.instanceType) &&
      accepts(request.ProductDescriptions, row.productDescription) &&
      accepts(request.AvailabilityZone === undefined ? undefined : [request.AvailabilityZone], row.zone) &&
      accepts(request.AvailabilityZoneId === undefined ? undefined : [request.AvailabilityZoneId], row.zoneId),
  );
  const found = applyFilters(rows, request.Filters, priceFilters);
  const { items, nextToken } = pageOf(found, latestFirst, request, { ...pageLimits, default: pageLimits.max });
  return {
    SpotPriceHistory: items.map((row) => ({
      InstanceType: row.instanceType as NonNullable<SpotPrice['InstanceType']>,
      AvailabilityZone: row.zone,
      AvailabilityZoneId: row.zoneId,
      ProductDescription: row.productDescription as NonNullable<SpotPrice['ProductDescription']>,
      SpotPrice: row.priceUsdPerHour,
      Timestamp: new Date(row.at),
    })),
    // This action ends its pages with an empty token instead of none.
    NextToken: nextToken ?? '',
  };
}

function priceRows(world: Ec2World, request: DescribeSpotPriceHistoryRequest): PriceRow[] {
  return localInstanceTypes.flatMap(({ instanceType }) =>
    world.resources.subnets
      .filter(({ zone }) => isOffered(world.settings, instanceType, zone))
      .flatMap(({ zone, zoneId }) =>
        products.flatMap(([productDescription, platform]) => {
          const changes = world.prices.changes({ instanceType, zone, market: 'spot' }, platform);
          return within(changes, request.StartTime?.getTime(), request.EndTime?.getTime()).map(
            ({ at, usdPerHour }): PriceRow => {
              return { instanceType, zone, zoneId, productDescription, at, priceUsdPerHour: usdPerHour.toFixed(6) };
            },
          );
        }),
      ),
  );
}

/** Of changes with the latest first: those from start to end, and the one that held at the start. */
function within(
  changes: readonly PriceChange[],
  startMs = Number.NEGATIVE_INFINITY,
  endMs = Number.POSITIVE_INFINITY,
): PriceChange[] {
  const heldAtStart = changes.find(({ at }) => at <= startMs);
  return changes.filter((change) => change === heldAtStart || (change.at > startMs && change.at <= endMs));
}

/** Sorts before every row that is older. */
const latestFirst = ({ at, instanceType, zone, productDescription }: PriceRow): string =>
  `${String(Number.MAX_SAFE_INTEGER - at)}/${instanceType}/${zone}/${productDescription}`;

function accepts(wanted: readonly string[] | undefined, value: string): boolean {
  return wanted === undefined || wanted.length === 0 || wanted.includes(value);
}
