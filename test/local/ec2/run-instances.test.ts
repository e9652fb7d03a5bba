import { RunInstancesCommand, type RunInstancesCommandInput } from '@aws-sdk/client-ec2';
import { describe, expect, it } from 'vitest';
import { localImages, localKeyPair } from '../../../lib/local/ec2/catalogue.ts';
import { poolKey } from '../../../lib/local/ec2/world-settings.ts';
import { codeOf, createTemplate, startLocalEc2, subnetIn } from './local-ec2.ts';

const run = (request: Partial<RunInstancesCommandInput> = {}) =>
  new RunInstancesCommand({
    ImageId: localImages.linuxArm64,
    InstanceType: 'c7g.large',
    SubnetId: subnetIn('a'),
    MinCount: 1,
    MaxCount: 1,
    ...request,
  });

const spot = { MarketType: 'spot' } as const;

describe('RunInstances', () => {
  it.each`
    fact                                               | capacity | min  | max  | launched
    ${'launches MaxCount when they fit'}               | ${9}     | ${1} | ${3} | ${3}
    ${'launches the most that fit above MinCount'}     | ${2}     | ${1} | ${3} | ${2}
    ${'launches nothing when fewer than MinCount fit'} | ${2}     | ${3} | ${3} | ${0}
  `('$fact', async ({ capacity, min, max, launched }) => {
    const { ec2, world } = await startLocalEc2({ defaultPoolCapacity: capacity });
    const code = await codeOf(ec2.send(run({ MinCount: min, MaxCount: max })));
    expect(code).toBe(launched === 0 ? 'InsufficientInstanceCapacity' : 'no error');
    expect(world.instances()).toHaveLength(launched);
  });

  it('launches spot instances with a spot request', async () => {
    const { ec2 } = await startLocalEc2();
    const { Instances: instances } = await ec2.send(run({ InstanceMarketOptions: spot }));
    expect(instances?.[0]).toMatchObject({
      InstanceLifecycle: 'spot',
      SpotInstanceRequestId: expect.stringMatching(/^sir-/),
      State: { Code: 0, Name: 'pending' },
      Placement: { AvailabilityZone: 'us-east-1a' },
    });
  });

  it('prefers what the request says to what the template says', async () => {
    const { ec2, world } = await startLocalEc2();
    const LaunchTemplateId = await createTemplate(ec2, {
      InstanceType: 'm7g.large',
      KeyName: localKeyPair.keyName,
      MetadataOptions: { InstanceMetadataTags: 'enabled' },
    });
    await ec2.send(
      new RunInstancesCommand({
        LaunchTemplate: { LaunchTemplateId },
        InstanceType: 'c7g.large',
        MetadataOptions: { HttpTokens: 'required' },
        MinCount: 1,
        MaxCount: 1,
      }),
    );
    expect(world.instances()[0]).toMatchObject({
      instanceType: 'c7g.large',
      keyName: localKeyPair.keyName,
      instanceMetadataTags: true,
      httpTokens: 'required',
    });
  });

  it('without subnet and zone launches where most room is', async () => {
    const full = (letter: string) =>
      [poolKey({ instanceType: 'c7g.large', zone: `us-east-1${letter}`, market: 'on-demand' }), 0] as const;
    const { ec2, world } = await startLocalEc2({ poolCapacity: new Map([full('a'), full('b')]) });
    await ec2.send(run({ SubnetId: undefined }));
    expect(world.instances()[0]?.zone).toBe('us-east-1c');
  });

  it.each`
    code                                   | request                                                                      | settings
    ${'VcpuLimitExceeded'}                 | ${{}}                                                                        | ${{ vCpuQuota: { spot: 99, 'on-demand': 1 } }}
    ${'MaxSpotInstanceCountExceeded'}      | ${{ InstanceMarketOptions: spot }}                                           | ${{ vCpuQuota: { spot: 1, 'on-demand': 99 } }}
    ${'InsufficientFreeAddressesInSubnet'} | ${{}}                                                                        | ${{ subnetAddresses: new Map([[subnetIn('a'), 0]]) }}
    ${'SpotMaxPriceTooLow'}                | ${{ InstanceMarketOptions: { ...spot, SpotOptions: { MaxPrice: '0.01' } } }} | ${{}}
    ${'InvalidSubnetID.NotFound'}          | ${{ SubnetId: 'subnet-00000000' }}                                           | ${{}}
    ${'InvalidGroup.NotFound'}             | ${{ SecurityGroupIds: ['sg-00000000'] }}                                     | ${{}}
    ${'InvalidParameterValue'}             | ${{ MinCount: 2 }}                                                           | ${{}}
    ${'InvalidParameterValue'}             | ${{ SubnetId: undefined, Placement: { AvailabilityZone: 'mars' } }}          | ${{}}
    ${'MissingParameter'}                  | ${{ ImageId: undefined }}                                                    | ${{}}
    ${'MissingParameter'}                  | ${{ InstanceType: undefined }}                                               | ${{}}
  `('refuses with $code', async ({ code, request, settings }) => {
    const { ec2, world } = await startLocalEc2(settings);
    expect(await codeOf(ec2.send(run(request)))).toBe(code);
    expect(world.instances()).toEqual([]);
  });

  it('only says whether it would have succeeded when DryRun is set', async () => {
    const { ec2, world } = await startLocalEc2();
    const call = ec2.send(run({ DryRun: true }));
    await expect(call).rejects.toMatchObject({ name: 'DryRunOperation', $metadata: { httpStatusCode: 412 } });
    expect(world.instances()).toEqual([]);
  });
});
