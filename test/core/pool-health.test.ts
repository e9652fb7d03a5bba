import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { poolName } from '../../lib/core/launch-cascade.ts';
import { planOrder } from '../../lib/core/order-plan.ts';
import {
  describeHealth,
  healthFactor,
  isLastResort,
  type PoolHealth,
  poolHealth,
  type SeenLaunches,
} from '../../lib/core/pool-health.ts';
import { describeVerdict, effectiveWeight, judgePools } from '../../lib/core/pool-verdict.ts';
import type { Refusal } from '../../lib/core/refusal.ts';
import { type EpochMillis, secondsAfter } from '../../lib/core/units.ts';
import type { Worker } from '../../lib/core/worker.ts';
import { aDefinition, aWorker, HOME, NOW, someWorkers } from '../support/builders.ts';

const zone = (letter: string, more: object = {}) => ({
  subnetId: `subnet-0000000${letter}`,
  availabilityZone: `us-east-1${letter}`,
  ...more,
});
const TWO_ZONES = aDefinition({ regions: [{ zones: [zone('a'), zone('b')] }] });
const A = 'subnet-0000000a/c7g.large';
const ago = (seconds: number): EpochMillis => secondsAfter(NOW, -seconds);

/** A worker that ended by itself a second after its launch. */
const dead = (seconds: number, changes: Partial<Worker> = {}): Worker =>
  aWorker({
    state: 'stopped',
    launchedAt: ago(seconds),
    stoppedAt: ago(seconds - 1),
    endCode: 'Client.InstanceInitiatedShutdown',
    ...changes,
  });
const deaths = (count: number, changes: Partial<Worker> = {}): Worker[] =>
  Array.from({ length: count }, (_, index) => dead(600 + index, changes));
const alive = (count: number, changes: Partial<Worker> = {}): Worker[] =>
  someWorkers(count, { launchedAt: ago(300), ...changes });
const refusal = (changes: Partial<Refusal> = {}): Refusal => ({
  class: 'no-capacity',
  code: 'InsufficientInstanceCapacity',
  message: 'no',
  count: 1,
  pools: [A],
  ...changes,
});
const refused = (count: number, changes: Partial<Refusal> = {}): SeenLaunches['orders'] =>
  Array.from({ length: count }, () => ({
    market: 'spot' as const,
    openedAt: ago(300),
    definitionVersion: 1,
    refusals: [refusal(changes)],
  }));
const healths = (seen: Partial<SeenLaunches>, now = NOW, definition = TWO_ZONES): PoolHealth[] =>
  poolHealth(definition, { workers: [], orders: [], clearedAt: undefined, ...seen }, now);
const inA = (failures: number, launches: number) => ({
  market: 'spot',
  subnetId: 'subnet-0000000a',
  instanceType: 'c7g.large',
  launches,
  failures,
});

