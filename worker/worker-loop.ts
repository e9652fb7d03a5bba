import type { WorkerSettings } from '../lib/core/worker-settings-schema.ts';
import { type LeaveReason, planNext } from './leave-policy.ts';
import { causeOf } from './log.ts';
import { pauseMs, sleep } from './retry.ts';
import type { Watch } from './watch.ts';
import { type Workbench, workOnMessage } from './work-on-message.ts';

/** Takes tasks, up to the capacity at once, until there is a reason to leave. */
export class WorkerLoop {
  readonly #settings: WorkerSettings;
  readonly #bench: Workbench;
  readonly #watch: Watch;
  readonly #startedAtMs = performance.now();
  readonly #running = new Set<Promise<void>>();
  #idleSinceMs = this.#startedAtMs;
  #failures = 0;

  constructor(settings: WorkerSettings, bench: Workbench, watch: Watch) {
    this.#settings = settings;
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
        longPollSeconds: this.#bench.timing.longPollSeconds,
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
    const { queue, timing, log, surroundings } = this.#bench;
    const { interruption } = surroundings;
    try {
      // Only an interruption cuts a poll short, because a message may be on its way. What a poll brings is run even
      // when a reason to leave came up meanwhile: giving it back would use up one of its deliveries.
      const messages = await queue.receive(maxTasks, waitSeconds, timing.visibilitySeconds, interruption);
      this.#failures = 0;
      for (const message of messages) this.#start(workOnMessage(message, this.#bench));
    } catch (error) {
      if (interruption.aborted) return;
      this.#failures += 1;
      log('queue-trouble', { cause: causeOf(error) });
      await sleep(pauseMs(this.#failures, Math.random()), interruption);
      this.#idleSinceMs = performance.now();
    }
  }

  #start(work: Promise<void>): void {
    const running = work.finally(() => {
      this.#running.delete(running);
      this.#idleSinceMs = performance.now();
    });
    this.#running.add(running);
  }
}
