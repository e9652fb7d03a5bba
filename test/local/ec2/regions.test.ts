import {
  DescribeImagesCommand,
  DescribeInstancesCommand,
  DescribeLaunchTemplatesCommand,
  DescribeSecurityGroupsCommand,
  DescribeSubnetsCommand,
  EC2Client,
  RunInstancesCommand,
} from '@aws-sdk/client-ec2';
import { describe, expect, it, onTestFinished } from 'vitest';
import { fixturesOf, localRegions } from '../../../lib/local/ec2/catalogue.ts';
import { startEc2Endpoint } from '../../../lib/local/ec2/ec2-server.ts';
import { priceUsdPerHour } from '../../../lib/local/ec2/prices.ts';
import { Ec2World } from '../../../lib/local/ec2/world.ts';
import { codeOf, createTemplate } from './local-ec2.ts';

const [HOME, OTHER] = localRegions;

/** Two Regions behind one endpoint, and clients for any Region. */
async function startRegions() {
  const worlds = new Map(localRegions.map((region) => [region as string, new Ec2World({ region })]));
  const endpoint = await startEc2Endpoint({ worlds });
  const clients: EC2Client[] = [];
  onTestFinished(async () => {
    for (const client of clients) client.destroy();
    await endpoint.close();
  });
  const ec2 = (region: string) => {
    const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
    const client = new EC2Client({ endpoint: endpoint.url, region, credentials, maxAttempts: 1 });
    clients.push(client);
    return client;
  };
  return { worlds, endpoint, ec2 };
}

const launchIn = (region: string) => {
  const { images, subnets, securityGroup } = fixturesOf(region);
  return new RunInstancesCommand({
    ImageId: images.linuxArm64.imageId,
    InstanceType: 'c7g.large',
    SubnetId: subnets[0]?.subnetId,
    SecurityGroupIds: [securityGroup.groupId],
    MinCount: 1,
    MaxCount: 1,
  });
};

describe('one endpoint for several Regions', () => {
  it('asks the Region that the request is signed for', async () => {
    const { ec2, worlds } = await startRegions();
    const launched = await ec2(OTHER).send(launchIn(OTHER));
    expect(launched.Instances?.[0]?.Placement?.AvailabilityZone).toBe(`${OTHER}a`);
    expect(worlds.get(OTHER)?.instances()).toHaveLength(1);
    expect((await ec2(HOME).send(new DescribeInstancesCommand({}))).Reservations).toEqual([]);
    await createTemplate(ec2(HOME));
    expect((await ec2(OTHER).send(new DescribeLaunchTemplatesCommand({}))).LaunchTemplates).toEqual([]);
  });

  it('gives instances of different Regions different ids', async () => {
    const { ec2, worlds } = await startRegions();
    for (const region of localRegions) await ec2(region).send(launchIn(region));
    const ids = [...worlds.values()].flatMap((world) => world.instances().map(({ instanceId }) => instanceId));
    expect(new Set(ids).size).toBe(2);
  });

  it('refuses a Region that it does not have, and a request that is not signed', async () => {
    const { ec2, endpoint } = await startRegions();
    await expect(ec2('ap-south-1').send(new DescribeInstancesCommand({}))).rejects.toMatchObject({
      name: 'AuthFailure',
      message: expect.stringContaining("'ap-south-1' is none of us-east-1, eu-west-1"),
    });
    const unsigned = await fetch(endpoint.url, { method: 'POST', body: 'Action=DescribeInstances' });
    expect([unsigned.status, await unsigned.text()]).toEqual([
      401,
      expect.stringContaining('<Code>AuthFailure</Code>'),
    ]);
  });

  it.each([
    [HOME, OTHER],
    [OTHER, HOME],
  ])('%s knows no subnet, image or group of %s', async (here, there) => {
    const { ec2 } = await startRegions();
    const client = ec2(here);
    const { images, subnets, securityGroup } = fixturesOf(there);
    const ImageIds = Object.values(images).map(({ imageId }) => imageId);
    for (const { subnetId } of subnets) {
      const command = new DescribeSubnetsCommand({ SubnetIds: [subnetId] });
      expect(await codeOf(client.send(command))).toBe('InvalidSubnetID.NotFound');
    }
    expect(await codeOf(client.send(new DescribeImagesCommand({ ImageIds })))).toBe('InvalidAMIID.NotFound');
    const groups = new DescribeSecurityGroupsCommand({ GroupIds: [securityGroup.groupId] });
    expect(await codeOf(client.send(groups))).toBe('InvalidGroup.NotFound');
  });

  it('prices the same pool differently', async () => {
    const { worlds } = await startRegions();
    const prices = [...worlds].map(([region, { settings }]) =>
      priceUsdPerHour(settings, { instanceType: 'c7g.large', zone: `${region}a`, market: 'spot' }),
    );
    expect(new Set(prices).size).toBe(2);
  });
});