describe('what counts', () => {
  it('workers that ended by themselves at once, against those that were of use', () => {
    expect(healths({ workers: [...deaths(7), ...alive(3)] })).toEqual([inA(7, 10)]);
  });

  it.each([
    ['launches that failed after EC2 had granted them', 'Client.InternalError'],
    ['launches for which EC2 had nothing to give after all', 'Server.InsufficientInstanceCapacity'],
  ])('%s, of which EC2 tells no time', (_what, endCode) => {
    expect(healths({ workers: [...deaths(5, { endCode, stoppedAt: undefined }), ...alive(1)] })).toEqual([inA(5, 6)]);
  });

  it('orders that EC2 refused in the pool, in the market that was asked', () => {
    expect(healths({ orders: refused(5) })).toEqual([inA(5, 5)]);
    expect(healths({ orders: refused(5).map((order) => ({ ...order, market: 'on-demand' })) })).toEqual([
      { ...inA(5, 5), market: 'on-demand' },
    ]);
  });

  it.each<[string, Partial<SeenLaunches>]>([
    ['an interruption', { workers: deaths(9, { endCode: 'Server.SpotInstanceTermination' }) }],
    ['a worker that somebody terminated', { workers: deaths(9, { endCode: 'Client.UserInitiatedShutdown' }) }],
    ['a worker that somebody told to stop', { workers: deaths(9, { wasToldToStop: true }) }],
    ['an end that EC2 does not explain', { workers: deaths(9, { endCode: undefined }) }],
    ['an end whose time is not known', { workers: deaths(9, { stoppedAt: undefined }) }],
    ['a launch whose time is not known', { workers: deaths(9, { launchedAt: undefined }) }],
    ['a worker that lived', { workers: deaths(9, { stoppedAt: NOW }) }],
    [
      'a start of a halted worker that EC2 had no room for',
      { workers: deaths(9, { state: 'halted', stoppedAt: undefined, endCode: 'Server.InsufficientInstanceCapacity' }) },
    ],
    ['a worker that boots', { workers: alive(9, { state: 'booting' }) }],
    ['another version of the definition', { workers: deaths(9, { definitionVersion: 2 }) }],
    ['an instance type that the definition does not name', { workers: deaths(9, { instanceType: 'm7g.large' }) }],
    ['a quota', { orders: refused(9, { class: 'quota' }) }],
    ['a throttle', { orders: refused(9, { class: 'throttled' }) }],
    ['a refusal of the whole call', { orders: refused(9, { pools: [] }) }],
    ['what was before somebody resumed the type', { workers: deaths(9), orders: refused(9), clearedAt: NOW }],
  ])('%s is no failure of a pool', (_what, seen) => {
    expect(healths(seen)).toEqual([]);
  });

  it('interrupted workers that had been of use are launches that went well', () => {
    const interrupted = alive(5, { state: 'stopped', stoppedAt: NOW, endCode: 'Server.SpotInstanceTermination' });
    expect(healths({ workers: [...deaths(5), ...interrupted] })).toEqual([inA(5, 10)]);
  });

  it('four launches are too few, whatever became of them', () => {
    expect(healths({ workers: deaths(4) })).toEqual([]);
    expect(healths({ workers: deaths(2), orders: refused(2) })).toEqual([]);
    expect(healths({ workers: deaths(3), orders: refused(2) })).toEqual([inA(5, 5)]);
  });

  it('where the zone is not named the workers cannot be told apart by pool, and EC2 is believed', () => {
    const unnamed = aDefinition({ regions: [{ zones: [{ subnetId: 'subnet-0000000a' }] }] });
    expect(healths({ workers: deaths(9) }, NOW, unnamed)).toEqual([]);
    expect(healths({ orders: refused(5) }, NOW, unnamed)).toEqual([inA(5, 5)]);
  });

  it('it recovers by itself: an hour after the launches nothing is left', () => {
    const seen = { workers: deaths(9), orders: refused(9) };
    expect(healths(seen)).toHaveLength(1);
    expect(healths(seen, secondsAfter(NOW, 3600 - 300))).toEqual([]);
  });
});

describe('the weight', () => {
  const counts = fc
    .record({ launches: fc.integer({ min: 1, max: 1000 }), failures: fc.nat(1000) })
    .filter(({ launches, failures }) => failures <= launches);

  it('never falls to 0, never rises, and never falls by what went well', () => {
    fc.assert(
      fc.property(counts, ({ launches, failures }) => {
        const factor = healthFactor({ launches, failures });
        expect(factor).toBeGreaterThan(0);
        expect(healthFactor({ launches, failures: launches })).toBeGreaterThan(0);
        expect(factor).toBeLessThanOrEqual(1);
        expect(healthFactor({ launches: launches + 1, failures: failures + 1 })).toBeLessThanOrEqual(factor);
        expect(healthFactor({ launches: launches + 1, failures })).toBeGreaterThanOrEqual(factor);
      }),
    );
  });

  it.each([
    [1, 7, 10, 'weight 1 -> 0.3: 7 of 10 launches failed in the last hour'],
    [0.5, 5, 5, 'weight 0.5 -> 0.005: 5 of 5 launches failed in the last hour'],
  ])('%d with %d of %d failures is told in words', (weight, failures, launches, words) => {
    expect(describeHealth(weight, { ...inA(failures, launches), market: 'spot' })).toBe(words);
  });

  it('half of the launches may fail before a pool is a last resort', () => {
    expect(isLastResort(undefined)).toBe(false);
    expect(isLastResort({ ...inA(5, 10), market: 'spot' })).toBe(false);
    expect(isLastResort({ ...inA(6, 10), market: 'spot' })).toBe(true);
  });
});

