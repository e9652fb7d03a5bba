import { type _InstanceType, CreateFleetCommand, TerminateInstancesCommand } from '@aws-sdk/client-ec2';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { findInstanceType } from '../../../lib/local/ec2/instance-type-catalogue.ts';
import { poolKey } from '../../../lib/local/ec2/world-settings.ts';
import { createTemplate, startLocalEc2, subnetIn } from './local-ec2.ts';

const overrides = fc.record({
  InstanceType: fc.constantFrom<_InstanceType>('c7g.medium', 'c7g.large', 'c7g.xlarge', 'c7g.2xlarge'),
  letter: fc.constantFrom('a' as const, 'b' as const, 'c' as const),
  WeightedCapacity: fc.integer({ min: 1, max: 9 }),
});

const worlds = fc.record({
  overrides: fc.uniqueArray(overrides, {
    selector: ({ InstanceType, letter }) => `${InstanceType}${letter}`,
    minLength: 1,
    maxLength: 8,
  }),
  poolCapacity: fc.integer({ min: 0, max: 6 }),
  quota: fc.integer({ min: 0, max: 60 }),
  units: fc.integer({ min: 1, max: 60 }),
  market: fc.constantFrom('spot' as const, 'on-demand' as const),
  strategy: fc.constantFrom(
    'lowest-price' as const,
    'diversified' as const,
    'capacity-optimized' as const,
    'price-capacity-optimized' as const,
  ),
});

describe('CreateFleet', () => {
  it('exceeds neither pool nor quota, overshoots by less than a weight, and explains every shortfall', async () => {
    const { ec2, world } = await startLocalEc2({ tombstoneMs: 0 });
    const LaunchTemplateId = await createTemplate(ec2);
    await fc.assert(
      fc.asyncProperty(worlds, async (asked) => {
        world.settings.defaultPoolCapacity = asked.poolCapacity;
        world.settings.vCpuQuota[asked.market] = asked.quota;
        const fleet = await ec2.send(
          new CreateFleetCommand({
            Type: 'instant',
            LaunchTemplateConfigs: [
              {
                LaunchTemplateSpecification: { LaunchTemplateId, Version: '1' },
                Overrides: asked.overrides.map(({ letter, ...rest }) => ({ ...rest, SubnetId: subnetIn(letter) })),
              },
            ],
            TargetCapacitySpecification: {
              TotalTargetCapacity: asked.units,
              DefaultTargetCapacityType: asked.market,
            },
            SpotOptions: { AllocationStrategy: asked.strategy },
          }),
        );
        const launched = world.instances();
        const inPool = new Map<string, number>();
        for (const instance of launched) inPool.set(poolKey(instance), (inPool.get(poolKey(instance)) ?? 0) + 1);
        const vCpus = launched.reduce((sum, { instanceType }) => sum + (findInstanceType(instanceType)?.vCpus ?? 0), 0);
        const units = (fleet.Instances ?? []).reduce((sum, group) => {
          const weight = group.LaunchTemplateAndOverrides?.Overrides?.WeightedCapacity ?? 0;
          return sum + weight * (group.InstanceIds?.length ?? 0);
        }, 0);
        const heaviest = Math.max(...asked.overrides.map((override) => override.WeightedCapacity));

        expect(Math.max(0, ...inPool.values())).toBeLessThanOrEqual(asked.poolCapacity);
        expect(vCpus).toBeLessThanOrEqual(asked.quota);
        expect(units).toBeLessThan(asked.units + heaviest);
        if (units < asked.units) expect(fleet.Errors).toHaveLength(asked.overrides.length);

        const InstanceIds = launched.map((instance) => instance.instanceId);
        if (InstanceIds.length > 0) await ec2.send(new TerminateInstancesCommand({ InstanceIds }));
        world.tick();
        expect(world.instances()).toEqual([]);
      }),
      { numRuns: 100 },
    );
  });
});
