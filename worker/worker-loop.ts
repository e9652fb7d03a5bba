import type { WorkerSettings } from '../lib/core/worker-settings-schema.ts';
import { type LeaveReason, planNext } from './leave-policy.ts';
import type { TaskQueues } from './task-queues.ts';
import type { Watch } from './watch.ts';
import { type Workbench, workOnMessage } from './work-on-message.ts';

/** Takes tasks, up to the capacity at once, until there is a reason to leave. */
export class WorkerLoop {
  readonly #settings: WorkerSettings;
  readonly #queues: TaskQueues;
  readonly #bench: Workbench;
  readonly #watch: Watch;
  readonly #startedAtMs = performance.now();
  readonly #running = new Set<Promise<void>>();
  #idleSinceMs = this.#startedAtMs;

  constructor(settings: WorkerSettings, queues: TaskQueues, bench: Workbench, watch: Watch) {
    this.#settings = settings;
    this.#queues = queues;
    this.#bench = bench;
    this.#watch = watch;
  }

  /** Resolves when nothing runs any more. */
  async run(): Promise<LeaveReason> {
    const { interruption } = this.#bench.surroundings;
    for (;;) {
      const step = planNext({
        ...this.#settings,
        nowMs: performance.now(),
        startedAtMs: this.#startedAtMs,
        idleSinceMs: this.#idleSinceMs,
        runningTasks: this.#running.size,
        signal: this.#watch.signal,
        interrupted: interruption.aborted,
        longPollSeconds: this.#queues.longPollSeconds,
      });
      if (step.kind === 'take') await this.#take(step.maxTasks, step.waitSeconds);
      // An interruption ends the tasks too, so this wakes up then.
      else if (step.kind === 'wait') await Promise.race(this.#running);
      else {
        await Promise.all(this.#running);
        return interruption.aborted ? 'interrupted' : step.reason;
      }
    }
  }

  async #take(maxTasks: number, waitSeconds: number): Promise<void> {
    // Only an interruption cuts a poll short, because a message may be on its way. What a poll brings is run even
    // when a reason to leave came up meanwhile: giving it back would use up one of its deliveries.
    const { interruption } = this.#bench.surroundings;
    const { messages, queue, everyQueueWasRead } = await this.#queues.take(maxTasks, waitSeconds, interruption);
    if (!everyQueueWasRead) this.#idleSinceMs = performance.now();
    if (queue === undefined) return;
    for (const message of messages) this.#start(workOnMessage(message, queue, this.#bench));
  }

  #start(work: Promise<void>): void {
    const running = work.finally(() => {
      this.#running.delete(running);
      this.#idleSinceMs = performance.now();
    });
    this.#running.add(running);
  }
}
