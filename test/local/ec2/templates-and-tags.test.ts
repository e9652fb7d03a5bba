import {
  CreateLaunchTemplateCommand,
  CreateLaunchTemplateVersionCommand,
  CreateTagsCommand,
  DeleteTagsCommand,
  DescribeLaunchTemplatesCommand,
  type DescribeLaunchTemplatesCommandInput,
  DescribeLaunchTemplateVersionsCommand,
  DescribeTagsCommand,
  paginateDescribeLaunchTemplates,
  RunInstancesCommand,
  type Tag,
} from '@aws-sdk/client-ec2';
import { describe, expect, it } from 'vitest';
import { localImages } from '../../../lib/local/ec2/catalogue.ts';
import { codeOf, createFleet, createTemplate, startLocalEc2, subnetIn } from './local-ec2.ts';

describe('launch templates', () => {
  it('keep numbered versions, the first as default, each on top of its source', async () => {
    const { ec2 } = await startLocalEc2();
    const LaunchTemplateId = await createTemplate(ec2, { KeyName: 'one', UserData: 'YQ==' });
    const created = await ec2.send(
      new CreateLaunchTemplateVersionCommand({
        LaunchTemplateId,
        SourceVersion: '$Default',
        VersionDescription: 'second',
        LaunchTemplateData: { KeyName: 'two' },
      }),
    );
    expect(created.LaunchTemplateVersion).toMatchObject({
      VersionNumber: 2,
      VersionDescription: 'second',
      DefaultVersion: false,
      LaunchTemplateData: { KeyName: 'two', UserData: 'YQ==' },
    });
    const versionsOf = async (...Versions: string[]) => {
      const command = new DescribeLaunchTemplateVersionsCommand({ LaunchTemplateId, Versions });
      return (await ec2.send(command)).LaunchTemplateVersions?.map((version) => version.VersionNumber);
    };
    expect(await versionsOf()).toEqual([1, 2]);
    expect(await versionsOf('$Latest')).toEqual([2]);
    expect(await versionsOf('$Default', '1')).toEqual([1]);
    expect(await codeOf(versionsOf('3'))).toBe('InvalidLaunchTemplateId.VersionNotFound');
  });

  it('are found by id, by name, by tag and page by page', async () => {
    const { ec2 } = await startLocalEc2();
    const names = ['first', 'second', 'third'];
    for (const LaunchTemplateName of names) {
      await ec2.send(
        new CreateLaunchTemplateCommand({
          LaunchTemplateName,
          LaunchTemplateData: { KeyName: 'k' },
          TagSpecifications: [{ ResourceType: 'launch-template', Tags: [{ Key: 'order', Value: LaunchTemplateName }] }],
        }),
      );
    }
    const find = async (request: DescribeLaunchTemplatesCommandInput) => {
      const { LaunchTemplates: found } = await ec2.send(new DescribeLaunchTemplatesCommand(request));
      return found?.map((template) => template.LaunchTemplateName);
    };
    expect(await find({ LaunchTemplateNames: ['second'] })).toEqual(['second']);
    expect(await find({ Filters: [{ Name: 'tag:order', Values: ['t*'] }] })).toEqual(['third']);
    expect(await find({ Filters: [{ Name: 'tag-key', Values: ['order'] }] })).toEqual(['first', 'second', 'third']);
    expect(await find({ Filters: [{ Name: 'create-time', Values: ['2026-11-24T12:*'] }] })).toHaveLength(3);
    expect(await codeOf(find({ LaunchTemplateNames: ['none'] }))).toBe('InvalidLaunchTemplateName.NotFoundException');
    const pages = [];
    for await (const page of paginateDescribeLaunchTemplates({ client: ec2, pageSize: 2 }, {})) {
      pages.push(page.LaunchTemplates?.map((template) => template.LaunchTemplateName));
    }
    expect(pages).toEqual([['first', 'second'], ['third']]);
  });

  it('show the latest versions of all templates when none is named', async () => {
    const { ec2 } = await startLocalEc2();
    const ids = [await createTemplate(ec2), await createTemplate(ec2)];
    const latest = await ec2.send(new DescribeLaunchTemplateVersionsCommand({ Versions: ['$Latest'] }));
    expect(latest.LaunchTemplateVersions?.map((version) => version.LaunchTemplateId)).toEqual(ids);
    expect(await codeOf(ec2.send(new DescribeLaunchTemplateVersionsCommand({})))).toBe('MissingParameter');
  });

  it('resolve an SSM parameter to its image when asked to', async () => {
    const { ec2 } = await startLocalEc2();
    const LaunchTemplateId = await createTemplate(ec2, { ImageId: 'resolve:ssm:/images/x86_64' });
    const imageOf = async (ResolveAlias: boolean) => {
      const command = new DescribeLaunchTemplateVersionsCommand({ LaunchTemplateId, ResolveAlias });
      return (await ec2.send(command)).LaunchTemplateVersions?.[0]?.LaunchTemplateData?.ImageId;
    };
    expect(await imageOf(false)).toBe('resolve:ssm:/images/x86_64');
    expect(await imageOf(true)).toBe(localImages.linuxX8664);
  });
});

