import type {
  DescribeInstanceStatusRequest,
  DescribeInstanceStatusResult,
  DescribeInstancesRequest,
  DescribeInstancesResult,
  Instance,
} from '@aws-sdk/client-ec2';
import { Ec2Error } from '../ec2-error.ts';
import type { FilterFields } from '../filters.ts';
import type { InstanceRecord } from '../instance-record.ts';
import { instanceFilters, selectInstances } from '../instance-selection.ts';
import { instanceView, stateView } from '../instance-view.ts';
import type { Ec2World } from '../world.ts';

/** Ids one DescribeInstanceStatus call may name (EC2 API reference). */
const maxStatusIds = 100;

/** Lists instances, grouped by reservation; a page counts instances, so a reservation may go on on the next one. */
export function describeInstances(world: Ec2World, request: DescribeInstancesRequest): DescribeInstancesResult {
  const { items, nextToken } = selectInstances(world, request, instanceFilters, () => true);
  const reservations = new Map<string, Instance[]>();
  for (const instance of items) {
    const view = instanceView(world.resources, instance);
    reservations.set(instance.reservationId, [...(reservations.get(instance.reservationId) ?? []), view]);
  }
  return {
    Reservations: [...reservations].map(([ReservationId, Instances]) => ({
      ReservationId,
      OwnerId: world.settings.accountId,
      Groups: [],
      Instances,
    })),
    NextToken: nextToken,
  };
}

const statusFilters: FilterFields<InstanceRecord> = {
  'instance-state-name': (instance) => instance.state,
  'availability-zone': (instance) => instance.zone,
  'instance-status.status': checkResult,
  'system-status.status': checkResult,
};

/** Lists the status checks of running instances, or of all when asked to. */
export function describeInstanceStatus(
  world: Ec2World,
  request: DescribeInstanceStatusRequest,
): DescribeInstanceStatusResult {
  if ((request.InstanceIds?.length ?? 0) > maxStatusIds) {
    throw new Ec2Error('InvalidParameterValue', `At most ${maxStatusIds} instance ids may be given.`);
  }
  const everyState = request.IncludeAllInstances === true;
  const { items, nextToken } = selectInstances(
    world,
    request,
    statusFilters,
    (instance) => everyState || instance.state === 'running',
  );
  return {
    InstanceStatuses: items.map((instance) => ({
      InstanceId: instance.instanceId,
      AvailabilityZone: instance.zone,
      InstanceState: stateView(instance.state),
      InstanceStatus: { Status: checkResult(instance), Details: [] },
      SystemStatus: { Status: checkResult(instance), Details: [] },
      Events: [],
    })),
    NextToken: nextToken,
  };
}

function checkResult(instance: InstanceRecord): 'ok' | 'not-applicable' {
  return instance.state === 'running' ? 'ok' : 'not-applicable';
}
