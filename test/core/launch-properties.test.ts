/** Laws of the launch engine, 10,000 cases each. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fleetRequests } from '../../lib/aws/fleet-request.ts';
import { launchPools } from '../../lib/core/launch-cascade.ts';
import { afterAttempt, nextStep, startLaunching } from '../../lib/core/launch-progress.ts';
import { type Cooldown, cooldownsAfter } from '../../lib/core/pool-cooldown.ts';
import { judgePools, type LaunchConditions } from '../../lib/core/pool-verdict.ts';
import { planProvision } from '../../lib/core/provision-plan.ts';
import { spendOf } from '../../lib/core/spend.ts';
import type { WorkerType } from '../../lib/core/worker-type-schema.ts';
import { aDefinition, aWorker, NOW } from '../support/builders.ts';

const NONE_OPEN = { capacity: 0, overshoot: 0, onDemandCapacity: 0, usdPerHour: 0 };

const CASES = { numRuns: 10_000 };
const REGIONS = ['us-east-1', 'eu-west-1'];

const weight = fc.constantFrom(0, 0.3, 1);
const definitions = fc
  .record({
    min: fc.nat(20),
    above: fc.nat(80),
    base: fc.nat(10),
    fallback: fc.option(fc.constantFrom(0, 5), { nil: undefined }),
    price: fc.option(fc.double({ min: 0.05, max: 1, noNaN: true }), { nil: undefined }),
    spend: fc.option(fc.double({ min: 0.05, max: 20, noNaN: true }), { nil: undefined }),
    onDemandPrice: fc.double({ min: 0.05, max: 3, noNaN: true }),
    types: fc.uniqueArray(
      fc.record({ capacity: fc.integer({ min: 1, max: 12 }), utility: fc.constantFrom(0.5, 1, 2), weight }),
      {
        minLength: 1,
        maxLength: 4,
        selector: ({ capacity }) => capacity,
      },
    ),
    zones: fc.array(weight, { minLength: 1, maxLength: 3 }),
    regionWeights: fc.tuple(weight, weight),
    order: fc.constantFrom('given', 'price', 'weight'),
  })
  .map(({ min, above, base, fallback, price, spend, onDemandPrice, types, zones, regionWeights, order }) => {
    const largest = Math.max(...types.map(({ capacity }) => capacity));
    const usable =
      price === undefined || types.every(({ capacity, utility }) => (price * utility) / capacity >= 0.0011);
    return aDefinition({
      minCapacity: min,
      maxCapacity: Math.max(min + above, largest),
      ...(price !== undefined && usable ? { maxPriceUsdPerHour: price } : {}),
      ...(price !== undefined && usable && spend !== undefined ? { maxSpendUsdPerHour: spend } : {}),
      market: {
        onDemandBaseCapacity: base,
        ...(fallback === undefined ? {} : { onDemandFallbackMinutes: fallback }),
        onDemandPriceUsdPerHour: onDemandPrice,
      },
      regionOrder: order,
      instanceTypes: types.map((type, index) => ({ ...type, instanceType: `c7g.t${index}` })),
      regions: REGIONS.map((region, index) => ({
        region,
        weight: regionWeights[index],
        zones: zones.map((zoneWeight, zone) => ({
          subnetId: `subnet-${index}${zone}aaa`,
          availabilityZone: `${region}${'abc'[zone]}`,
          weight: zoneWeight,
        })),
      })),
    });
  });

const worlds = fc.record({
  definition: definitions,
  pending: fc.nat(200),
  workers: fc.array(
    fc.record({
      state: fc.constantFrom('launching', 'booting', 'running', 'draining', 'stopping', 'halted', 'stopped'),
      capacity: fc.integer({ min: 1, max: 12 }),
      market: fc.constantFrom('spot', 'on-demand'),
      // Few have a type that the definition does not name any more.
      instanceType: fc.nat(40).map((index) => (index === 40 ? 'c7g.gone' : 'c7g.t0')),
    }),
    { maxLength: 15 },
  ),
  /** What EC2 does with each order: how much of it comes, and which pool it picks. */
  answers: fc.array(fc.record({ share: fc.constantFrom<number>(0, 0.5, 1), pick: fc.nat(50) }), {
    minLength: 1,
    maxLength: 10,
  }),
  prices: fc.dictionary(
    fc.constantFrom('us-east-1a/c7g.t0', 'us-east-1b/c7g.t1', 'eu-west-1a/c7g.t0'),
    fc.double({ min: 0.01, max: 2, noNaN: true }),
  ),
  paused: fc.boolean(),
});

