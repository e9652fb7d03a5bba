import type { ResourceType } from '@aws-sdk/client-ec2';
import { mergeTags, type TagsForResource, tagsFor } from './tags.ts';

/** What launch template data, RunInstances and fleet overrides have in common. */
export interface LaunchParameters {
  readonly ImageId?: string | undefined;
  readonly InstanceType?: string | undefined;
  readonly KeyName?: string | undefined;
  /** Base64. */
  readonly UserData?: string | undefined;
  readonly SecurityGroupIds?: readonly string[] | undefined;
  readonly SecurityGroups?: readonly string[] | undefined;
  readonly NetworkInterfaces?:
    | readonly { readonly SubnetId?: string | undefined; readonly Groups?: readonly string[] | undefined }[]
    | undefined;
  readonly Placement?: { readonly AvailabilityZone?: string | undefined } | undefined;
  readonly IamInstanceProfile?: { readonly Arn?: string | undefined; readonly Name?: string | undefined } | undefined;
  readonly MetadataOptions?:
    | { readonly InstanceMetadataTags?: string | undefined; readonly HttpTokens?: string | undefined }
    | undefined;
  readonly InstanceInitiatedShutdownBehavior?: string | undefined;
  readonly DisableApiTermination?: boolean | undefined;
  readonly InstanceMarketOptions?:
    | {
        readonly MarketType?: string | undefined;
        readonly SpotOptions?: { readonly MaxPrice?: string | undefined } | undefined;
      }
    | undefined;
  readonly TagSpecifications?: readonly TagsForResource[] | undefined;
}

const overlaid = [
  'ImageId',
  'InstanceType',
  'KeyName',
  'UserData',
  'SecurityGroupIds',
  'SecurityGroups',
  'NetworkInterfaces',
  'Placement',
  'IamInstanceProfile',
  'InstanceInitiatedShutdownBehavior',
  'DisableApiTermination',
  'InstanceMarketOptions',
] as const satisfies readonly (keyof LaunchParameters)[];

const taggedAtLaunch = ['instance', 'volume', 'spot-instances-request'] as const satisfies readonly ResourceType[];

/** The parameters of a launch: those of the request over those of its template; tags and metadata options are merged. */
export function overlayParameters(template: LaunchParameters, request: LaunchParameters): LaunchParameters {
  const given = overlaid.filter((name) => request[name] !== undefined).map((name) => [name, request[name]]);
  return {
    ...template,
    ...(Object.fromEntries(given) as LaunchParameters),
    MetadataOptions: { ...template.MetadataOptions, ...definedOf(request.MetadataOptions) },
    TagSpecifications: taggedAtLaunch.flatMap((resourceType) => {
      const under = tagsFor(resourceType, template.TagSpecifications);
      const tags = mergeTags(under, tagsFor(resourceType, request.TagSpecifications));
      if (tags.size === 0) return [];
      return [{ ResourceType: resourceType, Tags: [...tags].map(([Key, Value]) => ({ Key, Value })) }];
    }),
  };
}

function definedOf(options: LaunchParameters['MetadataOptions']): LaunchParameters['MetadataOptions'] {
  return Object.fromEntries(Object.entries(options ?? {}).filter(([, value]) => value !== undefined));
}
