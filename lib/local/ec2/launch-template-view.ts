import type { LaunchTemplate, LaunchTemplateVersion, ResponseLaunchTemplateData } from '@aws-sdk/client-ec2';
import type { LaunchTemplateRecord, LaunchTemplateVersionRecord } from './launch-templates.ts';
import { tagList } from './tags.ts';
import type { Ec2World } from './world.ts';
import type { WorldSettings } from './world-settings.ts';

/** A launch template as EC2 shows it. */
export function launchTemplateView(settings: WorldSettings, template: LaunchTemplateRecord): LaunchTemplate {
  return {
    LaunchTemplateId: template.id,
    LaunchTemplateName: template.name,
    CreateTime: new Date(template.createdAt),
    CreatedBy: creator(settings),
    DefaultVersionNumber: template.defaultVersion,
    LatestVersionNumber: template.versions.at(-1)?.number,
    Tags: tagList(template.tags),
  };
}

/** A version as EC2 shows it; with `resolveAlias` an SSM parameter in place of an image shows as the image. */
export function launchTemplateVersionView(
  { settings, resources }: Pick<Ec2World, 'settings' | 'resources'>,
  template: LaunchTemplateRecord,
  version: LaunchTemplateVersionRecord,
  resolveAlias: boolean,
): LaunchTemplateVersion {
  // What was written and what is read differ in the SDK's types only by names of equal members.
  const data = version.data as ResponseLaunchTemplateData;
  const imageId = data.ImageId;
  const resolved = resolveAlias && imageId !== undefined ? resources.resolveImageId(imageId) : imageId;
  return {
    LaunchTemplateId: template.id,
    LaunchTemplateName: template.name,
    VersionNumber: version.number,
    VersionDescription: version.description,
    CreateTime: new Date(version.createdAt),
    CreatedBy: creator(settings),
    DefaultVersion: version.number === template.defaultVersion,
    LaunchTemplateData: { ...data, ImageId: resolved },
  };
}

function creator(settings: WorldSettings): string {
  return `arn:aws:iam::${settings.accountId}:root`;
}
