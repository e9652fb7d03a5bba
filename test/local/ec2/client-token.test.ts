import { CreateFleetCommand, CreateLaunchTemplateCommand, RunInstancesCommand } from '@aws-sdk/client-ec2';
import { describe, expect, it } from 'vitest';
import { localImages } from '../../../lib/local/ec2/catalogue.ts';
import { codeOf, createTemplate, startLocalEc2, subnetIn } from './local-ec2.ts';

const fleetOf = (LaunchTemplateId: string, units: number) =>
  new CreateFleetCommand({
    Type: 'instant',
    ClientToken: 'token-1',
    LaunchTemplateConfigs: [
      {
        LaunchTemplateSpecification: { LaunchTemplateId, Version: '1' },
        Overrides: [{ InstanceType: 'c7g.large', SubnetId: subnetIn('a') }],
      },
    ],
    TargetCapacitySpecification: { TotalTargetCapacity: units, DefaultTargetCapacityType: 'spot' },
  });

const runIn = (letter: 'a' | 'b', instanceType: 'c7g.large' | 'c7g.xlarge' = 'c7g.large') =>
  new RunInstancesCommand({
    ImageId: localImages.linuxArm64,
    InstanceType: instanceType,
    SubnetId: subnetIn(letter),
    MinCount: 1,
    MaxCount: 1,
    ClientToken: 'token-1',
  });

describe('ClientToken', () => {
  it('repeated with the same input gives the first answer and launches nothing', async () => {
    const { ec2, world } = await startLocalEc2();
    const template = await createTemplate(ec2);
    const first = await ec2.send(fleetOf(template, 2));
    const again = await ec2.send(fleetOf(template, 2));
    expect(again.FleetId).toBe(first.FleetId);
    expect(again.Instances).toEqual(first.Instances);
    expect(world.instances()).toHaveLength(2);
    expect(world.requests.map((request) => request.clientToken).slice(1)).toEqual(['token-1', 'token-1']);
  });

  it('repeated with other input is refused', async () => {
    const { ec2, world } = await startLocalEc2();
    const template = await createTemplate(ec2);
    await ec2.send(fleetOf(template, 2));
    expect(await codeOf(ec2.send(fleetOf(template, 3)))).toBe('IdempotentParameterMismatch');
    expect(world.instances()).toHaveLength(2);
  });

  it('gives the first answer even when nothing was launched and there is room now', async () => {
    const { ec2, world } = await startLocalEc2({ defaultPoolCapacity: 0 });
    const template = await createTemplate(ec2);
    await ec2.send(fleetOf(template, 1));
    world.settings.defaultPoolCapacity = 5;
    const again = await ec2.send(fleetOf(template, 1));
    expect(again.Errors?.map((error) => error.ErrorCode)).toEqual(['InsufficientInstanceCapacity']);
    expect(world.instances()).toEqual([]);
  });

  it('of a refused RunInstances is used up for other input, but may be repeated identically', async () => {
    const { ec2, world } = await startLocalEc2({ defaultPoolCapacity: 0 });
    expect(await codeOf(ec2.send(runIn('a')))).toBe('InsufficientInstanceCapacity');
    world.settings.defaultPoolCapacity = 5;
    expect(await codeOf(ec2.send(runIn('a', 'c7g.xlarge')))).toBe('IdempotentParameterMismatch');
    expect(await codeOf(ec2.send(runIn('a')))).toBe('no error');
    expect(world.instances()).toHaveLength(1);
  });

  it('of RunInstances holds in one zone only: the next subnet launches again', async () => {
    const { ec2, world } = await startLocalEc2();
    await ec2.send(runIn('a'));
    await ec2.send(runIn('b'));
    await ec2.send(runIn('b'));
    expect(world.instances().map((instance) => instance.zone)).toEqual(['us-east-1a', 'us-east-1b']);
  });

  it('is forgotten after its lifetime', async () => {
    const { ec2, world, clock } = await startLocalEc2({ tokenLifetimeMs: 1_000 });
    await ec2.send(runIn('a'));
    clock.nowMs += 1_000;
    await ec2.send(runIn('a'));
    expect(world.instances()).toHaveLength(2);
  });

  it('makes a repeated CreateLaunchTemplate answer the template instead of a name conflict', async () => {
    const { ec2 } = await startLocalEc2();
    const command = (ClientToken: string) =>
      new CreateLaunchTemplateCommand({ LaunchTemplateName: 'one', LaunchTemplateData: { KeyName: 'k' }, ClientToken });
    const first = await ec2.send(command('a'));
    const again = await ec2.send(command('a'));
    expect(again.LaunchTemplate?.LaunchTemplateId).toBe(first.LaunchTemplate?.LaunchTemplateId);
    expect(await codeOf(ec2.send(command('b')))).toBe('InvalidLaunchTemplateName.AlreadyExistsException');
  });
});
