import { GetItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { marshall, unmarshall } from '@aws-sdk/util-dynamodb';
import { describe, expect, it } from 'vitest';
import { spotPriceOf } from '../../lib/core/price-book.ts';
import { NOW } from '../support/builders.ts';
import { usePricesWorld } from '../support/prices-world.ts';

const EAST = { region: 'us-east-1', platform: 'linux', instanceTypes: ['c7g.large'] } as const;
const WEST = { region: 'eu-west-1', platform: 'linux', instanceTypes: ['c7g.large'] } as const;
const POOL = { region: 'us-east-1', availabilityZone: 'us-east-1a', instanceType: 'c7g.large' };
const MINUTE_MS = 60_000;

type World = Awaited<ReturnType<typeof usePricesWorld>>;
const setPrice = (world: World, usdPerHour: number) =>
  world.worldOf('us-east-1').setPrice({ instanceType: 'c7g.large', zone: 'us-east-1a', market: 'spot' }, usdPerHour);
const priceIn = (book: Parameters<typeof spotPriceOf>[0]) => spotPriceOf(book, POOL, 'linux');

describe('kept prices', () => {
  it.each([
    ['4 min 59 s', 5 * MINUTE_MS - 1_000, 0.03, 1],
    ['5 min', 5 * MINUTE_MS, 0.07, 2],
  ])('of an age of %s: the price after a change, and the calls to EC2', async (_age, ageMs, price, calls) => {
    const world = await usePricesWorld();
    setPrice(world, 0.03);
    await world.cached.read([EAST]);
    setPrice(world, 0.07);
    world.clock.advance(ageMs);
    const book = await world.cached.read([EAST]);
    expect([priceIn(book), world.callsTo('us-east-1')]).toEqual([price, calls]);
    expect(book[0]?.readAt).toBe(calls === 1 ? NOW : NOW + ageMs);
  });

  it('serve every process of a provisioner, and no other provisioner', async () => {
    const { cachedFor, callsTo } = await usePricesWorld();
    await cachedFor('acme').read([EAST]);
    await cachedFor('acme').read([EAST]);
    expect(callsTo('us-east-1')).toBe(1);
    await cachedFor('other').read([EAST]);
    expect(callsTo('us-east-1')).toBe(2);
  });

  it('are read again when a type is wanted that they were not read for, with the types that others want', async () => {
    const { cached, callsTo } = await usePricesWorld();
    const other = { ...EAST, instanceTypes: ['m7g.large'] };
    await cached.read([EAST]);
    const [both] = await cached.read([other]);
    expect(Object.keys(both?.usdPerHour ?? {})).toHaveLength(6);
    await cached.read([EAST]);
    await cached.read([other]);
    expect(callsTo('us-east-1')).toBe(2);
  });

  it('forget a type that nobody wanted for an hour', async () => {
    const { cached, clock } = await usePricesWorld();
    await cached.read([{ ...EAST, instanceTypes: ['m7g.large'] }]);
    clock.advance(60 * MINUTE_MS);
    const [prices] = await cached.read([EAST]);
    expect(Object.keys(prices?.usdPerHour ?? {}).filter((pool) => pool.endsWith('/m7g.large'))).toEqual([]);
  });

  it('know that a type is not offered, and do not ask again for it', async () => {
    const { cached, callsTo } = await usePricesWorld();
    const wanted = [{ ...EAST, instanceTypes: ['c99.large'] }];
    expect(await cached.read(wanted)).toMatchObject([{ usdPerHour: {} }]);
    await cached.read(wanted);
    expect(callsTo('us-east-1')).toBe(1);
  });

  it('refresh only the region that is old', async () => {
    const { cached, clock, callsTo } = await usePricesWorld();
    await cached.read([EAST]);
    clock.advance(3 * MINUTE_MS);
    await cached.read([WEST]);
    clock.advance(3 * MINUTE_MS);
    await cached.read([EAST, WEST]);
    expect([callsTo('us-east-1'), callsTo('eu-west-1')]).toEqual([2, 1]);
  });

  it('that are old serve on while EC2 refuses, and show their age', async () => {
    const world = await usePricesWorld();
    setPrice(world, 0.03);
    await world.cached.read([EAST, WEST]);
    world.breakRegion('us-east-1');
    world.clock.advance(24 * 60 * MINUTE_MS);
    const book = await world.cached.read([EAST, WEST]);
    expect(book.map(({ region, readAt }) => [region, readAt])).toEqual([
      ['us-east-1', NOW],
      ['eu-west-1', world.clock.now()],
    ]);
    expect(priceIn(book)).toBe(0.03);
    expect(world.failures).toEqual([
      { region: 'us-east-1', platform: 'linux', cause: expect.stringContaining('UnauthorizedOperation') },
    ]);
  });

  it('that are stamped with a time to come are read again', async () => {
    const { cached, clock, callsTo } = await usePricesWorld();
    clock.advance(60 * MINUTE_MS);
    await cached.read([EAST]);
    clock.advance(-60 * MINUTE_MS);
    expect(await cached.read([EAST])).toMatchObject([{ readAt: NOW }]);
    expect(callsTo('us-east-1')).toBe(2);
  });
});

describe('the state table', () => {
  const key = marshall({ pk: 'acme#PRICES', sk: 'us-east-1#linux' });

  it('holds one item a region and platform, which expires in a week', async () => {
    const { cached, clients, stateTable } = await usePricesWorld();
    await cached.read([EAST]);
    const { Item: item = {} } = await clients.dynamoDb.send(new GetItemCommand({ TableName: stateTable, Key: key }));
    expect(unmarshall(item)).toMatchObject({
      readAt: NOW,
      usdPerHour: { 'us-east-1a/c7g.large': 0.0291 },
      expiresAt: Math.ceil(NOW / 1000) + 7 * 24 * 3600,
    });
  });

  it.each([
    ['a price that is no number', { usdPerHour: { 'us-east-1a/c7g.large': 'cheap' } }],
    ['a number beyond double precision', { readAt: 12345678901234567890n }],
    ['nothing', {}],
  ])('may hold an item with %s: it is replaced', async (_what, spoilt) => {
    const { cached, clients, stateTable } = await usePricesWorld();
    const Item = { ...marshall({ region: 'us-east-1', platform: 'linux', ...spoilt }), ...key };
    await clients.dynamoDb.send(new PutItemCommand({ TableName: stateTable, Item }));
    expect(priceIn(await cached.read([EAST]))).toBe(0.0291);
  });

  it.each(['Query', 'PutItem'])(
    'may fail: without %s prices come from EC2 each time, and the log says why',
    async (action) => {
      const { cached, dynamoDb, failures, callsTo } = await usePricesWorld();
      dynamoDb.setFault({ action, code: 'AccessDeniedException', status: 400 });
      for (const _ of [1, 2]) expect(priceIn(await cached.read([EAST]))).toBe(0.0291);
      expect(callsTo('us-east-1')).toBe(2);
      expect(failures[0]).toMatchObject({ region: 'us-east-1', cause: expect.stringContaining('AccessDenied') });
    },
  );
});
