import type { EpochMillis } from './units.ts';
import type { WorkerType } from './worker-type-schema.ts';

/** The platforms whose prices differ: EC2's product descriptions `Linux/UNIX` and `Windows`. */
export type Platform = 'linux' | 'windows';

/** Present spot prices of one region and platform. */
export interface RegionPrices {
  readonly region: string;
  readonly platform: Platform;
  readonly readAt: EpochMillis;
  /** USD per hour by `zone/instanceType`, for example `us-east-1a/c7g.large`. */
  readonly usdPerHour: Readonly<Record<string, number>>;
}

/** All prices that are known, however old: age is shown, and never keeps anything from being launched. */
export type PriceBook = readonly RegionPrices[];

/** The spot price of a pool in USD per hour, undefined when it is not known. */
export function spotPriceOf(
  book: PriceBook,
  pool: { readonly region: string; readonly availabilityZone: string | undefined; readonly instanceType: string },
  platform: Platform,
): number | undefined {
  if (pool.availabilityZone === undefined) return undefined;
  const prices = book.find((each) => each.region === pool.region && each.platform === platform);
  return prices?.usdPerHour[`${pool.availabilityZone}/${pool.instanceType}`];
}

/**
 * What an instance of utility 1 costs at most in a market, in USD per hour: the ceiling of spot, which EC2 keeps, or the
 * on-demand price that the definition states. Undefined where the definition says nothing.
 */
export const highestPriceOf = (
  { maxPriceUsdPerHour, market }: WorkerType,
  launchedIn: 'spot' | 'on-demand',
): number | undefined => (launchedIn === 'spot' ? maxPriceUsdPerHour : market.onDemandPriceUsdPerHour);
