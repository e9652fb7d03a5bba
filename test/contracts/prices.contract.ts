import { describe, expect, it } from 'vitest';
import type { Clock, Prices } from '../../lib/control/ports.ts';
import type { Platform } from '../../lib/core/price-book.ts';

/** Prices of us-east-1 and eu-west-1, with the means to change them from outside. */
export interface PricesSubject {
  readonly prices: Prices;
  readonly clock: Clock;
  setPrice(region: string, platform: Platform, zone: string, instanceType: string, usdPerHour: number): void;
  /** From now on the region cannot be read. */
  breakRegion(region: string): void;
}

const EAST = { region: 'us-east-1', platform: 'linux', instanceTypes: ['c7g.large'] } as const;
const WEST = { region: 'eu-west-1', platform: 'linux', instanceTypes: ['c7g.large'] } as const;

/** What every Prices does. */
export function describePrices(name: string, subject: () => Promise<PricesSubject>): void {
  describe(`Prices: ${name}`, () => {
    it('gives the present price of each wanted type by zone, and when it was read', async () => {
      const { prices, clock, setPrice } = await subject();
      setPrice('us-east-1', 'linux', 'us-east-1a', 'c7g.large', 0.03);
      setPrice('us-east-1', 'linux', 'us-east-1b', 'c7g.large', 0.04);
      setPrice('us-east-1', 'linux', 'us-east-1a', 'm7g.large', 0.05);
      const book = await prices.read([{ ...EAST, instanceTypes: ['c7g.large', 'm7g.large'] }]);
      expect(book).toMatchObject([
        {
          region: 'us-east-1',
          platform: 'linux',
          readAt: clock.now(),
          usdPerHour: { 'us-east-1a/c7g.large': 0.03, 'us-east-1b/c7g.large': 0.04, 'us-east-1a/m7g.large': 0.05 },
        },
      ]);
    });

    it('gives Windows and Linux prices apart (Windows/Linux pricing)', async () => {
      const { prices, setPrice } = await subject();
      setPrice('us-east-1', 'linux', 'us-east-1a', 'c7i.large', 0.03);
      setPrice('us-east-1', 'windows', 'us-east-1a', 'c7i.large', 0.12);
      const wanted = (['linux', 'windows'] as const).map((platform) => {
        return { region: 'us-east-1', platform, instanceTypes: ['c7i.large'] };
      });
      expect(await prices.read(wanted)).toMatchObject([
        { platform: 'linux', usdPerHour: { 'us-east-1a/c7i.large': 0.03 } },
        { platform: 'windows', usdPerHour: { 'us-east-1a/c7i.large': 0.12 } },
      ]);
    });

    it('has one entry for a region that is wanted several times, with every type', async () => {
      const { prices, setPrice } = await subject();
      setPrice('us-east-1', 'linux', 'us-east-1a', 'c7g.large', 0.03);
      setPrice('us-east-1', 'linux', 'us-east-1a', 'm7g.large', 0.05);
      const book = await prices.read([EAST, WEST, { ...EAST, instanceTypes: ['m7g.large', 'c7g.large'] }]);
      expect(book.map(({ region }) => region)).toEqual(['us-east-1', 'eu-west-1']);
      expect(book[0]?.usdPerHour).toMatchObject({ 'us-east-1a/c7g.large': 0.03, 'us-east-1a/m7g.large': 0.05 });
    });

    it('knows no price of a type that does not exist, and those of the others all the same', async () => {
      const { prices, setPrice } = await subject();
      setPrice('us-east-1', 'linux', 'us-east-1a', 'c7g.large', 0.03);
      const [east] = await prices.read([{ ...EAST, instanceTypes: ['c99.large', 'c7g.large'] }]);
      expect(east?.usdPerHour['us-east-1a/c7g.large']).toBe(0.03);
      expect(Object.keys(east?.usdPerHour ?? {}).filter((pool) => pool.endsWith('/c99.large'))).toEqual([]);
    });

    it('leaves out a region that cannot be read, and does not throw', async () => {
      const { prices, breakRegion } = await subject();
      breakRegion('eu-west-1');
      expect((await prices.read([EAST, WEST])).map(({ region }) => region)).toEqual(['us-east-1']);
    });

    it('answers nothing when nothing is wanted', async () => {
      const { prices } = await subject();
      expect(await prices.read([])).toEqual([]);
      expect(await prices.read([{ ...EAST, instanceTypes: [] }])).toEqual([]);
    });
  });
}
