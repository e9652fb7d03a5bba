import type { FleetAccount } from './fleet-account.ts';
import type { CheckedResult } from './verify-results.ts';

export interface SummaryInput {
  readonly results: readonly CheckedResult[];
  /** When the tasks were sent, epoch milliseconds. */
  readonly sentAt: number;
  readonly nowMs: number;
  readonly fleet: FleetAccount;
  readonly resultFolder: string;
}

/** The end of a demo run in words, and whether a task or a worker was lost. */
export interface Summary {
  readonly lines: readonly string[];
  readonly isComplete: boolean;
}

/** Sums a run up. Waiting time is from sending the task to the start of its program. */
export function summarise({ results, sentAt, nowMs, fleet, resultFolder }: SummaryInput): Summary {
  const correct = results.filter((result) => result.kind === 'correct');
  const wrong = results.filter((result) => result.kind === 'wrong');
  const waits = correct.map(({ startedAt }) => Math.max(0, startedAt - sentAt) / 1000).sort((a, b) => a - b);
  const lost = fleet.lost();
  const present = fleet.present();
  const workerSeconds = fleet.workerSeconds(nowMs);
  const lines = [
    `tasks            ${correct.length} of ${results.length} done, every result checked against its source`,
    `waiting time     p50 ${seconds(percentile(waits, 0.5))}, p95 ${seconds(percentile(waits, 0.95))}`,
    `workers          ${fleet.workers.size} launched, ${fleet.workers.size - present.length} gone, ${lost.length} lost`,
    `worker-seconds   ${workerSeconds.toFixed(0)} used for ${fleet.taskSeconds.toFixed(0)} task-seconds`,
    `total            ${seconds((nowMs - sentAt) / 1000)}`,
    `results          ${resultFolder}`,
    ...wrong.slice(0, 10).map(({ task, cause }) => `LOST TASK        ${task.source}: ${cause}`),
    ...lost.map(({ workerId, left }) => `LOST WORKER      ${workerId}: ${left ?? 'ended without a word'}`),
  ];
  return { lines, isComplete: wrong.length === 0 && lost.length === 0 && present.length === 0 };
}

/** The smallest value that at least this share of the sorted values does not exceed. */
function percentile(sorted: readonly number[], share: number): number {
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN;
}

const seconds = (value: number): string => (Number.isNaN(value) ? 'unknown' : `${value.toFixed(1)} s`);
