import type { DescribeSpotPriceHistoryRequest, DescribeSpotPriceHistoryResult, SpotPrice } from '@aws-sdk/client-ec2';
import { subnetsIn } from '../catalogue.ts';
import { applyFilters, type FilterFields } from '../filters.ts';
import { localInstanceTypes } from '../instance-type-catalogue.ts';
import { type PageLimits, pageOf } from '../pages.ts';
import { priceUsdPerHour } from '../prices.ts';
import type { Ec2World } from '../world.ts';

interface PriceRow {
  readonly instanceType: string;
  readonly zone: string;
  readonly zoneId: string;
  readonly priceUsdPerHour: string;
}

const productDescription = 'Linux/UNIX';

const priceFilters: FilterFields<PriceRow> = {
  'instance-type': (row) => row.instanceType,
  'availability-zone': (row) => row.zone,
  'product-description': () => productDescription,
  'spot-price': (row) => row.priceUsdPerHour,
};

/** Pages hold up to 1000 prices (DescribeSpotPriceHistory in the API reference). */
const pageLimits: PageLimits = { min: 1, max: 1_000 };

/** Lists the current spot price of each pool, stamped with the present; the world keeps no past prices. */
export function describeSpotPriceHistory(
  world: Ec2World,
  request: DescribeSpotPriceHistoryRequest,
): DescribeSpotPriceHistoryResult {
  const rows = priceRows(world).filter(
    (row) =>
      accepts(request.InstanceTypes, row.instanceType) &&
      accepts(request.ProductDescriptions, productDescription) &&
      accepts(request.AvailabilityZone === undefined ? undefined : [request.AvailabilityZone], row.zone) &&
      accepts(request.AvailabilityZoneId === undefined ? undefined : [request.AvailabilityZoneId], row.zoneId),
  );
  const found = applyFilters(rows, request.Filters, priceFilters);
  const { items, nextToken } = pageOf(found, (row) => `${row.instanceType}/${row.zone}`, request, pageLimits);
  const Timestamp = new Date(world.settings.now());
  return {
    SpotPriceHistory: items.map((row) => ({
      InstanceType: row.instanceType as NonNullable<SpotPrice['InstanceType']>,
      AvailabilityZone: row.zone,
      AvailabilityZoneId: row.zoneId,
      ProductDescription: productDescription,
      SpotPrice: row.priceUsdPerHour,
      Timestamp,
    })),
    // This action ends its pages with an empty token instead of none.
    NextToken: nextToken ?? '',
  };
}

function priceRows(world: Ec2World): PriceRow[] {
  return localInstanceTypes.flatMap(({ instanceType, zoneLetters }) =>
    subnetsIn(world.settings.region)
      .filter(({ zone }) => zoneLetters.includes(zone.slice(-1)))
      .map(({ zone, zoneId }) => {
        const price = priceUsdPerHour(world.settings, { instanceType, zone, market: 'spot' });
        return { instanceType, zone, zoneId, priceUsdPerHour: price.toFixed(6) };
      }),
  );
}

function accepts(wanted: readonly string[] | undefined, value: string): boolean {
  return wanted === undefined || wanted.length === 0 || wanted.includes(value);
}