describe('an order', () => {
  const LIMITS = { want: 4, room: 100, maxInstances: 100, usdPerHour: undefined };
  const conditions = { ...HOME, cooldowns: [], unlaunchable: new Map(), prices: [], now: NOW };
  const sick = (...letters: string[]): PoolHealth[] =>
    letters.map((letter) => ({ ...inA(9, 10), market: 'spot', subnetId: `subnet-0000000${letter}` }));
  const verdicts = (definition = TWO_ZONES, health = sick('a'), more: object = {}) =>
    judgePools(definition, 'spot', { ...conditions, health, ...more });
  const subnets = (definition = TWO_ZONES, health = sick('a'), more: object = {}) =>
    planOrder(definition, LIMITS, verdicts(definition, health, more))?.pools.map(({ subnetId }) => subnetId.at(-1));

  it('leaves out a pool whose launches mostly fail, and says why', () => {
    expect(subnets()).toEqual(['b']);
    expect(verdicts().map(describeVerdict)).toEqual([
      'us-east-1a/c7g.large spot: price unknown; weight 1 -> 0.1: 9 of 10 launches failed in the last hour',
      'us-east-1b/c7g.large spot: price unknown',
    ]);
  });

  it('goes there when no other pool can serve', () => {
    const cooldown = { region: 'us-east-1', market: 'spot', since: NOW, until: secondsAfter(NOW, 60), code: 'Dry' };
    expect(subnets(TWO_ZONES, sick('a'), { cooldowns: [{ ...cooldown, subnetId: 'subnet-0000000b' }] })).toEqual(['a']);
    expect(subnets(TWO_ZONES, sick('a', 'b'))).toEqual(['a', 'b']);
  });

  it('goes to the next region before it goes there', () => {
    const abroad = { region: 'eu-west-1', zones: [{ subnetId: 'subnet-0000000c' }] };
    const definition = aDefinition({ regions: [{ zones: [zone('a')] }, abroad] });
    expect(subnets(definition, sick('a'), { regions: ['us-east-1', 'eu-west-1'] })).toEqual(['c']);
  });

  it('takes the region of the best lowered weight first where weights order the regions', () => {
    const abroad = { region: 'eu-west-1', weight: 0.9, zones: [{ subnetId: 'subnet-0000000c' }] };
    const definition = aDefinition({ regionOrder: 'weight', regions: [{ zones: [zone('a')] }, abroad] });
    const health: PoolHealth[] = [{ ...inA(2, 10), market: 'spot' }];
    const where = { regions: ['us-east-1', 'eu-west-1'] };
    expect(subnets(definition, [], where)).toEqual(['a']);
    expect(subnets(definition, health, where)).toEqual(['c']);
    expect(verdicts(definition, health, where).map(effectiveWeight)).toEqual([0.8, 0.9]);
  });

  it('is there whenever there would be one without failures, and never mixes last resorts with better pools', () => {
    const weight = fc.constantFrom(0, 0.5, 1);
    const worlds = fc.record({
      zones: fc.array(fc.record({ weight, failures: fc.nat(10) }), { minLength: 1, maxLength: 4 }),
      capacities: fc.uniqueArray(fc.integer({ min: 1, max: 8 }), { minLength: 1, maxLength: 3 }),
      want: fc.integer({ min: 1, max: 20 }),
      room: fc.nat(20),
    });
    fc.assert(
      fc.property(worlds, ({ zones, capacities, want, room }) => {
        const names = ['a', 'b', 'c', 'd'];
        const definition = aDefinition({
          instanceTypes: capacities.map((capacity) => ({ instanceType: `c7g.t${capacity}`, capacity })),
          regions: [{ zones: zones.map((each, index) => zone(names[index] ?? '', { weight: each.weight })) }],
        });
        // Only the smallest type fails: the others of its zone are better.
        const instanceType = `c7g.t${Math.min(...capacities)}`;
        const health = zones.map(
          ({ failures }, index): PoolHealth => ({
            ...inA(failures, 10),
            market: 'spot',
            subnetId: zone(names[index] ?? '').subnetId,
            instanceType,
          }),
        );
        const limits = { want, room, maxInstances: 100, usdPerHour: undefined };
        const plain = planOrder(definition, limits, judgePools(definition, 'spot', conditions));
        const all = judgePools(definition, 'spot', { ...conditions, health });
        const order = planOrder(definition, limits, all);
        expect(order === undefined).toBe(plain === undefined);
        const ordered = all.filter(({ pool }) => order?.pools.some((each) => poolName(each) === poolName(pool)));
        expect(ordered.every(({ pool }) => pool.weight > 0)).toBe(true);
        expect(new Set(ordered.map((verdict) => isLastResort(verdict.health))).size).toBeLessThanOrEqual(1);
      }),
    );
  });

  it('never goes to a pool of weight 0, also when everything else fails', () => {
    const definition = aDefinition({ regions: [{ zones: [zone('a'), zone('b', { weight: 0 })] }] });
    expect(subnets(definition, sick('a', 'b'))).toEqual(['a']);
    const alone = aDefinition({ regions: [{ zones: [zone('b', { weight: 0 })] }] });
    expect(subnets(alone, sick('b'))).toBeUndefined();
  });
});
