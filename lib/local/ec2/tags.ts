import type { ResourceType, Tag } from '@aws-sdk/client-ec2';
import { Ec2Error } from './ec2-error.ts';

/** Tags by key. */
export type Tags = ReadonlyMap<string, string>;

/** A request's specification of tags for one kind of resource. */
export interface TagsForResource {
  readonly ResourceType?: ResourceType | undefined;
  readonly Tags?: readonly Tag[] | undefined;
}

/** Tags a resource may have (EC2 user guide, tag restrictions). */
const maxTags = 50;

/** Keys the instance metadata service can serve; one of the reserved names is no key (EC2 user guide, instance tags in metadata). */
const metadataKey = /^[0-9a-zA-Z\-_+=,.@:]{1,255}$/;
const metadataReserved = new Set(['.', '..', '_index']);

/** The tags of one kind of resource in a request. Throws on a key given twice, on a kind given twice and on reserved keys. */
export function tagsFor(resourceType: ResourceType, specifications: readonly TagsForResource[] | undefined): Tags {
  const matching = (specifications ?? []).filter((specification) => specification.ResourceType === resourceType);
  if (matching.length > 1) {
    throw new Ec2Error('InvalidParameterValue', `The resource type '${resourceType}' is specified more than once.`);
  }
  return tagMap(matching[0]?.Tags);
}

/** A list of tags as a map. Throws on a key given twice and on reserved keys. */
export function tagMap(list: readonly Tag[] | undefined): Map<string, string> {
  const tags = new Map<string, string>();
  for (const { Key: key, Value: value } of list ?? []) {
    if (key === undefined || key === '') throw new Ec2Error('InvalidParameterValue', 'A tag key must not be empty.');
    if (tags.has(key)) throw new Ec2Error('InvalidParameterValue', `Duplicate tag key '${key}' specified.`);
    if (key.toLowerCase().startsWith('aws:')) {
      throw new Ec2Error('InvalidParameterValue', "Tag keys starting with 'aws:' are reserved for internal use");
    }
    tags.set(key, value ?? '');
  }
  return tags;
}

/** Tags as EC2 lists them. */
export function tagList(tags: Tags): Tag[] {
  return [...tags].map(([Key, Value]) => ({ Key, Value }));
}

/** Both sets of tags; on the same key the second wins. Throws when there are too many. */
export function mergeTags(under: Tags, over: Tags): Map<string, string> {
  const merged = new Map([...under, ...over]);
  const own = [...merged.keys()].filter((key) => !key.startsWith('aws:'));
  if (own.length > maxTags) throw new Ec2Error('TagLimitExceeded', `More than ${maxTags} tags on one resource.`);
  return merged;
}

/** Throws when the instance metadata service could not serve one of the keys. */
export function checkMetadataKeys(tags: Tags): void {
  const bad = [...tags.keys()].find((key) => !metadataKey.test(key) || metadataReserved.has(key));
  if (bad === undefined) return;
  throw new Ec2Error(
    'InvalidParameterValue',
    `'${bad}' is not a valid tag key. Tag keys must match pattern ([0-9a-zA-Z\\-_+=,.@:]{1,255}), and must not be a reserved name ('.', '..', '_index')`,
  );
}
