import type { LocalEvent } from '../local-mode.ts';

/** One worker's life as local mode saw it. Times in epoch milliseconds. */
export interface WorkerAccount {
  readonly workerId: string;
  readonly launchedAt: number;
  endedAt?: number;
  /** Why it left, in its own words. */
  left?: string;
  readonly runningTasks: Set<string>;
  finishedTasks: number;
}

/** States in which an instance costs nothing any more. */
const ENDED: ReadonlySet<unknown> = new Set(['terminated', 'shutting-down']);

/** Keeps account of every worker from the events of local mode. */
export class FleetAccount {
  readonly workers = new Map<string, WorkerAccount>();
  /** Task seconds that workers reported as run. */
  taskSeconds = 0;

  observe(event: LocalEvent, nowMs: number): void {
    if (event.source === 'ec2') this.#observeInstance(event.event.detail, nowMs);
    if (event.source === 'machine') this.#observeWorker(event.instanceId, event.event);
  }

  /** Tasks that were finished, over all workers. */
  get finishedTasks(): number {
    return [...this.workers.values()].reduce((sum, { finishedTasks }) => sum + finishedTasks, 0);
  }

  /** What one worker runs and has done. */
  tasksOf(workerId: string): { readonly running: number; readonly finished: number } {
    const worker = this.workers.get(workerId);
    return { running: worker?.runningTasks.size ?? 0, finished: worker?.finishedTasks ?? 0 };
  }

  /** From launch to end, over all workers; those that live count until now. */
  workerSeconds(nowMs: number): number {
    return [...this.workers.values()].reduce(
      (sum, { launchedAt, endedAt }) => sum + ((endedAt ?? nowMs) - launchedAt) / 1000,
      0,
    );
  }

  /** Workers that are gone and never said that they leave: killed, crashed, or never started. */
  lost(): WorkerAccount[] {
    return [...this.workers.values()].filter(
      ({ endedAt, left }) => endedAt !== undefined && (left === undefined || left.startsWith('failed')),
    );
  }

  /** Workers that are still there. */
  present(): WorkerAccount[] {
    return [...this.workers.values()].filter(({ endedAt }) => endedAt === undefined);
  }

  #observeInstance(detail: Readonly<Record<string, unknown>>, nowMs: number): void {
    const workerId = String(detail['instance-id']);
    const worker = this.workers.get(workerId);
    if (worker === undefined) {
      if (detail['state'] !== 'pending') return;
      this.workers.set(workerId, { workerId, launchedAt: nowMs, runningTasks: new Set(), finishedTasks: 0 });
    } else if (ENDED.has(detail['state'])) {
      worker.endedAt ??= nowMs;
    }
  }

  #observeWorker(workerId: string, event: Readonly<Record<string, unknown>>): void {
    const worker = this.workers.get(workerId);
    if (worker === undefined) return;
    const taskId = String(event['taskId']);
    switch (event['event']) {
      case 'task-started':
        worker.runningTasks.add(taskId);
        break;
      case 'task-finished':
        worker.finishedTasks += 1;
        this.taskSeconds += Number(event['seconds'] ?? 0);
        worker.runningTasks.delete(taskId);
        break;
      case 'task-failed':
      case 'task-returned':
        worker.runningTasks.delete(taskId);
        break;
      case 'worker-leaving':
        worker.left = String(event['reason']);
        break;
    }
  }
}
