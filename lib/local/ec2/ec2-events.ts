import type { InstanceRecord, InstanceStateName } from './instance-record.ts';

/** An event as EventBridge delivers it from source `aws.ec2`. */
export interface Ec2Event {
  readonly version: '0';
  readonly id: string;
  readonly 'detail-type': string;
  readonly source: 'aws.ec2';
  readonly account: string;
  /** ISO 8601. */
  readonly time: string;
  readonly region: string;
  readonly resources: readonly string[];
  readonly detail: Readonly<Record<string, string>>;
}

/** What happened to an instance, before it is put into an envelope. */
export interface InstanceHappening {
  readonly detailType: string;
  readonly detail: Readonly<Record<string, string>>;
}

/** The instance entered a state. */
export function stateChange(instance: InstanceRecord, state: InstanceStateName): InstanceHappening {
  return {
    detailType: 'EC2 Instance State-change Notification',
    detail: { 'instance-id': instance.instanceId, state },
  };
}

/** The spot instance will be terminated. */
export function interruptionWarning(instance: InstanceRecord): InstanceHappening {
  return {
    detailType: 'EC2 Spot Instance Interruption Warning',
    detail: { 'instance-id': instance.instanceId, 'instance-action': 'terminate' },
  };
}

/** The spot instance runs a raised risk of interruption. */
export function rebalanceRecommendation(instance: InstanceRecord): InstanceHappening {
  return {
    detailType: 'EC2 Instance Rebalance Recommendation',
    detail: { 'instance-id': instance.instanceId },
  };
}

/** Where and when an event is sent from. */
export interface EventOrigin {
  readonly id: string;
  readonly account: string;
  readonly region: string;
  /** Epoch milliseconds. */
  readonly at: number;
}

/** The event EventBridge would deliver for a happening. */
export function eventOf(instanceId: string, happening: InstanceHappening, origin: EventOrigin): Ec2Event {
  return {
    version: '0',
    id: origin.id,
    'detail-type': happening.detailType,
    source: 'aws.ec2',
    account: origin.account,
    // EventBridge's envelope has whole seconds.
    time: new Date(origin.at).toISOString().replace(/\.\d+Z$/, 'Z'),
    region: origin.region,
    resources: [`arn:aws:ec2:${origin.region}:${origin.account}:instance/${instanceId}`],
    detail: happening.detail,
  };
}
