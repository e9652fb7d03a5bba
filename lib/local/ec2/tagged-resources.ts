import type { ResourceType } from '@aws-sdk/client-ec2';
import { Ec2Error } from './ec2-error.ts';
import { requireInstances } from './instance-selection.ts';
import type { Ec2World } from './world.ts';

/** Something that carries tags. */
export interface TaggedResource {
  readonly resourceId: string;
  readonly resourceType: ResourceType;
  readonly tags: Map<string, string>;
  /** Whether the instance metadata service serves the tags, which narrows the keys allowed. */
  readonly servedByMetadata: boolean;
}

/** Every tagged resource the API shows. */
export function taggedResources(world: Ec2World): TaggedResource[] {
  return [
    ...world.instanceStore.visible().flatMap((instance): TaggedResource[] => [
      {
        resourceId: instance.instanceId,
        resourceType: 'instance',
        tags: instance.tags,
        servedByMetadata: instance.instanceMetadataTags,
      },
      { resourceId: instance.volumeId, resourceType: 'volume', tags: instance.volumeTags, servedByMetadata: false },
    ]),
    ...world.templates.all().map((template): TaggedResource => {
      return { resourceId: template.id, resourceType: 'launch-template', tags: template.tags, servedByMetadata: false };
    }),
    ...[...world.fleets.values()].map((fleet): TaggedResource => {
      return { resourceId: fleet.fleetId, resourceType: 'fleet', tags: fleet.tags, servedByMetadata: false };
    }),
  ];
}

/** The resources with these ids. Throws when one of them does not exist. */
export function requireResources(world: Ec2World, ids: readonly string[]): TaggedResource[] {
  const byId = new Map(taggedResources(world).map((resource) => [resource.resourceId, resource]));
  return ids.map((id) => {
    const resource = byId.get(id);
    if (resource !== undefined) return resource;
    if (id.startsWith('i-')) requireInstances(world, [id]);
    throw notFound(id);
  });
}

function notFound(id: string): Ec2Error {
  if (id.startsWith('vol-')) return new Ec2Error('InvalidVolume.NotFound', `The volume '${id}' does not exist.`);
  if (id.startsWith('lt-')) {
    return new Ec2Error('InvalidLaunchTemplateId.NotFound', `The launch template '${id}' does not exist.`);
  }
  return new Ec2Error('InvalidID', `The ID '${id}' is not valid`);
}
