import {
  DescribeImagesCommand,
  DescribeInstanceTypeOfferingsCommand,
  DescribeKeyPairsCommand,
  DescribeSecurityGroupsCommand,
  DescribeSubnetsCommand,
  type EC2Client,
  RunInstancesCommand,
  type RunInstancesRequest,
} from '@aws-sdk/client-ec2';
import { describe, expect, it } from 'vitest';
import { localImages, localKeyPair, localSecurityGroup } from '../../../lib/local/ec2/catalogue.ts';
import { offeringKey } from '../../../lib/local/ec2/offerings.ts';
import type { Ec2World } from '../../../lib/local/ec2/world.ts';
import { codeOf, createFleet, startLocalEc2, subnetIn } from './local-ec2.ts';

const launch = (ec2: EC2Client, changes: Partial<RunInstancesRequest> = {}) =>
  ec2.send(
    new RunInstancesCommand({
      ImageId: localImages.linuxArm64,
      InstanceType: 'c7g.large',
      SubnetId: subnetIn('a'),
      SecurityGroupIds: [localSecurityGroup.groupId],
      KeyName: localKeyPair.keyName,
      MinCount: 1,
      MaxCount: 1,
      ...changes,
    }),
  );

const elsewhere = { groupId: 'sg-0123456789abcdef0', groupName: 'elsewhere', vpcId: 'vpc-0123456789abcdef0' };

describe('what the account has', () => {
  it.each<readonly [string, (world: Ec2World) => void, (ec2: EC2Client) => Promise<unknown>, string]>([
    [
      'an image',
      (world) => world.deregisterImage(localImages.linuxArm64),
      (ec2) => ec2.send(new DescribeImagesCommand({ ImageIds: [localImages.linuxArm64] })),
      'InvalidAMIID.NotFound',
    ],
    [
      'a security group',
      (world) => world.deleteSecurityGroup(localSecurityGroup.groupId),
      (ec2) => ec2.send(new DescribeSecurityGroupsCommand({ GroupIds: [localSecurityGroup.groupId] })),
      'InvalidGroup.NotFound',
    ],
    [
      'a key pair',
      (world) => world.deleteKeyPair(localKeyPair.keyName),
      (ec2) => ec2.send(new DescribeKeyPairsCommand({ KeyNames: [localKeyPair.keyName] })),
      'InvalidKeyPair.NotFound',
    ],
  ])('can lose %s, which is then neither described nor launched with', async (_what, lose, describeIt, code) => {
    const { ec2, world } = await startLocalEc2();
    await describeIt(ec2);
    await launch(ec2);
    lose(world);
    expect([await codeOf(describeIt(ec2)), await codeOf(launch(ec2))]).toEqual([code, code]);
    expect(world.instances()).toHaveLength(1);
  });

  it('can gain images, security groups and key pairs, with which instances launch', async () => {
    const { ec2, world } = await startLocalEc2();
    const imageId = 'ami-0123456789abcdef0';
    world.registerImage({ imageId, name: 'mine', architecture: 'arm64', platform: 'linux' });
    world.addSecurityGroup({ ...elsewhere, vpcId: world.resources.vpcId });
    world.addKeyPair({ keyPairId: 'key-0123456789abcdef0', keyName: 'mine' });
    const SecurityGroupIds = [localSecurityGroup.groupId, elsewhere.groupId];
    const { Instances: instances } = await launch(ec2, { ImageId: imageId, KeyName: 'mine', SecurityGroupIds });
    expect(instances?.[0]).toMatchObject({
      ImageId: imageId,
      KeyName: 'mine',
      SecurityGroups: [{ GroupName: 'local-workers' }, { GroupName: 'elsewhere' }],
    });
  });

  it('launches nothing with a security group of another VPC', async () => {
    const { ec2, world } = await startLocalEc2();
    world.addSecurityGroup(elsewhere);
    const filter = [{ Name: 'vpc-id', Values: [elsewhere.vpcId] }];
    const { SecurityGroups: groups } = await ec2.send(new DescribeSecurityGroupsCommand({ Filters: filter }));
    expect(groups?.map(({ GroupId }) => GroupId)).toEqual([elsewhere.groupId]);
    expect(await codeOf(launch(ec2, { SecurityGroupIds: [elsewhere.groupId] }))).toBe('InvalidParameter');
  });

  it('has as many free addresses in a subnet as it is told to', async () => {
    const { ec2, world } = await startLocalEc2();
    await launch(ec2, { MinCount: 2, MaxCount: 2 });
    world.setFreeAddresses(subnetIn('a'), 1);
    const { Subnets: subnets } = await ec2.send(new DescribeSubnetsCommand({ SubnetIds: [subnetIn('a')] }));
    expect(subnets?.[0]?.AvailableIpAddressCount).toBe(1);
    await launch(ec2);
    expect(await codeOf(launch(ec2))).toBe('InsufficientFreeAddressesInSubnet');
  });

  it('knows a Windows image by its platform', async () => {
    const { ec2 } = await startLocalEc2();
    const Filters = [{ Name: 'platform', Values: ['windows'] }];
    expect((await ec2.send(new DescribeImagesCommand({ Filters }))).Images).toMatchObject([
      { ImageId: localImages.windowsX8664, PlatformDetails: 'Windows', RootDeviceName: '/dev/sda1' },
    ]);
    const { Instances: instances } = await launch(ec2, {
      ImageId: localImages.windowsX8664,
      InstanceType: 'c7i.large',
    });
    expect(instances?.[0]).toMatchObject({ PlatformDetails: 'Windows' });
  });
});

describe('an instance type that a zone does not offer', () => {
  const start = () => startLocalEc2({ notOffered: new Set([offeringKey('c7g.large', 'us-east-1a')]) });

  it('is missing from the offerings of that zone, and from those of the Region when no zone offers it', async () => {
    const { ec2, world } = await start();
    const locations = async (LocationType: 'availability-zone' | 'region') => {
      const Filters = [{ Name: 'instance-type', Values: ['c7g.large'] }];
      const found = await ec2.send(new DescribeInstanceTypeOfferingsCommand({ LocationType, Filters }));
      return found.InstanceTypeOfferings?.map(({ Location }) => Location);
    };
    expect(await locations('availability-zone')).toEqual(['us-east-1b', 'us-east-1c']);
    expect(await locations('region')).toEqual(['us-east-1']);
    for (const zone of ['us-east-1b', 'us-east-1c']) world.settings.notOffered.add(offeringKey('c7g.large', zone));
    expect(await locations('region')).toEqual([]);
  });

  it('is refused by RunInstances as a whole', async () => {
    const { ec2 } = await start();
    expect(await codeOf(launch(ec2))).toBe('Unsupported');
  });

  it('is refused by CreateFleet for the override, while others launch', async () => {
    const { ec2 } = await start();
    const overrides = ['a', 'b'].map((letter) => {
      return { InstanceType: 'c7g.large', SubnetId: subnetIn(letter as 'a' | 'b') } as const;
    });
    const fleet = await createFleet(ec2, overrides, 2);
    expect(fleet.Errors).toMatchObject([
      {
        ErrorCode: 'InvalidFleetConfiguration',
        LaunchTemplateAndOverrides: { Overrides: { SubnetId: subnetIn('a') } },
      },
    ]);
    expect(fleet.Instances).toMatchObject([
      { SubnetId: subnetIn('b'), InstanceIds: ['', ''].map(() => expect.any(String)) },
    ]);
  });
});
