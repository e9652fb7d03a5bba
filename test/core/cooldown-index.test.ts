import fc from 'fast-check';
import { expect, it } from 'vitest';
import { cooldownFinder } from '../../lib/core/cooldown-index.ts';
import { type Cooldown, cooldownOf } from '../../lib/core/pool-cooldown.ts';
import { secondsAfter } from '../../lib/core/units.ts';
import { NOW } from '../support/builders.ts';

const region = fc.constantFrom('us-east-1', 'eu-west-1');
const subnetId = fc.constantFrom('subnet-a', 'subnet-b');
const instanceType = fc.constantFrom('c7g.large', 'm7g.large');
const market = fc.constantFrom('spot' as const, 'on-demand' as const);
const cooldowns: fc.Arbitrary<Cooldown[]> = fc.array(
  fc.record(
    {
      region,
      market,
      subnetId,
      instanceType,
      since: fc.constant(NOW),
      until: fc.integer({ min: -2, max: 5 }).map((seconds) => secondsAfter(NOW, seconds)),
      code: fc.constant('InsufficientInstanceCapacity'),
    },
    { requiredKeys: ['region', 'market', 'since', 'until', 'code'] },
  ),
  { maxLength: 12 },
);

it('finds for each pool a cooldown that ends when the longest one in the list does', () =>
  fc.assert(
    fc.property(cooldowns, market, fc.record({ region, subnetId, instanceType }), (list, where, pool) => {
      expect(cooldownFinder(list, where, NOW)(pool)?.until).toBe(cooldownOf(pool, where, list, NOW)?.until);
    }),
  ));

it('goes through the list once, however many pools are asked about', () => {
  let looked = 0;
  const watched = Array.from(
    { length: 100 },
    (_, index): Cooldown => ({
      region: 'us-east-1',
      get market() {
        looked += 1;
        return 'spot' as const;
      },
      subnetId: `subnet-${index}`,
      since: NOW,
      until: secondsAfter(NOW, 60),
      code: 'InsufficientInstanceCapacity',
    }),
  );
  const find = cooldownFinder(watched, 'spot', NOW);
  for (let index = 0; index < 200; index += 1)
    find({ region: 'us-east-1', subnetId: `subnet-${index}`, instanceType: 'x' });
  expect(looked).toBe(100);
});
