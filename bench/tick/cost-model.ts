/** What a provisioner costs in a month, from the calls of a measured tick. EC2 itself and free tiers are left out. */
import { type MetricName, metricNames } from '../../lib/control/telemetry.ts';
import type { Measured } from './scenario.ts';

/** List prices of us-east-1 in USD (AWS's pages on pricing, November 2026). */
const usd = {
  /** arm64, first tier. */
  lambdaGigabyteSecond: 0.0000133334,
  lambdaRequest: 0.2 / 1e6,
  /** Standard queues, first tier beyond the free one. */
  sqsRequest: 0.4 / 1e6,
  dynamoReadUnit: 0.125 / 1e6,
  dynamoWriteUnit: 0.625 / 1e6,
  logGigabyte: 0.5,
  metricMonth: 0.3,
  /** A custom event, for each shard and minute. */
  event: 1 / 1e6,
} as const;

const MONTH_SECONDS = 30 * 24 * 3600;
/** Memory that gives a Lambda one whole vCPU (Lambda developer guide, configuring memory). */
const MIB_OF_A_VCPU = 1769;
/** A tick that waits for nothing: cold parts of connections, and rounds of calls one after the other. */
const FLOOR_SECONDS = 0.35;
/** Sizes to choose from: the smallest that the peak of the tick fits into. */
const MEMORY_STEPS_MIB = [256, 512, 1024, 1769] as const;
/** Types whose status changes at one tick; a quiet provisioner's queues stand still. */
const CHANGED_SHARE = 0.02;

/** Sent with each run. Metrics are billed by the hours in which they are sent. */
const STEADY_METRICS: readonly MetricName[] = [
  metricNames.tickSucceeded,
  metricNames.pendingTasks,
  metricNames.target,
  metricNames.supply,
  metricNames.idleCapacity,
  metricNames.spendUsdPerHour,
  metricNames.reapSucceeded,
  metricNames.checkSucceeded,
];
/** Sent when workers are launched or end. */
const LAUNCH_METRICS: readonly MetricName[] = [
  metricNames.workersLaunched,
  metricNames.bootingCapacity,
  metricNames.launchSeconds,
  metricNames.bootSeconds,
  metricNames.capacityRefusals,
  metricNames.workersInterrupted,
  metricNames.workersReaped,
];
/** Hours with launches: eight of 24. */
const LAUNCHING_SHARE = 1 / 3;
/** All others tell of trouble: an hour a day. */
const TROUBLE_SHARE = 1 / 24;
const troubleMetrics = Object.keys(metricNames).length - STEADY_METRICS.length - LAUNCH_METRICS.length;
const metricMonths = STEADY_METRICS.length + LAUNCH_METRICS.length * LAUNCHING_SHARE + troubleMetrics * TROUBLE_SHARE;

/** How often the tick runs. `loop`: ten seconds apart within one invocation, whose sleep is billed too. */
export type Rate = 'each minute' | 'each 10 s (loop)';

/** USD a month. */
export interface MonthlyCost {
  readonly lambda: number;
  readonly sqs: number;
  readonly dynamoDb: number;
  readonly logs: number;
  readonly metrics: number;
  readonly events: number;
  readonly total: number;
  readonly memoryMiB: number;
  readonly billedSecondsPerTick: number;
}

/**
 * The month of a provisioner whose queues mostly stand still: an idle tick each time, and for a share of the types what
 * the first tick did for all of them, namely to write a status and a decision.
 */
export function monthlyCost(
  { first, idle }: { readonly first: Measured; readonly idle: Measured },
  rate: Rate,
): MonthlyCost {
  const memoryMiB = MEMORY_STEPS_MIB.find((step) => step >= idle.peakMiB) ?? 1769;
  const cpuSeconds = idle.cpuMs / 1000 / Math.min(1, memoryMiB / MIB_OF_A_VCPU);
  const { shards } = idle;
  const secondsPerShard = FLOOR_SECONDS + cpuSeconds / shards;
  const billedSecondsPerTick = shards * (rate === 'each minute' ? secondsPerShard : Math.max(10, secondsPerShard));
  const ticks = MONTH_SECONDS / Math.max(rate === 'each minute' ? 60 : 10, secondsPerShard);
  const of = (service: string) =>
    Object.entries(idle.calls).reduce((sum, [name, count]) => (name.startsWith(service) ? sum + count : sum), 0);
  // Each invocation takes the notes of wake-ups after its tick, mostly none: a write unit.
  const writeUnits = idle.writeUnits + shards + CHANGED_SHARE * first.writeUnits;
  const logBytes = idle.logBytes + CHANGED_SHARE * first.logBytes;
  const parts = {
    lambda:
      ticks * billedSecondsPerTick * (memoryMiB / 1024) * usd.lambdaGigabyteSecond +
      shards * (MONTH_SECONDS / 60) * usd.lambdaRequest,
    sqs: ticks * of('SQS') * usd.sqsRequest,
    dynamoDb: ticks * (idle.readUnits * usd.dynamoReadUnit + writeUnits * usd.dynamoWriteUnit),
    logs: (ticks * logBytes * usd.logGigabyte) / 1e9,
    metrics: metricMonths * usd.metricMonth,
    events: (shards - 1) * (MONTH_SECONDS / 60) * usd.event,
  };
  const total = Object.values(parts).reduce((sum, part) => sum + part, 0);
  return { ...parts, total, memoryMiB, billedSecondsPerTick };
}

/** What a month may cost, by worker types, with a tick each minute. */
export const goalsUsd: ReadonlyMap<number, number> = new Map([
  [10, 5],
  [1_000, 25],
  [10_000, 200],
]);
