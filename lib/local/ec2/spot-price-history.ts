import { type PricedPlatform, priceKey, priceUsdPerHour } from './prices.ts';
import { hashOf } from './region-code.ts';
import type { Pool, WorldSettings } from './world-settings.ts';

/** A price and when it began to hold (epoch milliseconds, whole seconds). */
export interface PriceChange {
  readonly at: number;
  readonly usdPerHour: number;
}

/** Before a world began, the price of each pool had changed at this pace, for a day. */
const paceMs = 4 * 3_600_000;
const changesBefore = 7;

/** The spot price of each pool as a function of time that changes in steps. */
export class SpotPriceHistory {
  readonly #settings: WorldSettings;
  readonly #startedAt: number;
  readonly #changes = new Map<string, PriceChange[]>();

  constructor(settings: WorldSettings) {
    this.#settings = settings;
    this.#startedAt = settings.now();
  }

  /** Every change of the pool's price, the latest first. A setting that was changed meanwhile counts from now on. */
  changes(pool: Pool, platform: PricedPlatform): readonly PriceChange[] {
    const key = priceKey(pool, platform);
    const changes = this.#changes.get(key) ?? this.#past(key, priceUsdPerHour(this.#settings, pool, platform));
    this.#changes.set(key, changes);
    const usdPerHour = priceUsdPerHour(this.#settings, pool, platform);
    if (changes[0]?.usdPerHour !== usdPerHour) changes.unshift({ at: wholeSeconds(this.#settings.now()), usdPerHour });
    return changes;
  }

  /** Deterministic: the present price has held for less than `paceMs`, those before it were others. */
  #past(key: string, usdPerHour: number): PriceChange[] {
    const hash = hashOf(key);
    const latestAt = this.#startedAt - (hash % paceMs);
    return Array.from({ length: changesBefore }, (_, index) => ({
      at: wholeSeconds(latestAt - index * paceMs),
      usdPerHour: index === 0 ? usdPerHour : usdPerHour * pastFactor(key, index),
    }));
  }
}

/** Up and down in turn, so that each change is one. */
function pastFactor(key: string, index: number): number {
  const share = 0.05 + (hashOf(`${key}/${index}`) % 20) / 100;
  return index % 2 === 0 ? 1 + share : 1 - share;
}

const wholeSeconds = (epochMs: number): number => Math.floor(epochMs / 1_000) * 1_000;
