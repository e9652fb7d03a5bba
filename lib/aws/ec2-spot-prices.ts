import { type EC2Client, paginateDescribeSpotPriceHistory, type SpotPrice } from '@aws-sdk/client-ec2';
import pMap from 'p-map';
import type { Clock, Prices, WantedPrices } from '../control/ports.ts';
import { mergeWanted } from '../control/wanted-prices.ts';
import type { Platform, PriceBook, RegionPrices } from '../core/price-book.ts';
import { describeError } from './aws-errors.ts';
import type { AwsClients } from './clients.ts';

/** Prices that could not be read or kept, for a log. */
export interface PricesFailure {
  readonly region: string;
  readonly platform: Platform;
  readonly cause: string;
}

/**
 * EC2's names of the platforms (DescribeSpotPriceHistory in the API reference). Both are asked for: which of them a row
 * has depends on the age of the account.
 */
const PRODUCT_DESCRIPTIONS: Readonly<Record<Platform, string[]>> = {
  linux: ['Linux/UNIX', 'Linux/UNIX (Amazon VPC)'],
  windows: ['Windows', 'Windows (Amazon VPC)'],
};

/** A request's filters hold 200 values; a type has one row a zone, so that this many fit on a page of 1000. */
const TYPES_PER_REQUEST = 100;
const PAGE_SIZE = 1_000;
/** Of 100 Describe calls at once and 20 a second in each region. */
const CONCURRENT_REGIONS = 8;
/** All pages of a region: one that hangs must not hold up the tick. */
const READ_TIMEOUT_MS = 10_000;

/** Present spot prices, read from EC2. */
export class Ec2SpotPrices implements Prices {
  readonly #clients: Pick<AwsClients, 'ec2'>;
  readonly #clock: Clock;
  readonly #onFailure: (failure: PricesFailure) => void;

  constructor(clients: Pick<AwsClients, 'ec2'>, clock: Clock, onFailure: (failure: PricesFailure) => void) {
    this.#clients = clients;
    this.#clock = clock;
    this.#onFailure = onFailure;
  }

  async read(wanted: readonly WantedPrices[]): Promise<PriceBook> {
    const books = await pMap(mergeWanted(wanted), (one) => this.#readRegion(one), { concurrency: CONCURRENT_REGIONS });
    return books.flat();
  }

  /** The prices of one region, or nothing: some of its types would look as if the others were not offered. */
  async #readRegion(wanted: WantedPrices): Promise<PriceBook> {
    const { region, platform } = wanted;
    try {
      const readAt = this.#clock.now();
      const rows = await presentPrices(this.#clients.ec2(region), wanted, new Date(readAt));
      return [{ region, platform, readAt, usdPerHour: newestPrices(rows) }];
    } catch (error) {
      this.#onFailure({ region, platform, cause: describeError(error) });
      return [];
    }
  }
}

async function presentPrices(client: EC2Client, wanted: WantedPrices, now: Date): Promise<SpotPrice[]> {
  const abortSignal = AbortSignal.timeout(READ_TIMEOUT_MS);
  const rows: SpotPrice[] = [];
  for (let start = 0; start < wanted.instanceTypes.length; start += TYPES_PER_REQUEST) {
    const pages = paginateDescribeSpotPriceHistory(
      { client, pageSize: PAGE_SIZE },
      {
        // The last change before now is the price that holds.
        StartTime: now,
        Filters: [
          // As a filter: a type that EC2 does not know matches nothing, and does not spoil the answer for the others.
          { Name: 'instance-type', Values: wanted.instanceTypes.slice(start, start + TYPES_PER_REQUEST) },
          { Name: 'product-description', Values: PRODUCT_DESCRIPTIONS[wanted.platform] },
        ],
      },
      { abortSignal },
    );
    for await (const { SpotPriceHistory: page = [] } of pages) rows.push(...page);
  }
  return rows;
}

/** The newest price of each pool by `zone/instanceType`, whatever the order of the rows. Rows that say none are left out. */
export function newestPrices(rows: readonly SpotPrice[]): RegionPrices['usdPerHour'] {
  const newest = new Map<string, { readonly at: number; readonly usdPerHour: number }>();
  for (const { AvailabilityZone: zone, InstanceType: type, SpotPrice: text, Timestamp: time } of rows) {
    const usdPerHour = Number(text);
    if (zone === undefined || type === undefined || !(usdPerHour > 0)) continue;
    const at = time?.getTime() ?? 0;
    const pool = `${zone}/${type}`;
    if (at > (newest.get(pool)?.at ?? Number.NEGATIVE_INFINITY)) newest.set(pool, { at, usdPerHour });
  }
  return Object.fromEntries([...newest].map(([pool, { usdPerHour }]) => [pool, usdPerHour]));
}
