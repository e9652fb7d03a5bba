import { describe, expect, it } from 'vitest';
import { estimateCost } from '../../lib/core/cost-estimate.ts';
import { launchPools, poolName } from '../../lib/core/launch-cascade.ts';
import { startLaunching } from '../../lib/core/launch-progress.ts';
import { judgePools, type LaunchConditions } from '../../lib/core/pool-verdict.ts';
import { expectedOrders, judgeMarkets, mergedRequests, rankPools } from '../../lib/core/preview.ts';
import { planProvision } from '../../lib/core/provision-plan.ts';
import { secondsAfter } from '../../lib/core/units.ts';
import { aDefinition, HOME, NOW } from '../support/builders.ts';

const NONE_OPEN = { capacity: 0, overshoot: 0, onDemandCapacity: 0, usdPerHour: 0 };

const zone = (letter: string, more: object = {}) => ({
  subnetId: `subnet-aaa${letter}`,
  availabilityZone: `us-east-1${letter}`,
  ...more,
});

const conditions = (changes: Partial<LaunchConditions> = {}): LaunchConditions => ({
  ...HOME,
  cooldowns: [],
  unlaunchable: new Map(),
  prices: [
    {
      region: 'us-east-1',
      platform: 'linux',
      readAt: NOW,
      usdPerHour: { 'us-east-1a/c7g.large': 0.04, 'us-east-1b/c7g.large': 0.03, 'us-east-1a/c7g.2xlarge': 0.1 },
    },
  ],
  now: NOW,
  ...changes,
});

const wide = (changes: object = {}) =>
  aDefinition({
    instanceTypes: [
      { instanceType: 'c7g.large', capacity: 1 },
      { instanceType: 'c7g.2xlarge', capacity: 4, utility: 4 },
    ],
    regions: [{ zones: [zone('a'), zone('b')] }],
    ...changes,
  });

describe('capacity pools', () => {
  it('are ranked by price for their utility, unknown prices after known ones, the rejected last', () => {
    const ranked = rankPools(judgePools(wide(), 'spot', conditions()));
    expect(ranked.map(({ pool }) => poolName(pool))).toEqual([
      'us-east-1a/c7g.2xlarge',
      'us-east-1b/c7g.large',
      'us-east-1a/c7g.large',
      'us-east-1b/c7g.2xlarge',
    ]);
    const dear = rankPools(judgePools(wide({ maxPriceUsdPerHour: 0.035 }), 'spot', conditions()));
    expect(dear.at(-1)).toMatchObject({ rejected: { reason: 'price-above-ceiling' } });
  });

  it('are judged on demand only where the definition uses that', () => {
    const markets = (market: object) => [
      ...new Set(judgeMarkets(wide({ market }), conditions()).map((verdict) => verdict.market)),
    ];
    expect(markets({})).toEqual(['spot']);
    expect(markets({ onDemandBaseCapacity: 1 })).toEqual(['spot', 'on-demand']);
    expect(markets({ onDemandFallbackMinutes: 0 })).toEqual(['spot', 'on-demand']);
  });
});

