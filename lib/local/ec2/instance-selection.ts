import type { Filter } from '@aws-sdk/client-ec2';
import { Ec2Error } from './ec2-error.ts';
import { applyFilters, type FilterFields } from './filters.ts';
import { isWellFormed } from './ids.ts';
import { type InstanceRecord, stateCodes } from './instance-record.ts';
import { type PageLimits, type PageRequest, pageOf } from './pages.ts';
import type { Ec2World } from './world.ts';

/** How a Describe call chooses instances. */
export interface InstanceSelection extends PageRequest {
  readonly InstanceIds?: readonly string[] | undefined;
  readonly Filters?: readonly Filter[] | undefined;
}

/** Filters on instances. */
export const instanceFilters: FilterFields<InstanceRecord> = {
  'instance-id': (instance) => instance.instanceId,
  'instance-state-name': (instance) => instance.state,
  'instance-state-code': (instance) => String(stateCodes[instance.state]),
  'instance-type': (instance) => instance.instanceType,
  'instance-lifecycle': (instance) => (instance.market === 'spot' ? 'spot' : undefined),
  'availability-zone': (instance) => instance.zone,
  'subnet-id': (instance) => instance.subnetId,
  'image-id': (instance) => instance.imageId,
  'client-token': (instance) => instance.clientToken,
  'reservation-id': (instance) => instance.reservationId,
  'spot-instance-request-id': (instance) => instance.spotRequestId,
};

/** Pages hold 5 to 1000 instances (DescribeInstances in the API reference). */
const pageLimits: PageLimits = { min: 5, max: 1_000 };

/**
 * The instances a Describe call is about, of those the API shows, and the token of the next page. Throws for unknown ids,
 * for ids together with MaxResults, and while a zone is down if the call is about instances there or about all.
 */
export function selectInstances(
  world: Ec2World,
  selection: InstanceSelection,
  filters: FilterFields<InstanceRecord>,
  accept: (instance: InstanceRecord) => boolean,
): { items: InstanceRecord[]; nextToken?: string } {
  const ids = selection.InstanceIds ?? [];
  if (ids.length > 0 && selection.MaxResults !== undefined) {
    throw new Ec2Error('InvalidParameterCombination', 'The parameter maxResults cannot be used with instanceIds.');
  }
  const named = ids.length > 0 ? requireInstances(world, ids) : world.instanceStore.visible();
  checkZones(world, ids.length > 0 ? named.map((instance) => instance.zone) : [...world.settings.unavailableZones]);
  const found = applyFilters(named.filter(accept), selection.Filters, filters, (instance) => instance.tags);
  return pageOf(found, (instance) => instance.instanceId, selection, pageLimits);
}

/** The instances with these ids, each once. Throws when the API does not show one of them. */
export function requireInstances(world: Ec2World, ids: readonly string[]): InstanceRecord[] {
  const malformed = ids.find((id) => !isWellFormed(id, 'i'));
  if (malformed !== undefined) {
    throw new Ec2Error('InvalidInstanceID.Malformed', `Invalid id: "${malformed}"`);
  }
  const unique = [...new Set(ids)];
  const found = unique.flatMap((id) => world.instanceStore.findVisible(id) ?? []);
  if (found.length === unique.length) return found;
  const missing = unique.filter((id) => world.instanceStore.findVisible(id) === undefined);
  const subject = missing.length === 1 ? 'instance ID' : 'instance IDs';
  const verb = missing.length === 1 ? 'does' : 'do';
  throw new Ec2Error('InvalidInstanceID.NotFound', `The ${subject} '${missing.join(', ')}' ${verb} not exist`);
}

function checkZones(world: Ec2World, zones: readonly string[]): void {
  const down = zones.find((zone) => world.settings.unavailableZones.has(zone));
  if (down !== undefined) throw new Ec2Error('Unavailable', `The Availability Zone ${down} is not available.`);
}
