/** One fleet request has room for 50 launch templates. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fleetRequests } from '../../lib/aws/fleet-request.ts';
import { launchPools } from '../../lib/core/launch-cascade.ts';
import { planOrder } from '../../lib/core/order-plan.ts';
import type { PoolVerdict } from '../../lib/core/pool-verdict.ts';
import { aDefinition } from '../support/builders.ts';

const DEFINITION = aDefinition();
const [POOL] = launchPools(DEFINITION, 'us-east-1');
const UNLIMITED = { maxInstances: Number.POSITIVE_INFINITY, usdPerHour: undefined };

/** Pools by capacity and price; each capacity needs a launch template of its own. */
function someVerdicts(pools: readonly { readonly capacity: number; readonly price: number | undefined }[]) {
  if (POOL === undefined) throw new Error('the definition has a pool');
  return pools.map(
    ({ capacity, price }, index): PoolVerdict => ({
      pool: { ...POOL, instanceType: `c7g.t${index}`, capacity },
      market: 'spot',
      priceUsdPerHour: price,
      ceilingUsdPerHour: undefined,
    }),
  );
}

const capacitiesOf = (order: ReturnType<typeof planOrder>): Set<number> =>
  new Set(order?.pools.map(({ capacity }) => capacity));

describe('an order from many different pools', () => {
  it('takes the cheapest 50 kinds, those of unknown price last', () => {
    const pools = Array.from({ length: 60 }, (_, index) => ({
      capacity: index + 1,
      price: index < 8 ? undefined : 100 - index,
    }));
    const order = planOrder(DEFINITION, { ...UNLIMITED, want: 1000, room: 5000 }, someVerdicts(pools));
    expect([...capacitiesOf(order)]).toEqual(pools.slice(10).map(({ capacity }) => capacity));
  });

  it('makes a request of at most 50 launch templates', () => {
    const definition = aDefinition({
      maxCapacity: 1000,
      instanceTypes: Array.from({ length: 60 }, (_, index) => ({
        instanceType: `c${index}g.large`,
        capacity: index + 1,
      })),
    });
    const verdicts = launchPools(definition, 'us-east-1').map(
      (pool): PoolVerdict => ({ pool, market: 'spot', priceUsdPerHour: undefined, ceilingUsdPerHour: undefined }),
    );
    const order = planOrder(definition, { ...UNLIMITED, want: 500, room: 1000 }, verdicts);
    if (order === undefined) throw new Error('nothing was ordered');
    const settings = { homeRegion: 'us-east-1', instanceProfileArn: 'arn', workerProgram: '' };
    const { fleet } = fleetRequests({ launchId: 'l', definition, ...order }, settings);
    expect(fleet.LaunchTemplateConfigs).toHaveLength(50);
  });

  it('never needs more than 50 launch templates, and never passes its room, whatever EC2 picks', () => {
    const cases = fc.record({
      pools: fc.array(
        fc.record({
          capacity: fc.integer({ min: 1, max: 90 }),
          price: fc.option(fc.integer({ min: 1, max: 9 }), { nil: undefined }),
        }),
        { minLength: 1, maxLength: 120, size: 'max' },
      ),
      want: fc.integer({ min: 1, max: 500 }),
      room: fc.nat(500),
      pick: fc.nat(200),
    });
    fc.assert(
      fc.property(cases, ({ pools, want, room, pick }) => {
        const order = planOrder(DEFINITION, { ...UNLIMITED, want, room }, someVerdicts(pools));
        if (order === undefined) {
          expect(Math.min(...pools.map(({ capacity }) => capacity))).toBeGreaterThan(room);
          return;
        }
        expect(capacitiesOf(order).size).toBeLessThanOrEqual(50);
        let came = 0;
        for (let index = 0; came < order.targetCapacity; index += 1)
          came += order.pools[(pick + index) % order.pools.length]?.capacity ?? 1;
        expect(came).toBeLessThanOrEqual(room);
      }),
      { numRuns: 10_000 },
    );
  });
});
