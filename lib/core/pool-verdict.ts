import { type CooledPool, cooldownFinder } from './cooldown-index.ts';
import type { LaunchPool } from './launch-cascade.ts';
import { launchPools, poolName } from './launch-cascade.ts';
import type { Cooldown, Market } from './pool-cooldown.ts';
import { describeHealth, healthFactor, healthFinder, type PoolHealth } from './pool-health.ts';
import { highestPriceOf, type PriceBook, spotPriceOf } from './price-book.ts';
import type { EpochMillis } from './units.ts';
import type { WorkerType } from './worker-type-schema.ts';

/** What is known, beside the definition, about where something can be launched. */
export interface LaunchConditions {
  /** The provisioner's own region. */
  readonly homeRegion: string;
  /** Regions in which this provisioner may launch. */
  readonly regions: readonly string[];
  readonly cooldowns: readonly Cooldown[];
  /** Pools that the last check found unlaunchable, as `region/subnetId/instanceType`, with the finding in words. */
  readonly unlaunchable: ReadonlyMap<string, string>;
  readonly prices: PriceBook;
  /** Pools in which launches failed lately. */
  readonly health?: readonly PoolHealth[];
  readonly now: EpochMillis;
}

export type PoolRejection = 'paused' | 'region-not-enabled' | 'unlaunchable' | 'price-above-ceiling' | 'cooling-down';

/** One pool in one market: whether it may be ordered from now, at what price, or why not. */
export interface PoolVerdict {
  readonly pool: LaunchPool;
  readonly market: Market;
  /** Present spot price, undefined where it is not known; on-demand, what the definition states, if it does. */
  readonly priceUsdPerHour: number | undefined;
  /** The definition's ceiling for a whole spot instance; undefined where it has none, and for on-demand. */
  readonly ceilingUsdPerHour: number | undefined;
  /** Set where launches failed lately, which lowers the weight. */
  readonly health?: PoolHealth;
  readonly rejected?: Rejection;
}

/** Why a pool may not be ordered from now. */
interface Rejection {
  readonly reason: PoolRejection;
  readonly words: string;
  /** While it cools down: until when. */
  readonly until?: EpochMillis;
  /** It cools down for what only somebody can mend. */
  readonly isLasting?: boolean;
}

/** Judges every pool of a definition in one market, in the order of the definition. */
export function judgePools(definition: WorkerType, market: Market, conditions: LaunchConditions): PoolVerdict[] {
  const coolingDown = cooldownFinder(conditions.cooldowns, market, conditions.now);
  const healthOf = healthFinder(conditions.health ?? []);
  return launchPools(definition, conditions.homeRegion).map((pool) => {
    const highest = highestPriceOf(definition, market);
    const highestUsdPerHour = highest === undefined ? undefined : highest * pool.utility;
    const isSpot = market === 'spot';
    const priceUsdPerHour = isSpot ? spotPriceOf(conditions.prices, pool, definition.platform) : highestUsdPerHour;
    const ceilingUsdPerHour = isSpot ? highestUsdPerHour : undefined;
    const rejected = rejection(pool, { priceUsdPerHour, ceilingUsdPerHour }, conditions, coolingDown);
    const health = healthOf(pool, market);
    return {
      pool,
      market,
      priceUsdPerHour,
      ceilingUsdPerHour,
      ...(health === undefined ? {} : { health }),
      ...(rejected === undefined ? {} : { rejected }),
    };
  });
}

/** The weight of the pool, lowered by the share of launches that failed. */
export const effectiveWeight = ({ pool, health }: PoolVerdict): number =>
  pool.weight * (health === undefined ? 1 : healthFactor(health));

function rejection(
  pool: LaunchPool,
  { priceUsdPerHour: price, ceilingUsdPerHour: ceiling }: Pick<PoolVerdict, 'priceUsdPerHour' | 'ceilingUsdPerHour'>,
  { regions, unlaunchable }: LaunchConditions,
  coolingDown: (pool: CooledPool) => Cooldown | undefined,
): PoolVerdict['rejected'] {
  if (pool.weight === 0) return { reason: 'paused', words: 'its weight is 0' };
  if (!regions.includes(pool.region)) {
    return { reason: 'region-not-enabled', words: `this provisioner launches in ${regions.join(', ')} only` };
  }
  const finding = unlaunchable.get(`${pool.region}/${pool.subnetId}/${pool.instanceType}`);
  if (finding !== undefined) return { reason: 'unlaunchable', words: finding };
  if (price !== undefined && ceiling !== undefined && price > ceiling) {
    return { reason: 'price-above-ceiling', words: `costs ${usd(price)} an hour, the ceiling is ${usd(ceiling)}` };
  }
  const cooldown = coolingDown(pool);
  if (cooldown === undefined) return undefined;
  const { code, until, isLasting } = cooldown;
  return { reason: 'cooling-down', words: `EC2 said ${code}`, until, ...(isLasting === true ? { isLasting } : {}) };
}

/** `us-east-1a/c7g.large spot: costs 0.09 USD an hour, the ceiling is 0.08`. */
export function describeVerdict({ pool, market, rejected, priceUsdPerHour, health }: PoolVerdict): string {
  const name = `${poolName(pool)} ${market}`;
  if (rejected !== undefined) return `${name}: ${rejected.words}`;
  const price =
    priceUsdPerHour === undefined
      ? 'price unknown'
      : `${usd(priceUsdPerHour)} an hour, ${usd(priceUsdPerHour / pool.utility)} by utility`;
  return `${name}: ${price}${health === undefined ? '' : `; ${describeHealth(pool.weight, health)}`}`;
}

const usd = (value: number): string => `${Number(value.toPrecision(3))} USD`;
