import { MemoryClock } from '../../lib/memory/memory-clock.ts';
import { MemoryPrices } from '../../lib/memory/memory-prices.ts';
import { NOW } from '../support/builders.ts';
import { usePricesWorld } from '../support/prices-world.ts';
import { describePrices, type PricesSubject } from './prices.contract.ts';

describePrices('in memory', async () => {
  const clock = new MemoryClock(NOW);
  const prices = new MemoryPrices(clock);
  return {
    prices,
    clock,
    setPrice: (...price) => prices.set(...price),
    breakRegion: (region) => prices.unreadable.add(region),
  };
});

const overHttp = async (kind: 'source' | 'cached'): Promise<PricesSubject> => {
  const world = await usePricesWorld();
  return {
    prices: world[kind],
    clock: world.clock,
    setPrice: (region, platform, zone, instanceType, usdPerHour) =>
      world.worldOf(region).setPrice({ instanceType, zone, market: 'spot' }, usdPerHour, platform),
    breakRegion: world.breakRegion,
  };
};

describePrices('AWS SDK over HTTP', () => overHttp('source'));
describePrices('AWS SDK over HTTP, kept in the state table', () => overHttp('cached'));
