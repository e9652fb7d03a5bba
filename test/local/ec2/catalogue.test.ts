import {
  DescribeAvailabilityZonesCommand,
  DescribeImagesCommand,
  DescribeInstanceTypeOfferingsCommand,
  DescribeInstanceTypesCommand,
  DescribeKeyPairsCommand,
  DescribeSecurityGroupsCommand,
  DescribeSpotPriceHistoryCommand,
  DescribeSubnetsCommand,
  paginateDescribeInstanceTypes,
  paginateDescribeSpotPriceHistory,
} from '@aws-sdk/client-ec2';
import { describe, expect, it } from 'vitest';
import {
  localImages,
  localKeyPair,
  localSecurityGroup,
  localSubnets,
  localVpcId,
} from '../../../lib/local/ec2/catalogue.ts';
import { localInstanceTypes } from '../../../lib/local/ec2/instance-type-catalogue.ts';
import { codeOf, createFleet, startLocalEc2, subnetIn } from './local-ec2.ts';

describe('the catalogue', () => {
  it('describes instance types with vCPUs, memory and architecture', async () => {
    const { ec2 } = await startLocalEc2();
    const { InstanceTypes: types } = await ec2.send(
      new DescribeInstanceTypesCommand({ InstanceTypes: ['m7g.xlarge', 'g5.xlarge'] }),
    );
    expect(types).toMatchObject([
      { InstanceType: 'g5.xlarge', ProcessorInfo: { SupportedArchitectures: ['x86_64'] }, GpuInfo: {} },
      {
        InstanceType: 'm7g.xlarge',
        VCpuInfo: { DefaultVCpus: 4 },
        MemoryInfo: { SizeInMiB: 16_384 },
        ProcessorInfo: { SupportedArchitectures: ['arm64'] },
        SupportedUsageClasses: ['on-demand', 'spot'],
      },
    ]);
  });

  it('pages through all instance types', async () => {
    const { ec2 } = await startLocalEc2();
    const found: unknown[] = [];
    for await (const page of paginateDescribeInstanceTypes({ client: ec2, pageSize: 5 }, {})) {
      found.push(...(page.InstanceTypes ?? []).map((type) => type.InstanceType));
    }
    expect(found).toEqual(localInstanceTypes.map((type) => type.instanceType).sort());
  });

  it('says where a type is offered', async () => {
    const { ec2 } = await startLocalEc2();
    const { InstanceTypeOfferings: offerings } = await ec2.send(
      new DescribeInstanceTypeOfferingsCommand({
        LocationType: 'availability-zone',
        Filters: [{ Name: 'instance-type', Values: ['g5.*', 'c7g.large'] }],
      }),
    );
    expect(offerings?.map((offering) => `${offering.InstanceType} ${offering.Location}`)).toEqual([
      'c7g.large us-east-1a',
      'c7g.large us-east-1b',
      'c7g.large us-east-1c',
      'g5.xlarge us-east-1a',
      'g5.xlarge us-east-1b',
    ]);
  });

  it('gives current spot prices by pool, and those a world sets', async () => {
    const { ec2, world, clock } = await startLocalEc2();
    world.setPrice({ instanceType: 'c7g.large', zone: 'us-east-1b', market: 'spot' }, 0.5);
    const history = await ec2.send(
      new DescribeSpotPriceHistoryCommand({
        InstanceTypes: ['c7g.large'],
        ProductDescriptions: ['Linux/UNIX'],
        StartTime: new Date(clock.nowMs),
      }),
    );
    expect(history.SpotPriceHistory?.map((price) => [price.AvailabilityZone, price.SpotPrice]).sort()).toEqual([
      ['us-east-1a', '0.029100'],
      ['us-east-1b', '0.500000'],
      ['us-east-1c', '0.030264'],
    ]);
    expect(history.NextToken).toBe('');
    const pages = [];
    for await (const page of paginateDescribeSpotPriceHistory(
      { client: ec2, pageSize: 30 },
      { StartTime: new Date(clock.nowMs), ProductDescriptions: ['Windows'] },
    ))
      pages.push(page);
    const offered = localInstanceTypes.reduce((sum, type) => sum + type.zoneLetters.length, 0);
    expect(pages.flatMap((page) => page.SpotPriceHistory ?? [])).toHaveLength(offered);
  });

  it('counts the free addresses of a subnet down', async () => {
    const { ec2 } = await startLocalEc2({ subnetAddresses: new Map([[subnetIn('a'), 10]]) });
    await createFleet(ec2, [{ InstanceType: 'c7g.large', SubnetId: subnetIn('a') }], 3);
    const { Subnets: subnets } = await ec2.send(new DescribeSubnetsCommand({}));
    expect(subnets?.map((subnet) => [subnet.SubnetId, subnet.AvailableIpAddressCount, subnet.VpcId])).toEqual([
      [subnetIn('a'), 7, localVpcId],
      [subnetIn('b'), 4_091, localVpcId],
      [subnetIn('c'), 4_091, localVpcId],
    ]);
  });

  it('shows a zone that is down as unavailable', async () => {
    const { ec2 } = await startLocalEc2({ unavailableZones: new Set(['us-east-1c']) });
    const { AvailabilityZones: zones } = await ec2.send(new DescribeAvailabilityZonesCommand({}));
    expect(zones?.map((zone) => `${zone.ZoneName} ${zone.ZoneId} ${zone.State}`)).toEqual([
      'us-east-1a use1-az1 available',
      'us-east-1b use1-az2 available',
      'us-east-1c use1-az3 unavailable',
    ]);
  });

  it('has its zones in the Region of the world', async () => {
    const { ec2 } = await startLocalEc2({ region: 'eu-central-1' });
    const { Subnets: subnets } = await ec2.send(new DescribeSubnetsCommand({}));
    expect(subnets?.[1]).toMatchObject({ AvailabilityZone: 'eu-central-1b', AvailabilityZoneId: 'euc1-az2' });
  });

  it('has its images, security group and key pair under their ids', async () => {
    const { ec2 } = await startLocalEc2();
    const images = await ec2.send(new DescribeImagesCommand({ ImageIds: Object.values(localImages) }));
    expect(images.Images?.map((image) => image.Architecture).sort()).toEqual(['arm64', 'x86_64', 'x86_64']);
    expect((await ec2.send(new DescribeImagesCommand({ Owners: ['amazon'] }))).Images).toEqual([]);
    const groups = await ec2.send(new DescribeSecurityGroupsCommand({ GroupIds: [localSecurityGroup.groupId] }));
    expect(groups.SecurityGroups?.[0]?.GroupName).toBe(localSecurityGroup.groupName);
    const keys = await ec2.send(new DescribeKeyPairsCommand({ KeyNames: [localKeyPair.keyName] }));
    expect(keys.KeyPairs?.[0]?.KeyPairId).toBe(localKeyPair.keyPairId);
    expect(localSubnets.map((subnet) => subnet.zone)).toEqual(['us-east-1a', 'us-east-1b', 'us-east-1c']);
  });

  it.each`
    command                                                                        | code
    ${new DescribeImagesCommand({ ImageIds: ['ami-00000000'] })}                   | ${'InvalidAMIID.NotFound'}
    ${new DescribeSubnetsCommand({ SubnetIds: ['subnet-00000000'] })}              | ${'InvalidSubnetID.NotFound'}
    ${new DescribeSecurityGroupsCommand({ GroupIds: ['sg-00000000'] })}            | ${'InvalidGroup.NotFound'}
    ${new DescribeKeyPairsCommand({ KeyNames: ['nobody'] })}                       | ${'InvalidKeyPair.NotFound'}
    ${new DescribeAvailabilityZonesCommand({ ZoneNames: ['mars-1a'] })}            | ${'InvalidParameterValue'}
    ${new DescribeInstanceTypesCommand({ InstanceTypes: ['c99.large' as never] })} | ${'InvalidInstanceType'}
  `('refuses what it does not have with $code', async ({ command, code }) => {
    const { ec2 } = await startLocalEc2();
    expect(await codeOf(ec2.send(command))).toBe(code);
  });
});
