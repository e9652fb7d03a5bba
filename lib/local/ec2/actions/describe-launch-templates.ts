import type {
  DescribeLaunchTemplatesRequest,
  DescribeLaunchTemplatesResult,
  DescribeLaunchTemplateVersionsRequest,
  DescribeLaunchTemplateVersionsResult,
} from '@aws-sdk/client-ec2';
import { Ec2Error, notImitated } from '../ec2-error.ts';
import { applyFilters, type FilterFields } from '../filters.ts';
import { launchTemplateVersionView, launchTemplateView } from '../launch-template-view.ts';
import { type LaunchTemplateRecord, type LaunchTemplateVersionRecord, requireVersion } from '../launch-templates.ts';
import { type PageLimits, pageOf } from '../pages.ts';
import type { Ec2World } from '../world.ts';

/** Pages hold 1 to 200 templates or versions (EC2 API reference). */
const pageLimits: PageLimits = { min: 1, max: 200 };

const templateFilters: FilterFields<LaunchTemplateRecord> = {
  'launch-template-name': (template) => template.name,
  'create-time': (template) => new Date(template.createdAt).toISOString(),
};

/** Lists launch templates: the ones named, or all. */
export function describeLaunchTemplates(
  world: Ec2World,
  request: DescribeLaunchTemplatesRequest,
): DescribeLaunchTemplatesResult {
  const byId = (request.LaunchTemplateIds ?? []).map((LaunchTemplateId) =>
    world.templates.require({ LaunchTemplateId }),
  );
  const byName = (request.LaunchTemplateNames ?? []).map((LaunchTemplateName) =>
    world.templates.require({ LaunchTemplateName }),
  );
  const named = [...byId, ...byName];
  const candidates = named.length > 0 ? named : world.templates.all();
  const found = applyFilters(candidates, request.Filters, templateFilters, (template) => template.tags);
  const { items, nextToken } = pageOf(found, (template) => template.id, request, pageLimits);
  return {
    LaunchTemplates: items.map((template) => launchTemplateView(world.settings, template)),
    NextToken: nextToken,
  };
}

/** Lists versions of one template, or the latest or default ones of all. */
export function describeLaunchTemplateVersions(
  world: Ec2World,
  request: DescribeLaunchTemplateVersionsRequest,
): DescribeLaunchTemplateVersionsResult {
  if (request.Filters !== undefined && request.Filters.length > 0) throw notImitated('filters on template versions');
  const rows = templatesOf(world, request).flatMap((template) =>
    versionsOf(template, request).map((version) => ({ template, version })),
  );
  const keyOf = ({ template, version }: (typeof rows)[number]) =>
    `${template.id}/${String(version.number).padStart(6, '0')}`;
  const { items, nextToken } = pageOf(rows, keyOf, request, pageLimits);
  return {
    LaunchTemplateVersions: items.map(({ template, version }) =>
      launchTemplateVersionView(world, template, version, request.ResolveAlias === true),
    ),
    NextToken: nextToken,
  };
}

function templatesOf(world: Ec2World, request: DescribeLaunchTemplateVersionsRequest): readonly LaunchTemplateRecord[] {
  if (request.LaunchTemplateId !== undefined || request.LaunchTemplateName !== undefined) {
    return [world.templates.require(request)];
  }
  const versions = request.Versions ?? [];
  if (versions.length > 0 && versions.every((version) => version === '$Latest' || version === '$Default')) {
    return world.templates.all();
  }
  throw new Ec2Error('MissingParameter', 'Without a launch template, Versions must be $Latest or $Default.');
}

function versionsOf(
  template: LaunchTemplateRecord,
  request: DescribeLaunchTemplateVersionsRequest,
): LaunchTemplateVersionRecord[] {
  const named = (request.Versions ?? []).map((text) => requireVersion(template, text));
  if (named.length > 0) return [...new Set(named)];
  const lowest = Number(request.MinVersion ?? 1);
  const highest = Number(request.MaxVersion ?? Number.POSITIVE_INFINITY);
  return template.versions.filter((version) => version.number >= lowest && version.number <= highest);
}
