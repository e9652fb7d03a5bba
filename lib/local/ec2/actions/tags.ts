import type {
  CreateTagsRequest,
  DeleteTagsRequest,
  DescribeTagsRequest,
  DescribeTagsResult,
  Tag,
  TagDescription,
} from '@aws-sdk/client-ec2';
import { missingParameter } from '../ec2-error.ts';
import { applyFilters, type FilterFields } from '../filters.ts';
import { type PageLimits, pageOf } from '../pages.ts';
import { requireResources, taggedResources } from '../tagged-resources.ts';
import { checkMetadataKeys, mergeTags, tagMap } from '../tags.ts';
import type { Ec2World } from '../world.ts';

/** Sets tags on all resources, or on none when one of them cannot take them. */
export function createTags(world: Ec2World, request: CreateTagsRequest): object {
  const tags = tagMap(request.Tags);
  if (tags.size === 0) throw missingParameter('Tag');
  const resources = requireResources(world, request.Resources ?? []);
  if (resources.length === 0) throw missingParameter('ResourceId');
  for (const resource of resources) {
    mergeTags(resource.tags, tags);
    if (resource.servedByMetadata) checkMetadataKeys(tags);
  }
  for (const { tags: own } of resources) for (const [key, value] of tags) own.set(key, value);
  return {};
}

/** Removes tags by key, by key and value, or all of the user's. */
export function deleteTags(world: Ec2World, request: DeleteTagsRequest): object {
  const resources = requireResources(world, request.Resources ?? []);
  for (const { tags } of resources) {
    const doomed = [...tags].filter(([key, value]) => isDeleted(key, value, request.Tags));
    for (const [key] of doomed) tags.delete(key);
  }
  return {};
}

function isDeleted(key: string, value: string, list: readonly Tag[] | undefined): boolean {
  if (list === undefined || list.length === 0) return !key.startsWith('aws:');
  return list.some((tag) => tag.Key === key && (tag.Value === undefined || tag.Value === value));
}

interface TagRow {
  readonly key: string;
  readonly value: string;
  readonly resourceId: string;
  readonly resourceType: NonNullable<TagDescription['ResourceType']>;
}

const tagFilters: FilterFields<TagRow> = {
  key: (row) => row.key,
  value: (row) => row.value,
  'resource-id': (row) => row.resourceId,
  'resource-type': (row) => row.resourceType,
};

/** Pages hold 5 to 1000 tags (DescribeTags in the API reference). */
const pageLimits: PageLimits = { min: 5, max: 1_000 };

/** Lists tags, one row a tag and resource. */
export function describeTags(world: Ec2World, request: DescribeTagsRequest): DescribeTagsResult {
  const rows = taggedResources(world).flatMap(({ tags, resourceId, resourceType }) =>
    [...tags].map(([key, value]): TagRow => ({ key, value, resourceId, resourceType })),
  );
  const found = applyFilters(rows, request.Filters, tagFilters, (row) => new Map([[row.key, row.value]]));
  const { items, nextToken } = pageOf(found, (row) => `${row.resourceId}/${row.key}`, request, pageLimits);
  return {
    Tags: items.map((row) => ({
      Key: row.key,
      Value: row.value,
      ResourceId: row.resourceId,
      ResourceType: row.resourceType,
    })),
    NextToken: nextToken,
  };
}
