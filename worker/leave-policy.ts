import type { Signal } from '../lib/core/tags.ts';

/** Why a worker leaves of its own accord. */
export type LeaveReason = 'idle' | 'max-uptime' | 'told-to-stop' | 'interrupted';

/** Everything that the next step depends on. Times are milliseconds of one monotonic clock. */
export interface WorkerView {
  readonly nowMs: number;
  readonly startedAtMs: number;
  /**
   * Since when the queues are known to have had nothing for this worker: its start, the end of its last task, or the
   * last time that one of them could not be read, because an unreadable queue is not an empty one.
   */
  readonly idleSinceMs: number;
  readonly runningTasks: number;
  readonly capacity: number;
  readonly signal: Signal | undefined;
  readonly interrupted: boolean;
  readonly idleTimeoutSeconds: number;
  readonly maxUptimeSeconds: number;
  readonly longPollSeconds: number;
}

/** `take`: ask the queues. `wait`: every slot is taken. `leave`: take no more and go when nothing runs. */
export type NextStep =
  | { readonly kind: 'take'; readonly maxTasks: number; readonly waitSeconds: number }
  | { readonly kind: 'wait' }
  | { readonly kind: 'leave'; readonly reason: LeaveReason };

/** Decides what a worker does next. */
export function planNext(view: WorkerView): NextStep {
  const { nowMs, startedAtMs, idleSinceMs, runningTasks, capacity, signal } = view;
  if (view.interrupted) return { kind: 'leave', reason: 'interrupted' };
  if (signal === 'stop') return { kind: 'leave', reason: 'told-to-stop' };
  const uptimeLeftMs = startedAtMs + view.maxUptimeSeconds * 1000 - nowMs;
  if (uptimeLeftMs <= 0) return { kind: 'leave', reason: 'max-uptime' };
  const mayIdleOut = runningTasks === 0 && signal !== 'stay';
  const idleLeftMs = mayIdleOut ? idleSinceMs + view.idleTimeoutSeconds * 1000 - nowMs : Number.POSITIVE_INFINITY;
  if (idleLeftMs <= 0) return { kind: 'leave', reason: 'idle' };
  const maxTasks = capacity - runningTasks;
  if (maxTasks <= 0) return { kind: 'wait' };
  // The wait ends when the decision may change. SQS counts in whole seconds.
  const decisionSeconds = Math.ceil(Math.min(uptimeLeftMs, idleLeftMs) / 1000);
  return { kind: 'take', maxTasks, waitSeconds: Math.min(view.longPollSeconds, decisionSeconds) };
}
