import type { Clock, Prices, WantedPrices } from '../control/ports.ts';
import { mergeWanted, pricesKey } from '../control/wanted-prices.ts';
import type { Platform, PriceBook } from '../core/price-book.ts';

/** Spot prices set by hand. */
export class MemoryPrices implements Prices {
  readonly #clock: Clock;
  readonly #usdPerHour = new Map<string, Record<string, number>>();
  /** Regions that cannot be read at present. */
  readonly unreadable = new Set<string>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Sets the price of a pool, in USD per hour. */
  set(region: string, platform: Platform, zone: string, instanceType: string, usdPerHour: number): void {
    const key = pricesKey({ region, platform });
    this.#usdPerHour.set(key, { ...this.#usdPerHour.get(key), [`${zone}/${instanceType}`]: usdPerHour });
  }

  async read(wanted: readonly WantedPrices[]): Promise<PriceBook> {
    return mergeWanted(wanted)
      .filter(({ region }) => !this.unreadable.has(region))
      .map(({ region, platform, instanceTypes }) => {
        const known = Object.entries(this.#usdPerHour.get(pricesKey({ region, platform })) ?? {});
        const usdPerHour = known.filter(([pool]) => instanceTypes.some((type) => pool.endsWith(`/${type}`)));
        return { region, platform, readAt: this.#clock.now(), usdPerHour: Object.fromEntries(usdPerHour) };
      });
  }
}