describe('a launch preview', () => {
  it('holds every merged request of region x zone x type, alike ones in one launch template', () => {
    const definition = wide({
      regions: [
        { zones: [zone('a'), zone('b', { launchSpec: { keyName: 'zone-key' } })] },
        { region: 'eu-west-1', zones: [{ subnetId: 'subnet-eeee' }], userData: { mirror: 'eu' } },
      ],
      userData: { mirror: 'us' },
    });
    const requests = mergedRequests(launchPools(definition, 'us-east-1'));
    expect(
      requests.map(({ region, capacity, launchSpec, userData, pools }) => [
        region,
        capacity,
        launchSpec.keyName,
        userData['mirror'],
        pools.length,
      ]),
    ).toEqual([
      ['us-east-1', 1, undefined, 'us', 1],
      ['us-east-1', 4, undefined, 'us', 1],
      ['us-east-1', 1, 'zone-key', 'us', 1],
      ['us-east-1', 4, 'zone-key', 'us', 1],
      ['eu-west-1', 1, undefined, 'eu', 1],
      ['eu-west-1', 4, undefined, 'eu', 1],
    ]);
    expect(mergedRequests(launchPools(wide(), 'us-east-1')).map(({ pools }) => pools.length)).toEqual([2, 2]);
  });

  it('holds the orders that follow each other when EC2 gives what they ask', () => {
    const definition = wide({ market: { onDemandBaseCapacity: 1 }, maxCapacity: 5 });
    const plan = planProvision({
      definition,
      backlog: { kind: 'known', pendingTasks: 5, claimedTasks: 0, delayedTasks: 0, readAt: NOW },
      workers: [],
      open: { capacity: 0, overshoot: 0, onDemandCapacity: 0, usdPerHour: 0 },
      hold: undefined,
      launchedLastMinute: 0,
      unreadRegions: new Map(),
      workerRegions: [],
      homeRegion: 'us-east-1',
      now: NOW,
    });
    if (plan.kind === 'hold') throw new Error(plan.reason);
    const progress = startLaunching(plan, definition, {
      workers: [],
      open: NONE_OPEN,
      conditions: conditions(),
      spotShortSince: undefined,
    });
    const { orders, shortBecause } = expectedOrders(progress, conditions());
    expect(shortBecause).toBeUndefined();
    expect(orders[0]).toMatchObject({ market: 'on-demand', targetCapacity: 1 });
    expect(orders.slice(1).every(({ market }) => market === 'spot')).toBe(true);
    expect(orders.reduce((sum, { targetCapacity }) => sum + targetCapacity, 0)).toBe(5);
  });

  it('says why nothing can be ordered', () => {
    const cooldown = {
      region: 'us-east-1',
      market: 'spot',
      since: NOW,
      until: secondsAfter(NOW, 60),
      code: 'Max',
    } as const;
    const progress = startLaunching(
      { kind: 'launch', want: 1, maxInstances: 1, figures: { room: 5 } as never },
      wide(),
      { workers: [], open: NONE_OPEN, conditions: conditions(), spotShortSince: undefined },
    );
    const { orders, shortBecause } = expectedOrders(progress, conditions({ cooldowns: [cooldown] }));
    expect(orders).toEqual([]);
    expect(shortBecause).toContain('no pool can be used');
  });
});

describe('the estimate of cost', () => {
  const estimate = (capacity: number, changes: object = {}, more: Partial<LaunchConditions> = {}) =>
    estimateCost(capacity, judgePools(wide(changes), 'spot', conditions(more)));
  const pool = { region: 'us-east-1', market: 'spot', subnetId: 'subnet-aaaa', instanceType: 'c7g.large' } as const;
  const cooldown = { ...pool, since: NOW, until: secondsAfter(NOW, 60), code: 'Dry' };

  it.each([
    ['goes from the cheapest pool alone to the dearest, in whole instances', 10, {}, {}, { low: 0.3, high: 0.4 }],
    ['counts pools that are cooling down: they come back', 10, {}, { cooldowns: [cooldown] }, { low: 0.3, high: 0.4 }],
    ['takes the ceiling where a price is not known', 4, { maxPriceUsdPerHour: 0.5 }, {}, { low: 0.1, high: 2 }],
    ['leaves out pools above the ceiling', 10, { maxPriceUsdPerHour: 0.035 }, {}, { low: 0.3, high: 0.42 }],
    ['is unknown without prices and ceiling', 10, {}, { prices: [] }, { low: undefined, high: undefined }],
    ['of nothing is nothing', 0, {}, {}, { low: 0, high: 0 }],
  ] as const)('%s', (_fact, capacity, changes, more, { low, high }) => {
    const { lowUsdPerHour, highUsdPerHour } = estimate(capacity, changes, more as Partial<LaunchConditions>);
    const rounded = (value: number | undefined) => (value === undefined ? undefined : Number(value.toFixed(6)));
    expect({ low: rounded(lowUsdPerHour), high: rounded(highUsdPerHour) }).toEqual({ low, high });
  });

  it('says how many pools went by their ceiling, and how many were left out', () => {
    expect(estimate(1)).toMatchObject({ byCeiling: 0, unpriced: 1 });
    expect(estimate(1, { maxPriceUsdPerHour: 0.5 })).toMatchObject({ byCeiling: 1, unpriced: 0 });
  });
});
