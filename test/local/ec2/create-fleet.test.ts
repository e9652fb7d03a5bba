import { CreateFleetCommand, DescribeFleetsCommand } from '@aws-sdk/client-ec2';
import { describe, expect, it } from 'vitest';
import { localImages } from '../../../lib/local/ec2/catalogue.ts';
import { poolKey } from '../../../lib/local/ec2/world-settings.ts';
import { createFleet, createTemplate, startLocalEc2, subnetIn } from './local-ec2.ts';

const spotIn = (letter: string, instanceType = 'c7g.large') =>
  poolKey({ instanceType, zone: `us-east-1${letter}`, market: 'spot' });

describe('CreateFleet, instant', () => {
  it('launches the target and says what came from where', async () => {
    const { ec2, world } = await startLocalEc2();
    const fleet = await createFleet(ec2, [{ InstanceType: 'c7g.large', SubnetId: subnetIn('a') }], 2);
    const ids = world.instances().map((instance) => instance.instanceId);
    expect(ids).toHaveLength(2);
    expect(fleet.Errors).toEqual([]);
    expect(fleet.Instances).toEqual([
      expect.objectContaining({
        InstanceIds: ids,
        InstanceType: 'c7g.large',
        Lifecycle: 'spot',
        AvailabilityZone: 'us-east-1a',
        SubnetId: subnetIn('a'),
      }),
    ]);
    expect(fleet.Instances?.[0]?.LaunchTemplateAndOverrides).toMatchObject({
      LaunchTemplateSpecification: { Version: '1' },
      Overrides: { InstanceType: 'c7g.large', SubnetId: subnetIn('a') },
    });
  });

  it('takes user data, profile, metadata options and shutdown behaviour from the template', async () => {
    const { ec2, world } = await startLocalEc2();
    const LaunchTemplateId = await createTemplate(ec2, {
      IamInstanceProfile: { Name: 'worker' },
      MetadataOptions: { HttpTokens: 'required', InstanceMetadataTags: 'enabled' },
      InstanceInitiatedShutdownBehavior: 'terminate',
    });
    await ec2.send(
      new CreateFleetCommand({
        Type: 'instant',
        ClientToken: 'launch-1',
        LaunchTemplateConfigs: [
          {
            LaunchTemplateSpecification: { LaunchTemplateId, Version: '$Latest' },
            Overrides: [{ InstanceType: 'c7g.large', SubnetId: subnetIn('b') }],
          },
        ],
        TargetCapacitySpecification: { TotalTargetCapacity: 1, DefaultTargetCapacityType: 'on-demand' },
      }),
    );
    const [instance] = world.instances();
    expect(instance).toMatchObject({
      market: 'on-demand',
      zone: 'us-east-1b',
      instanceProfileArn: 'arn:aws:iam::000000000000:instance-profile/worker',
      instanceMetadataTags: true,
      httpTokens: 'required',
      shutdownBehavior: 'terminate',
      clientToken: 'launch-1',
    });
    expect(Buffer.from(instance?.userData ?? []).toString()).toBe('#!/bin/sh\necho "ö"');
  });

  it('merges the template tags with its own, its own winning, and adds those of EC2', async () => {
    const { ec2, world } = await startLocalEc2();
    const LaunchTemplateId = await createTemplate(ec2, {
      TagSpecifications: [
        {
          ResourceType: 'instance',
          Tags: [
            { Key: 'owner', Value: 'template' },
            { Key: 'kept', Value: 'yes' },
          ],
        },
      ],
    });
    const fleet = await createFleet(ec2, [], 1, {
      LaunchTemplateConfigs: [
        {
          LaunchTemplateSpecification: { LaunchTemplateId, Version: '$Default' },
          Overrides: [{ InstanceType: 'c7g.large', SubnetId: subnetIn('a') }],
        },
      ],
      TagSpecifications: [
        { ResourceType: 'instance', Tags: [{ Key: 'owner', Value: 'request' }] },
        { ResourceType: 'volume', Tags: [{ Key: 'disk', Value: '1' }] },
        { ResourceType: 'fleet', Tags: [{ Key: 'fleet', Value: '1' }] },
      ],
    });
    const [instance] = world.instances();
    expect(Object.fromEntries(instance?.tags ?? [])).toEqual({
      owner: 'request',
      kept: 'yes',
      'aws:ec2:fleet-id': fleet.FleetId,
      'aws:ec2launchtemplate:id': LaunchTemplateId,
      'aws:ec2launchtemplate:version': '1',
    });
    expect(Object.fromEntries(instance?.volumeTags ?? [])).toEqual({ disk: '1' });
    const { Fleets: fleets } = await ec2.send(new DescribeFleetsCommand({ FleetIds: [String(fleet.FleetId)] }));
    expect(fleets?.[0]).toMatchObject({ Tags: [{ Key: 'fleet', Value: '1' }], FulfilledCapacity: 1, Type: 'instant' });
    expect((await ec2.send(new DescribeFleetsCommand({}))).Fleets).toEqual([]);
  });

  it('rounds weighted capacity up to whole instances', async () => {
    const { ec2, world } = await startLocalEc2();
    await createFleet(ec2, [{ InstanceType: 'c7g.xlarge', SubnetId: subnetIn('a'), WeightedCapacity: 4 }], 9);
    expect(world.instances()).toHaveLength(3);
  });

  it('fulfils a part and names each override that gave less', async () => {
    const { ec2, world } = await startLocalEc2({ defaultPoolCapacity: 0, poolCapacity: new Map([[spotIn('b'), 2]]) });
    const fleet = await createFleet(
      ec2,
      ['a', 'b', 'c'].map((letter) => ({ InstanceType: 'c7g.large', SubnetId: subnetIn(letter as 'a') })),
      5,
    );
    expect(world.instances()).toHaveLength(2);
    expect(fleet.Instances?.[0]?.InstanceIds).toHaveLength(2);
    expect(
      fleet.Errors?.map((error) => [error.LaunchTemplateAndOverrides?.Overrides?.SubnetId, error.ErrorCode]),
    ).toEqual(
      expect.arrayContaining([
        [subnetIn('a'), 'InsufficientInstanceCapacity'],
        [subnetIn('b'), 'InsufficientInstanceCapacity'],
        [subnetIn('c'), 'InsufficientInstanceCapacity'],
      ]),
    );
    expect(fleet.Errors?.[0]).toMatchObject({ Lifecycle: 'spot', ErrorMessage: expect.stringContaining('c7g.large') });
  });

  it('reports a dry pool although another one met the target', async () => {
    const { ec2 } = await startLocalEc2({ poolCapacity: new Map([[spotIn('b'), 0]]) });
    const fleet = await createFleet(
      ec2,
      [
        { InstanceType: 'c7g.large', SubnetId: subnetIn('a') },
        { InstanceType: 'c7g.large', SubnetId: subnetIn('b') },
      ],
      1,
      { SpotOptions: { AllocationStrategy: 'lowest-price' } },
    );
    expect(fleet.Instances?.[0]?.AvailabilityZone).toBe('us-east-1a');
    expect(fleet.Errors?.map((error) => error.ErrorCode)).toEqual(['InsufficientInstanceCapacity']);
  });

  it.each`
    strategy                            | zones
    ${'lowest-price'}                   | ${['us-east-1b', 'us-east-1c']}
    ${'capacity-optimized'}             | ${['us-east-1a']}
    ${'price-capacity-optimized'}       | ${['us-east-1c']}
    ${'capacity-optimized-prioritized'} | ${['us-east-1a']}
    ${'diversified'}                    | ${['us-east-1b', 'us-east-1c', 'us-east-1a']}
  `('$strategy launches in $zones', async ({ strategy, zones }) => {
    const { ec2 } = await startLocalEc2({
      poolCapacity: new Map([
        [spotIn('a'), 50],
        [spotIn('b'), 2],
        [spotIn('c'), 10],
      ]),
      poolPriceUsdPerHour: new Map([
        [spotIn('a'), 0.09],
        [spotIn('b'), 0.01],
        [spotIn('c'), 0.05],
      ]),
    });
    const fleet = await createFleet(
      ec2,
      (['c', 'a', 'b'] as const).map((letter) => ({
        InstanceType: 'c7g.large' as const,
        SubnetId: subnetIn(letter),
        Priority: letter === 'a' ? 0 : 1,
      })),
      4,
      { SpotOptions: { AllocationStrategy: strategy } },
    );
    expect(fleet.Instances?.map((group) => group.AvailabilityZone)).toEqual(zones);
  });

  it('compares MaxPrice with the price of a unit, not of an instance', async () => {
    const { ec2, world } = await startLocalEc2({ poolPriceUsdPerHour: new Map([[spotIn('a'), 0.08]]) });
    const override = { InstanceType: 'c7g.large', SubnetId: subnetIn('a'), MaxPrice: '0.03' } as const;
    const refused = await createFleet(ec2, [{ ...override, WeightedCapacity: 2 }], 1);
    expect(refused.Errors?.map((error) => error.ErrorCode)).toEqual(['SpotMaxPriceTooLow']);
    expect(world.instances()).toHaveLength(0);
    const granted = await createFleet(ec2, [{ ...override, WeightedCapacity: 4 }], 1);
    expect(granted.Errors).toEqual([]);
    expect(world.instances()).toHaveLength(1);
  });

  it('splits the target between spot and on-demand', async () => {
    const { ec2, world } = await startLocalEc2();
    await createFleet(ec2, [{ InstanceType: 'c7g.large', SubnetId: subnetIn('a') }], 5, {
      TargetCapacitySpecification: {
        TotalTargetCapacity: 5,
        OnDemandTargetCapacity: 2,
        DefaultTargetCapacityType: 'spot',
      },
    });
    const markets = world.instances().map((instance) => instance.market);
    expect(markets).toEqual(['on-demand', 'on-demand', 'spot', 'spot', 'spot']);
  });

  it('spreads an override without subnet or zone over the zones that offer its type', async () => {
    const { ec2, world } = await startLocalEc2({ defaultPoolCapacity: 1 });
    const fleet = await createFleet(ec2, [{ InstanceType: 'g5.xlarge', ImageId: localImages.linuxX8664 }], 3);
    expect(
      world
        .instances()
        .map((instance) => instance.zone)
        .sort(),
    ).toEqual(['us-east-1a', 'us-east-1b']);
    expect(fleet.Errors?.map((error) => error.ErrorCode)).toEqual(['InsufficientInstanceCapacity']);
  });

  it.each`
    fact                                           | minimum | single                              | launched
    ${'launches nothing below MinTargetCapacity'}  | ${4}    | ${{ SingleInstanceType: true }}     | ${0}
    ${'launches a part from MinTargetCapacity on'} | ${3}    | ${{ SingleInstanceType: true }}     | ${3}
    ${'takes one zone when told to'}               | ${1}    | ${{ SingleAvailabilityZone: true }} | ${2}
  `('$fact', async ({ minimum, single, launched }) => {
    const { ec2, world } = await startLocalEc2({ defaultPoolCapacity: 1 });
    await createFleet(
      ec2,
      [{ InstanceType: 'c7g.large' }, { InstanceType: 'm7g.large', AvailabilityZone: 'us-east-1a' }],
      4,
      { SpotOptions: { AllocationStrategy: 'lowest-price', MinTargetCapacity: minimum, ...single } },
    );
    expect(world.instances()).toHaveLength(launched);
  });

  it('reads resolve:ssm as an image of the architecture that the parameter names', async () => {
    const { ec2, world } = await startLocalEc2();
    const ImageId = 'resolve:ssm:/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-arm64';
    await createFleet(ec2, [{ InstanceType: 'c7g.large', SubnetId: subnetIn('a'), ImageId }], 1);
    expect(world.instances()[0]?.imageId).toBe(localImages.linuxArm64);
  });

  it('frees pool, quota and addresses only when instances are terminated', async () => {
    const { ec2, world, clock } = await startLocalEc2({ defaultPoolCapacity: 1, shutdownDelayMs: 5_000 });
    const launch = () => createFleet(ec2, [{ InstanceType: 'c7g.large', SubnetId: subnetIn('a') }], 1);
    const [instanceId = ''] = (await launch()).Instances?.[0]?.InstanceIds ?? [];
    world.interrupt(instanceId, 0);
    expect((await launch()).Errors).toHaveLength(1);
    clock.nowMs += 5_000;
    expect((await launch()).Errors).toEqual([]);
  });
});