async function startWithInstance(metadataTags: 'enabled' | 'disabled') {
  const local = await startLocalEc2();
  const { Instances: instances } = await local.ec2.send(
    new RunInstancesCommand({
      ImageId: localImages.linuxArm64,
      InstanceType: 'c7g.large',
      MinCount: 1,
      MaxCount: 1,
      MetadataOptions: { InstanceMetadataTags: metadataTags },
    }),
  );
  const id = instances?.[0]?.InstanceId ?? '';
  const tagsOf = () => Object.fromEntries(local.world.instances()[0]?.tags ?? []);
  const setTags = (...Tags: Tag[]) => local.ec2.send(new CreateTagsCommand({ Resources: [id], Tags }));
  return { ...local, id, tagsOf, setTags };
}

describe('tags', () => {
  it('are replaced by key and removed by key, by key and value, or all', async () => {
    const { ec2, id, tagsOf, setTags } = await startWithInstance('enabled');
    const remove = (Tags?: Tag[]) => ec2.send(new DeleteTagsCommand({ Resources: [id], Tags }));
    await setTags({ Key: 'a', Value: '1' }, { Key: 'b', Value: '2' }, { Key: 'c', Value: '3' });
    await setTags({ Key: 'a', Value: 'one' });
    expect(tagsOf()).toEqual({ a: 'one', b: '2', c: '3' });
    await remove([{ Key: 'a', Value: 'two' }, { Key: 'b' }]);
    expect(tagsOf()).toEqual({ a: 'one', c: '3' });
    await remove();
    expect(tagsOf()).toEqual({});
  });

  it.each`
    fact                                        | metadata      | key           | code
    ${'a slash where metadata serves the tags'} | ${'enabled'}  | ${'team/a'}   | ${'InvalidParameterValue'}
    ${'a space where metadata serves the tags'} | ${'enabled'}  | ${'team a'}   | ${'InvalidParameterValue'}
    ${'_index where metadata serves the tags'}  | ${'enabled'}  | ${'_index'}   | ${'InvalidParameterValue'}
    ${'all of + - = . , _ : @ in metadata'}     | ${'enabled'}  | ${'+-=.,_:@'} | ${'no error'}
    ${'a slash where metadata does not serve'}  | ${'disabled'} | ${'team/a'}   | ${'no error'}
    ${'a key reserved for AWS'}                 | ${'disabled'} | ${'aws:me'}   | ${'InvalidParameterValue'}
  `('answer $code to a key with $fact', async ({ metadata, key, code }) => {
    const { setTags } = await startWithInstance(metadata);
    expect(await codeOf(setTags({ Key: key, Value: 'x' }))).toBe(code);
  });

  it('stop at fifty and then change nothing', async () => {
    const { setTags, tagsOf } = await startWithInstance('enabled');
    const tags = (from: number, to: number) =>
      Array.from({ length: to - from }, (_, index) => ({ Key: `k${from + index}`, Value: '' }));
    await setTags(...tags(0, 49));
    expect(await codeOf(setTags(...tags(49, 51)))).toBe('TagLimitExceeded');
    expect(Object.keys(tagsOf())).toHaveLength(49);
  });

  it('are set on all resources or on none', async () => {
    const { ec2, id, tagsOf } = await startWithInstance('enabled');
    const both = (other: string) =>
      codeOf(ec2.send(new CreateTagsCommand({ Resources: [id, other], Tags: [{ Key: 'a', Value: 'b' }] })));
    expect(await both('i-0123456789abcdef0')).toBe('InvalidInstanceID.NotFound');
    expect(await both('vol-0123456789abcdef0')).toBe('InvalidVolume.NotFound');
    expect(await both('lt-0123456789abcdef0')).toBe('InvalidLaunchTemplateId.NotFound');
    expect(await both('thing-1')).toBe('InvalidID');
    expect(tagsOf()).toEqual({});
  });

  it('are listed for instances, volumes, templates and fleets', async () => {
    const { ec2, world } = await startLocalEc2();
    const fleet = await createFleet(ec2, [{ InstanceType: 'c7g.large', SubnetId: subnetIn('a') }], 1);
    const [instance] = world.instances();
    const [template] = world.templates.all();
    const Resources = [instance?.instanceId, instance?.volumeId, template?.id, fleet.FleetId].map(String);
    await ec2.send(new CreateTagsCommand({ Resources, Tags: [{ Key: 'owner', Value: 'me' }] }));
    const { Tags: rows } = await ec2.send(
      new DescribeTagsCommand({
        Filters: [
          { Name: 'key', Values: ['owner'] },
          { Name: 'value', Values: ['me'] },
        ],
      }),
    );
    expect(rows?.map((row) => row.ResourceType).sort()).toEqual(['fleet', 'instance', 'launch-template', 'volume']);
  });
});
