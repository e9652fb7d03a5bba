import type { InstanceRecord, InstanceStateName, StateReason } from './instance-record.ts';

/** Delays the state machine needs, in milliseconds. */
export interface StateDelays {
  readonly shutdownDelayMs: number;
  readonly tombstoneMs: number;
}

/** Why instances leave, in EC2's words (StateReason in the API reference). */
export const reasons = {
  userShutdown: {
    code: 'Client.UserInitiatedShutdown',
    message: 'Client.UserInitiatedShutdown: User initiated shutdown',
  },
  instanceShutdown: {
    code: 'Client.InstanceInitiatedShutdown',
    message: 'Client.InstanceInitiatedShutdown: Instance initiated shutdown',
  },
  spotTermination: {
    code: 'Server.SpotInstanceTermination',
    message: 'Server.SpotInstanceTermination: Spot instance termination',
  },
} as const satisfies Record<string, StateReason>;

const leaving: ReadonlySet<InstanceStateName> = new Set(['shutting-down', 'terminated']);

/** Whether the instance is on its way out or out. */
export function isLeaving(instance: InstanceRecord): boolean {
  return leaving.has(instance.state);
}

/** When the next thing happens to the instance by itself, or Infinity. */
export function nextDueAt(instance: InstanceRecord): number {
  const stateAt = instance.nextStateAt ?? Number.POSITIVE_INFINITY;
  const interruptedAt =
    instance.interruption === undefined || isLeaving(instance)
      ? Number.POSITIVE_INFINITY
      : instance.interruption.terminateAt;
  return Math.min(stateAt, interruptedAt);
}

/** Starts the way to `terminated` or, for `stopping`, to `stopped`. */
export function leave(
  instance: InstanceRecord,
  to: 'shutting-down' | 'stopping',
  reason: StateReason,
  at: number,
  delays: StateDelays,
): void {
  const who = reason === reasons.spotTermination ? 'Server' : 'User';
  instance.state = to;
  instance.stateReason = reason;
  instance.stateTransitionReason = `${who} initiated (${new Date(at).toISOString().slice(0, 19).replace('T', ' ')} GMT)`;
  instance.nextStateAt = at + delays.shutdownDelayMs;
}

/** The state that follows by itself, entered at `at`; `forgotten` once a terminated instance is no longer described. */
export function advance(instance: InstanceRecord, at: number, delays: StateDelays): InstanceStateName | 'forgotten' {
  if (instance.interruption !== undefined && !isLeaving(instance) && at >= instance.interruption.terminateAt) {
    leave(instance, 'shutting-down', reasons.spotTermination, at, delays);
    return 'shutting-down';
  }
  delete instance.nextStateAt;
  switch (instance.state) {
    case 'pending':
      instance.state = 'running';
      return 'running';
    case 'stopping':
      instance.state = 'stopped';
      return 'stopped';
    case 'shutting-down':
      instance.state = 'terminated';
      instance.nextStateAt = at + delays.tombstoneMs;
      return 'terminated';
    default:
      return 'forgotten';
  }
}
