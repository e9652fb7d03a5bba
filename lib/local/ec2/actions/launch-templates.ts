import type {
  CreateLaunchTemplateRequest,
  CreateLaunchTemplateResult,
  CreateLaunchTemplateVersionRequest,
  CreateLaunchTemplateVersionResult,
  DeleteLaunchTemplateRequest,
  DeleteLaunchTemplateResult,
} from '@aws-sdk/client-ec2';
import { missingParameter } from '../ec2-error.ts';
import { launchTemplateVersionView, launchTemplateView } from '../launch-template-view.ts';
import { requireVersion } from '../launch-templates.ts';
import { tagsFor } from '../tags.ts';
import type { Ec2World } from '../world.ts';

/** Creates a launch template with version 1; its contents are not checked before a launch. */
export function createLaunchTemplate(
  world: Ec2World,
  request: CreateLaunchTemplateRequest,
): CreateLaunchTemplateResult {
  const { LaunchTemplateName: name, LaunchTemplateData: data, VersionDescription: description } = request;
  if (name === undefined) throw missingParameter('LaunchTemplateName');
  if (data === undefined) throw missingParameter('LaunchTemplateData');
  const tags = new Map(tagsFor('launch-template', request.TagSpecifications));
  const first = { createdAt: world.settings.now(), data, ...(description === undefined ? {} : { description }) };
  return { LaunchTemplate: launchTemplateView(world.settings, world.templates.create(name, first, tags)) };
}

/** Adds a version, on top of a source version if one is named. */
export function createLaunchTemplateVersion(
  world: Ec2World,
  request: CreateLaunchTemplateVersionRequest,
): CreateLaunchTemplateVersionResult {
  const template = world.templates.require(request);
  const { LaunchTemplateData: data, SourceVersion: source, VersionDescription: description } = request;
  if (data === undefined) throw missingParameter('LaunchTemplateData');
  const inherited = source === undefined ? {} : requireVersion(template, source).data;
  const version = {
    number: (template.versions.at(-1)?.number ?? 0) + 1,
    createdAt: world.settings.now(),
    data: { ...inherited, ...data },
    ...(description === undefined ? {} : { description }),
  };
  template.versions.push(version);
  const view = launchTemplateVersionView(world, template, version, request.ResolveAlias === true);
  return { LaunchTemplateVersion: view };
}

/** Deletes a template with all its versions; instances launched from it stay. */
export function deleteLaunchTemplate(
  world: Ec2World,
  request: DeleteLaunchTemplateRequest,
): DeleteLaunchTemplateResult {
  const template = world.templates.require(request);
  world.templates.delete(template);
  return { LaunchTemplate: launchTemplateView(world.settings, template) };
}