function conditions(cooldowns: readonly Cooldown[], usdPerHour: Readonly<Record<string, number>>): LaunchConditions {
  const prices = REGIONS.map((region) => ({ region, platform: 'linux' as const, readAt: NOW, usdPerHour }));
  return { homeRegion: 'us-east-1', regions: REGIONS, cooldowns, unlaunchable: new Map(), prices, now: NOW };
}

/** Plays one type's launches of a tick against an EC2 that may pick any pool and give any part of an order. */
function play({
  definition,
  pending,
  workers,
  answers,
  prices,
  paused,
}: typeof worlds extends fc.Arbitrary<infer World> ? World : never) {
  const present = workers.map((worker) => aWorker(worker));
  const plan = planProvision({
    definition,
    backlog: { kind: 'known', pendingTasks: pending, claimedTasks: 0, delayedTasks: 0, readAt: NOW },
    workers: present,
    open: { capacity: 0, overshoot: 0, onDemandCapacity: 0, usdPerHour: 0 },
    hold: undefined,
    pausedBy: paused ? 'by ana: test' : undefined,
    launchedLastMinute: 0,
    unreadRegions: new Map(),
    workerRegions: [],
    homeRegion: 'us-east-1',
    now: NOW,
  });
  const orders: Extract<ReturnType<typeof nextStep>, { kind: 'order' }>['order'][] = [];
  let launched = 0;
  let usdPerHour = 0;
  if (plan.kind === 'launch') {
    let cooldowns: Cooldown[] = [];
    let progress = startLaunching(plan, definition, {
      workers: present,
      open: NONE_OPEN,
      conditions: conditions([], prices),
      spotShortSince: undefined,
    });
    for (let step = 0; step < 20; step += 1) {
      const next = nextStep(progress, conditions(cooldowns, prices));
      if (next.kind === 'done') break;
      orders.push(next.order);
      const { share, pick } = answers[step % answers.length] ?? { share: 1, pick: 0 };
      const goal = Math.ceil(next.order.targetCapacity * share);
      let came = 0;
      let instances = 0;
      while (came < goal) {
        const picked = next.order.pools[(pick + instances) % next.order.pools.length];
        came += picked?.capacity ?? 1;
        instances += 1;
        const verdict = judgePools(definition, next.order.market, conditions([], prices)).find(
          ({ pool }) => pool.subnetId === picked?.subnetId && pool.instanceType === picked.instanceType,
        );
        usdPerHour += verdict?.priceUsdPerHour ?? verdict?.ceilingUsdPerHour ?? 0;
      }
      launched += came;
      const pools = next.order.pools.map(({ subnetId, instanceType }) => `${subnetId}/${instanceType}`);
      const refusals =
        share < 1
          ? [
              {
                class: 'no-capacity' as const,
                code: 'InsufficientInstanceCapacity',
                message: '',
                count: pools.length,
                pools,
              },
            ]
          : [];
      cooldowns = [...cooldowns, ...cooldownsAfter({ ...next.order, definition }, refusals, NOW)];
      progress = afterAttempt(
        progress,
        { order: next.order, launched: came, instances, refusals },
        conditions(cooldowns, prices),
      );
    }
  }
  const before = present
    .filter(({ state }) => state !== 'stopped')
    .reduce((sum, { capacity = 0 }) => sum + capacity, 0);
  return { plan, orders, launched, before, usdPerHour, present };
}

const isZeroWeight = (definition: WorkerType, region: string, subnetId: string, instanceType: string): boolean =>
  launchPools(definition, 'us-east-1').find(
    (pool) => pool.region === region && pool.subnetId === subnetId && pool.instanceType === instanceType,
  )?.weight === 0;

