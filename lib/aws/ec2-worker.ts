import type { Instance } from '@aws-sdk/client-ec2';
import { signals, tagKeys } from '../core/tags.ts';
import { epochMillis } from '../core/units.ts';
import type { Worker, WorkerState } from '../core/worker.ts';

/** EC2's instance as a worker. What EC2 or the tags do not say is absent, not zero. */
export function toWorker(instance: Instance): Worker {
  const tags = new Map(instance.Tags?.map(({ Key, Value }) => [Key ?? '', Value ?? '']));
  return {
    workerId: instance.InstanceId ?? '',
    workerType: tags.get(tagKeys.workerType),
    launchId: tags.get(tagKeys.launchId),
    state: stateOf(instance.State?.Name, tags.get(tagKeys.signal)),
    capacity: positiveInteger(tags.get(tagKeys.capacity)),
    instanceType: instance.InstanceType ?? 'unknown',
    zone: instance.Placement?.AvailabilityZone ?? 'unknown',
    market: instance.InstanceLifecycle === 'spot' ? 'spot' : 'on-demand',
    launchedAt: instance.LaunchTime === undefined ? undefined : epochMillis(instance.LaunchTime.getTime()),
    definitionVersion: positiveInteger(tags.get(tagKeys.definitionVersion)),
    maxLifetimeSeconds: positiveInteger(tags.get(tagKeys.maxLifetimeSeconds)),
  };
}

function stateOf(name: string | undefined, signal: string | undefined): WorkerState {
  switch (name) {
    case 'pending':
      return signal === signals[0] ? 'draining' : 'booting';
    case 'running':
      return signal === signals[0] ? 'draining' : 'running';
    case 'terminated':
      return 'stopped';
    case 'shutting-down':
      return 'stopping';
    default:
      // Stopped by somebody: no supply, but still there. A state that we do not know is treated alike.
      return 'halted';
  }
}

function positiveInteger(text: string | undefined): number | undefined {
  return text !== undefined && /^[1-9]\d{0,8}$/.test(text) ? Number(text) : undefined;
}
