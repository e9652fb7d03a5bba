/** The name of every metric and log event, typed once: an alarm cannot watch a metric that nobody emits. */

export const METRIC_NAMESPACE = 'SpotProvisioner';
/** The one dimension of every metric. None by worker type: each value would be billed as a metric of its own. */
export const METRIC_DIMENSION = 'provisionerId';

export const metricNames = {
  /** 1 for each tick that came to its end, also when a worker type failed; the dead-man alarm watches it. */
  tickSucceeded: 'TickSucceeded',
  /** Worker types whose turn failed (queue unreadable, state not written), and ticks that failed as a whole. */
  provisioningFailures: 'ProvisioningFailures',
  /** Launches that EC2 refused for a reason that a person has to mend. */
  launchFailures: 'LaunchFailures',
  /** Launches that found no capacity, in whole or in part. Normal with spot; not alarmed. */
  capacityRefusals: 'CapacityRefusals',
  /** Launches put off because the region's budget of requests was used up. */
  launchBudgetExhausted: 'LaunchBudgetExhausted',
  /** EC2 calls refused as too many. */
  ec2Throttles: 'Ec2Throttles',
  /** Changes of state that could not be put on the event bus; the next tick tries again. */
  noticeFailures: 'NoticeFailures',
  invalidWorkerTypes: 'InvalidWorkerTypes',
  pendingTasks: 'PendingTasks',
  supply: 'Supply',
  target: 'Target',
  workersLaunched: 'WorkersLaunched',
  /** What of the supply does not run yet, in tasks. Sent only when there is any. */
  bootingCapacity: 'BootingCapacity',
  /** Room for tasks in workers that run, less what is claimed: what waits for work. */
  idleCapacity: 'IdleCapacity',
  /** Seconds from the intent of a launch to EC2's answer, of each launch that was answered at once. */
  launchSeconds: 'LaunchSeconds',
  /** Seconds from EC2's launch time until a tick first saw the worker run, of each worker; a tick's length is in it. */
  bootSeconds: 'BootSeconds',
  /** Workers that EC2 took back. Told five minutes later, and only when there are any. */
  workersInterrupted: 'WorkersInterrupted',
  /** Workers that ended by themselves before they were of use. Told like interruptions. */
  workersUseless: 'WorkersUseless',
  /** Cost of all workers; at the ceiling where a price is not known, without those that have neither. */
  spendUsdPerHour: 'SpendUsdPerHour',
  /** 1 for each run of the reaper that came to its end. */
  reapSucceeded: 'ReapSucceeded',
  /** Workers that were to be terminated and could not be. */
  reapFailures: 'ReapFailures',
  workersReaped: 'WorkersReaped',
  /** 1 for each check of all definitions that came to its end. */
  checkSucceeded: 'CheckSucceeded',
  /** Checks that failed, changes that could not be read out of the stream, and runs that left unused templates behind. */
  checkFailures: 'CheckFailures',
  /** Enabled worker types that no pool is left for, counted by each check of all definitions. */
  unlaunchableWorkerTypes: 'UnlaunchableWorkerTypes',
} as const;
export type MetricName = (typeof metricNames)[keyof typeof metricNames];

const eventNames = [
  'tick-finished',
  'tick-failed',
  'tick-skipped',
  'shard-split',
  'shards-merged',
  'wake-skipped',
  'worker-type-planned',
  'prices-unreadable',
  'worker-type-failed',
  'worker-type-invalid',
  'notices-failed',
  'launch-opened',
  'launch-answered',
  'launch-resumed',
  'launch-abandoned',
  'reap-finished',
  'worker-reaped',
  'worker-not-reaped',
  'check-finished',
  'check-failed',
  'version-kept',
  'stream-record-unreadable',
  'launch-templates-collected',
] as const;
export type EventName = (typeof eventNames)[number];
