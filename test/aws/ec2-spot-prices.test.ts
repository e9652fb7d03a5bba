import type { SpotPrice } from '@aws-sdk/client-ec2';
import { describe, expect, it } from 'vitest';
import { newestPrices } from '../../lib/aws/ec2-spot-prices.ts';
import { localInstanceTypes } from '../../lib/local/ec2/instance-type-catalogue.ts';
import { usePricesWorld } from '../support/prices-world.ts';

const row = (changes: Partial<SpotPrice>): SpotPrice => ({
  AvailabilityZone: 'us-east-1a',
  InstanceType: 'c7g.large',
  SpotPrice: '0.03',
  Timestamp: new Date(1_000),
  ...changes,
});

describe('the newest price of a pool', () => {
  it.each<readonly [string, SpotPrice[], Record<string, number>]>([
    [
      'counts, whatever the order of the rows',
      [row({ SpotPrice: '0.02' }), row({ Timestamp: new Date(3_000) }), row({ Timestamp: new Date(2_000) })],
      { 'us-east-1a/c7g.large': 0.03 },
    ],
    [
      'counts over both names of a platform',
      [
        row({ ProductDescription: 'Linux/UNIX' }),
        row({ ProductDescription: 'Linux/UNIX (Amazon VPC)', SpotPrice: '0.04', Timestamp: new Date(2_000) }),
      ],
      { 'us-east-1a/c7g.large': 0.04 },
    ],
    [
      'is one for each zone and type',
      [row({}), row({ AvailabilityZone: 'us-east-1b' }), row({ InstanceType: 'm7g.large' })],
      { 'us-east-1a/c7g.large': 0.03, 'us-east-1b/c7g.large': 0.03, 'us-east-1a/m7g.large': 0.03 },
    ],
    [
      'is unknown where a row says none',
      [
        row({ SpotPrice: 'free' }),
        row({ SpotPrice: '0' }),
        row({ SpotPrice: undefined }),
        row({ InstanceType: undefined }),
      ],
      {},
    ],
  ])('%s', (_fact, rows, expected) => {
    expect(newestPrices(rows)).toEqual(expected);
  });
});

describe('reading spot prices from EC2', () => {
  it('gives every zone of every region its own price', async () => {
    const { source } = await usePricesWorld();
    const wanted = ['us-east-1', 'eu-west-1'].map((region) => {
      return { region, platform: 'linux' as const, instanceTypes: ['c7g.large'] };
    });
    const [east, west] = await source.read(wanted);
    expect(east?.usdPerHour).toEqual({
      'us-east-1a/c7g.large': 0.0291,
      'us-east-1b/c7g.large': 0.028227,
      'us-east-1c/c7g.large': 0.030264,
    });
    expect(Object.keys(west?.usdPerHour ?? {})).toEqual(
      ['a', 'b', 'c'].map((letter) => `eu-west-1${letter}/c7g.large`),
    );
    expect(west?.usdPerHour['eu-west-1a/c7g.large']).toBeGreaterThan(0.0291);
  });

  it('asks for many types in batches', async () => {
    const { source, callsTo } = await usePricesWorld();
    const existing = localInstanceTypes.map(({ instanceType }) => instanceType);
    const others = Array.from({ length: 120 }, (_, index) => `x${index}.large`);
    const [prices] = await source.read([
      { region: 'us-east-1', platform: 'linux', instanceTypes: [...others, ...existing] },
    ]);
    const offered = localInstanceTypes.reduce((sum, type) => sum + type.zoneLetters.length, 0);
    expect(Object.keys(prices?.usdPerHour ?? {})).toHaveLength(offered);
    expect(callsTo('us-east-1')).toBe(2);
  });

  it('asks for Windows prices by the names of Windows, and Linux prices by those of Linux (Windows/Linux pricing)', async () => {
    const { source, worldOf } = await usePricesWorld();
    for (const platform of ['linux', 'windows'] as const) {
      await source.read([{ region: 'us-east-1', platform, instanceTypes: ['c7i.large'] }]);
    }
    const filters = worldOf('us-east-1').requests.map(({ input }) => input['Filters']);
    const byProduct = (...Values: string[]) => expect.arrayContaining([{ Name: 'product-description', Values }]);
    expect(filters).toEqual([
      byProduct('Linux/UNIX', 'Linux/UNIX (Amazon VPC)'),
      byProduct('Windows', 'Windows (Amazon VPC)'),
    ]);
  });

  it('tells of a failure with its cause; a region of which a part cannot be read is left out', async () => {
    const { source, failures, worldOf } = await usePricesWorld();
    const second = (input: object) => JSON.stringify(input).includes('"x119.large"');
    worldOf('us-east-1').addFault({
      kind: 'error',
      action: 'DescribeSpotPriceHistory',
      code: 'UnauthorizedOperation',
      when: second,
    });
    const instanceTypes = ['c7g.large', ...Array.from({ length: 120 }, (_, index) => `x${index}.large`)];
    expect(await source.read([{ region: 'us-east-1', platform: 'linux', instanceTypes }])).toEqual([]);
    expect(failures).toEqual([
      { region: 'us-east-1', platform: 'linux', cause: expect.stringContaining('UnauthorizedOperation') },
    ]);
  });
});