describe('the launch engine, whatever the world looks like', () => {
  it('never passes maxCapacity', () => {
    fc.assert(
      fc.property(worlds, (world) => {
        const { launched, before } = play(world);
        expect(before + launched).toBeLessThanOrEqual(Math.max(before, world.definition.maxCapacity));
      }),
      CASES,
    );
  });

  it('never passes maxSpendUsdPerHour, whichever pools EC2 picks', () => {
    fc.assert(
      fc.property(worlds, (world) => {
        const { maxSpendUsdPerHour: ceiling } = world.definition;
        if (ceiling === undefined) return;
        const { usdPerHour, present } = play(world);
        const { usdPerHour: before, unpriced } = spendOf(
          present,
          world.definition,
          conditions([], world.prices).prices,
        );
        if (unpriced > 0) expect(usdPerHour).toBe(0);
        expect(before + usdPerHour).toBeLessThanOrEqual(Math.max(before, ceiling) * (1 + 1e-9));
      }),
      CASES,
    );
  });

  it('uses a pool that is cheap enough for what is left to spend, whatever the others cost', () => {
    fc.assert(
      fc.property(worlds, (world) => {
        const { definition, prices } = world;
        if (definition.maxSpendUsdPerHour === undefined) return;
        const { plan, orders, present } = play(world);
        if (plan.kind === 'hold' || orders.length > 0) return;
        const spend = spendOf(present, definition, conditions([], prices).prices);
        if (spend.unpriced > 0) return;
        const left = definition.maxSpendUsdPerHour - spend.usdPerHour;
        const fitting = judgePools(definition, 'spot', conditions([], prices)).filter(
          ({ pool, rejected, priceUsdPerHour, ceilingUsdPerHour }) =>
            rejected === undefined &&
            pool.capacity <= plan.figures.room &&
            (priceUsdPerHour ?? ceilingUsdPerHour ?? 0) * (1 + 1e-9) <= left,
        );
        expect(fitting).toEqual([]);
      }),
      CASES,
    );
  });

  it('never launches a paused type or a pool of weight 0, and never asks for on-demand where it is not allowed', () => {
    fc.assert(
      fc.property(worlds, (world) => {
        const { orders } = play(world);
        if (world.paused) expect(orders).toEqual([]);
        for (const { region, pools, market } of orders) {
          for (const { subnetId, instanceType } of pools) {
            expect(isZeroWeight(world.definition, region, subnetId, instanceType)).toBe(false);
          }
          const { onDemandBaseCapacity, onDemandFallbackMinutes } = world.definition.market;
          if (market === 'on-demand') expect(onDemandBaseCapacity > 0 || onDemandFallbackMinutes === 0).toBe(true);
        }
      }),
      CASES,
    );
  });

  it('never offers a pool whose known price is above its ceiling, and sends no ceiling above maxPrice x utility', () => {
    const settings = {
      homeRegion: 'us-east-1',
      instanceProfileArn: 'arn:aws:iam::1:instance-profile/w',
      workerProgram: '',
    };
    fc.assert(
      fc.property(worlds, (world) => {
        const { definition, prices } = world;
        const [order] = play(world).orders;
        if (order === undefined || order.market !== 'spot' || definition.maxPriceUsdPerHour === undefined) return;
        const verdicts = judgePools(definition, 'spot', conditions([], prices));
        for (const { subnetId, instanceType } of order.pools) {
          const verdict = verdicts.find(({ pool }) => pool.subnetId === subnetId && pool.instanceType === instanceType);
          expect(verdict?.priceUsdPerHour ?? 0).toBeLessThanOrEqual(verdict?.ceilingUsdPerHour ?? 0);
        }
        const { fleet } = fleetRequests({ launchId: 'l', definition, ...order }, settings);
        for (const override of fleet.LaunchTemplateConfigs?.flatMap(({ Overrides = [] }) => Overrides) ?? []) {
          const type = definition.instanceTypes.find(({ instanceType }) => instanceType === override.InstanceType);
          const ceiling = definition.maxPriceUsdPerHour * (type?.utility ?? 0);
          expect(Number(override.MaxPrice) * (override.WeightedCapacity ?? 0)).toBeLessThanOrEqual(
            ceiling * (1 + 1e-9),
          );
        }
      }),
      CASES,
    );
  });

  it('always comes to an end, and asks no dry pool twice in one tick', () => {
    fc.assert(
      fc.property(worlds, (world) => {
        const dryWorld = { ...world, answers: [{ share: 0, pick: 0 }] };
        const { orders } = play(dryWorld);
        const asked = orders.flatMap(({ market, pools }) =>
          pools.map(({ subnetId, instanceType }) => `${market}/${subnetId}/${instanceType}`),
        );
        expect(new Set(asked).size).toBe(asked.length);
        expect(orders.length).toBeLessThanOrEqual(8);
      }),
      CASES,
    );
  });
});
