import type { Instance } from '@aws-sdk/client-ec2';
import { signals, tagKeys } from '../core/tags.ts';
import { type EpochMillis, epochMillis } from '../core/units.ts';
import type { Worker, WorkerState } from '../core/worker.ts';

/** EC2's instance as a worker. What EC2 or the tags do not say is absent, not zero. */
export function toWorker(instance: Instance): Worker {
  const tags = new Map(instance.Tags?.map(({ Key, Value }) => [Key ?? '', Value ?? '']));
  const signal = tags.get(tagKeys.signal);
  return {
    workerId: instance.InstanceId ?? '',
    workerType: tags.get(tagKeys.workerType),
    launchId: tags.get(tagKeys.launchId),
    state: stateOf(instance.State?.Name, signal),
    capacity: positiveInteger(tags.get(tagKeys.capacity)),
    instanceType: instance.InstanceType ?? 'unknown',
    zone: instance.Placement?.AvailabilityZone ?? 'unknown',
    market: instance.InstanceLifecycle === 'spot' ? 'spot' : 'on-demand',
    launchedAt: instance.LaunchTime === undefined ? undefined : epochMillis(instance.LaunchTime.getTime()),
    definitionVersion: positiveInteger(tags.get(tagKeys.definitionVersion)),
    maxLifetimeSeconds: positiveInteger(tags.get(tagKeys.maxLifetimeSeconds)),
    stoppedAt: instance.State?.Name === 'terminated' ? endedAt(instance.StateTransitionReason) : undefined,
    endCode: instance.StateReason?.Code,
    // The instance shuts itself down, so that EC2's code says the same as of a worker that failed.
    ...(instance.State?.Name === 'terminated' && isToldToStop(signal) ? { wasToldToStop: true } : {}),
  };
}

const isToldToStop = (signal: string | undefined): boolean => signal === signals[0];

function stateOf(name: string | undefined, signal: string | undefined): WorkerState {
  switch (name) {
    case 'pending':
      return isToldToStop(signal) ? 'draining' : 'booting';
    case 'running':
      return isToldToStop(signal) ? 'draining' : 'running';
    case 'terminated':
      return 'stopped';
    case 'shutting-down':
      return 'stopping';
    default:
      // Stopped by somebody: no supply, but still there. A state that we do not know is treated alike.
      return 'halted';
  }
}

/** EC2 tells the time of an end only in words: `User initiated (2026-01-02 03:04:05 GMT)`. */
function endedAt(reason: string | undefined): EpochMillis | undefined {
  const [, date, time] = /\((\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d) GMT\)/.exec(reason ?? '') ?? [];
  const at = Date.parse(`${date}T${time}Z`);
  return Number.isNaN(at) ? undefined : epochMillis(at);
}

function positiveInteger(text: string | undefined): number | undefined {
  return text !== undefined && /^[1-9]\d{0,8}$/.test(text) ? Number(text) : undefined;
}
