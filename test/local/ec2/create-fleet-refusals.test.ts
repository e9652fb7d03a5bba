import {
  type CreateFleetRequest,
  DeleteLaunchTemplateCommand,
  type RequestLaunchTemplateData,
} from '@aws-sdk/client-ec2';
import { describe, expect, it } from 'vitest';
import { localImages } from '../../../lib/local/ec2/catalogue.ts';
import { codeOf, createFleet, createTemplate, startLocalEc2, subnetIn } from './local-ec2.ts';

describe('CreateFleet, refused,', () => {
  it.each`
    code                                   | override                                                           | settings
    ${'MaxSpotInstanceCountExceeded'}      | ${{ InstanceType: 'c7g.4xlarge' }}                                 | ${{ vCpuQuota: { spot: 8, 'on-demand': 8 } }}
    ${'InsufficientFreeAddressesInSubnet'} | ${{ InstanceType: 'c7g.large' }}                                   | ${{ subnetAddresses: new Map([[subnetIn('a'), 0]]) }}
    ${'InsufficientInstanceCapacity'}      | ${{ InstanceType: 'c7g.large' }}                                   | ${{ unavailableZones: new Set(['us-east-1a']) }}
    ${'InvalidAMIID.NotFound'}             | ${{ InstanceType: 'c7g.large', ImageId: 'ami-00000000000000bad' }} | ${{}}
    ${'InvalidParameterValue'}             | ${{ InstanceType: 'c7i.large' }}                                   | ${{}}
    ${'InvalidParameterValue'}             | ${{ InstanceType: 'c99.large' }}                                   | ${{}}
    ${'InvalidSubnetID.NotFound'}          | ${{ InstanceType: 'c7g.large', SubnetId: 'subnet-00000000' }}      | ${{}}
    ${'InvalidKeyPair.NotFound'}           | ${{ InstanceType: 'c7g.large', KeyName: 'nobody' }}                | ${{}}
  `('answers 200 with $code for $override', async ({ code, override, settings }) => {
    const { ec2, world } = await startLocalEc2(settings);
    const fleet = await createFleet(ec2, [{ SubnetId: subnetIn('a'), ...override }], 1);
    expect(fleet.Errors?.map((error) => error.ErrorCode)).toEqual([code]);
    expect(fleet.Instances).toEqual([]);
    expect(world.instances()).toEqual([]);
  });

  it('answers 200 with InvalidFleetConfiguration for a type that the zone does not offer', async () => {
    const { ec2 } = await startLocalEc2();
    const override = { InstanceType: 'g5.xlarge', ImageId: localImages.linuxX8664, SubnetId: subnetIn('c') } as const;
    const { Errors: errors } = await createFleet(ec2, [override], 1);
    expect(errors?.map((error) => error.ErrorCode)).toEqual(['InvalidFleetConfiguration']);
  });

  it.each`
    code                           | template
    ${'InvalidParameterValue'}     | ${{ MetadataOptions: { InstanceMetadataTags: 'enabled' }, TagSpecifications: [{ ResourceType: 'instance', Tags: [{ Key: 'a/b', Value: '' }] }] }}
    ${'InvalidGroup.NotFound'}     | ${{ SecurityGroupIds: ['sg-00000000'] }}
    ${'InvalidUserData.Malformed'} | ${{ UserData: 'no base64!' }}
    ${'InvalidParameterValue'}     | ${{ UserData: Buffer.alloc(16_385).toString('base64') }}
    ${'InvalidAMIID.Malformed'}    | ${{ ImageId: 'my-image' }}
    ${'InvalidParameterValue'}     | ${{ IamInstanceProfile: { Arn: 'worker' } }}
  `('answers 200 with $code for a template that cannot launch', async ({ code, template }) => {
    const { ec2 } = await startLocalEc2();
    const LaunchTemplateId = await createTemplate(ec2, template as RequestLaunchTemplateData);
    const fleet = await createFleet(ec2, [], 1, {
      LaunchTemplateConfigs: [
        {
          LaunchTemplateSpecification: { LaunchTemplateId, Version: '1' },
          Overrides: [{ InstanceType: 'c7g.large', SubnetId: subnetIn('a') }],
        },
      ],
    });
    expect(fleet.Errors?.map((error) => error.ErrorCode)).toEqual([code]);
  });

  it('refuses on-demand launches from a template that tags the spot request', async () => {
    const { ec2 } = await startLocalEc2();
    const LaunchTemplateId = await createTemplate(ec2, {
      TagSpecifications: [{ ResourceType: 'spot-instances-request', Tags: [{ Key: 'a', Value: 'b' }] }],
    });
    const config = {
      LaunchTemplateSpecification: { LaunchTemplateId, Version: '1' },
      Overrides: [{ InstanceType: 'c7g.large' as const, SubnetId: subnetIn('a') }],
    };
    const both = await createFleet(ec2, [], 1, {
      LaunchTemplateConfigs: [config],
      TargetCapacitySpecification: { TotalTargetCapacity: 2, SpotTargetCapacity: 1, OnDemandTargetCapacity: 1 },
    });
    expect(both.Instances?.map((group) => group.Lifecycle)).toEqual(['spot']);
    expect(both.Errors).toMatchObject([{ Lifecycle: 'on-demand', ErrorCode: 'InvalidParameterValue' }]);
  });

  it.each`
    fact                                  | request                                                                                                            | code
    ${'a fleet that maintains itself'}    | ${{ Type: 'maintain' }}                                                                                            | ${'UnsupportedOperation'}
    ${'no type, which means maintain'}    | ${{ Type: undefined }}                                                                                             | ${'UnsupportedOperation'}
    ${'a strategy of the other market'}   | ${{ SpotOptions: { AllocationStrategy: 'prioritized' } }}                                                          | ${'InvalidParameterValue'}
    ${'a minimum across types and zones'} | ${{ SpotOptions: { MinTargetCapacity: 1 } }}                                                                       | ${'InvalidParameterCombination'}
    ${'parts above the whole'}            | ${{ TargetCapacitySpecification: { TotalTargetCapacity: 1, SpotTargetCapacity: 2 } }}                              | ${'InvalidParameterValue'}
    ${'an unknown template id'}           | ${{ LaunchTemplateConfigs: [{ LaunchTemplateSpecification: { LaunchTemplateId: 'lt-00000000', Version: '1' } }] }} | ${'InvalidLaunchTemplateId.NotFound'}
    ${'an unknown template name'}         | ${{ LaunchTemplateConfigs: [{ LaunchTemplateSpecification: { LaunchTemplateName: 'none', Version: '1' } }] }}      | ${'InvalidLaunchTemplateName.NotFoundException'}
    ${'tags reserved for AWS'}            | ${{ TagSpecifications: [{ ResourceType: 'instance', Tags: [{ Key: 'aws:x', Value: '' }] }] }}                      | ${'InvalidParameterValue'}
  `('fails the whole call for $fact', async ({ request, code }) => {
    const { ec2, world } = await startLocalEc2();
    const override = { InstanceType: 'c7g.large', SubnetId: subnetIn('a') } as const;
    expect(await codeOf(createFleet(ec2, [override], 1, request as Partial<CreateFleetRequest>))).toBe(code);
    expect(world.instances()).toEqual([]);
  });

  it.each`
    fact                 | version      | code
    ${'no version'}      | ${undefined} | ${'MissingParameter'}
    ${'unknown version'} | ${'7'}       | ${'InvalidLaunchTemplateId.VersionNotFound'}
  `('fails the whole call for a template with $fact', async ({ version, code }) => {
    const { ec2 } = await startLocalEc2();
    const LaunchTemplateId = await createTemplate(ec2);
    const LaunchTemplateConfigs = [{ LaunchTemplateSpecification: { LaunchTemplateId, Version: version } }];
    expect(await codeOf(createFleet(ec2, [], 1, { LaunchTemplateConfigs }))).toBe(code);
  });

  it('fails the whole call once its template is deleted', async () => {
    const { ec2 } = await startLocalEc2();
    const LaunchTemplateId = await createTemplate(ec2);
    await ec2.send(new DeleteLaunchTemplateCommand({ LaunchTemplateId }));
    const LaunchTemplateConfigs = [{ LaunchTemplateSpecification: { LaunchTemplateId, Version: '1' } }];
    expect(await codeOf(createFleet(ec2, [], 1, { LaunchTemplateConfigs }))).toBe('InvalidLaunchTemplateId.NotFound');
  });
});
