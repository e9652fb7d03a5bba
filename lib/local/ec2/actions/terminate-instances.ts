import type { TerminateInstancesRequest, TerminateInstancesResult } from '@aws-sdk/client-ec2';
import { Ec2Error, missingParameter } from '../ec2-error.ts';
import { requireInstances } from '../instance-selection.ts';
import { stateView } from '../instance-view.ts';
import type { Ec2World } from '../world.ts';

/** Ids one call may name (TerminateInstances in the API reference). */
const maxIds = 1_000;

/**
 * Begins to shut down the instances; those already leaving stay as they are. One unknown id terminates none. A protected
 * instance spares all of its zone: the call fails although the other zones' instances terminate.
 */
export function terminateInstances(world: Ec2World, request: TerminateInstancesRequest): TerminateInstancesResult {
  const ids = request.InstanceIds ?? [];
  if (ids.length === 0) throw missingParameter('InstanceId');
  if (ids.length > maxIds) throw new Ec2Error('InvalidParameterValue', `At most ${maxIds} instance ids may be given.`);
  const instances = requireInstances(world, ids);
  const guard = instances.find((instance) => instance.terminationProtection);
  const sparedZones = new Set(instances.filter((one) => one.terminationProtection).map((one) => one.zone));
  const changes = instances
    .filter((instance) => !sparedZones.has(instance.zone))
    .map((instance) => {
      const previous = stateView(instance.state);
      world.instanceStore.terminate(instance);
      return { InstanceId: instance.instanceId, PreviousState: previous, CurrentState: stateView(instance.state) };
    });
  if (guard !== undefined) {
    throw new Ec2Error(
      'OperationNotPermitted',
      `The instance '${guard.instanceId}' may not be terminated. Modify its 'disableApiTermination' instance attribute and try again.`,
    );
  }
  return { TerminatingInstances: changes };
}
