import type { Clock, Fleet, LaunchOrder, LaunchOutcome, TerminateOutcome } from '../control/ports.ts';
import type { Worker, WorkerState } from '../core/worker.ts';
import type { InstanceTypeOption } from '../core/worker-type-schema.ts';

/** What a fleet in memory may do otherwise than grant every request at once. */
export interface MemoryFleetSettings {
  /** Capacity that can still be launched, over all types. */
  room: number;
  /** Launched workers are missing from the list for this long. */
  visibilityLagMs: number;
  /** Which of the order's types EC2 takes next; the first unless told otherwise. */
  pick: (options: readonly InstanceTypeOption[]) => InstanceTypeOption | undefined;
}

/** EC2 in memory: idempotent by launch id, filling an order until its weights reach the target. */
export class MemoryFleet implements Fleet {
  readonly settings: MemoryFleetSettings;
  readonly #clock: Clock;
  readonly #workers = new Map<string, Worker>();
  readonly #answers = new Map<string, LaunchOutcome>();

  constructor(clock: Clock, settings: Partial<MemoryFleetSettings> = {}) {
    this.#clock = clock;
    this.settings = { room: Number.POSITIVE_INFINITY, visibilityLagMs: 0, pick: ([first]) => first, ...settings };
  }

  /** Every worker there is, seen by the list or not. */
  get truth(): Worker[] {
    return [...this.#workers.values()];
  }

  /** Puts a worker there, or changes one. */
  put(worker: Worker): void {
    this.#workers.set(worker.workerId, worker);
  }

  setState(workerId: string, state: WorkerState): void {
    const worker = this.#workers.get(workerId);
    if (worker !== undefined) this.put({ ...worker, state });
  }

  async list(): Promise<Worker[]> {
    const visibleUntil = this.#clock.now() - this.settings.visibilityLagMs;
    return this.truth.filter(({ launchedAt }) => launchedAt === undefined || launchedAt <= visibleUntil);
  }

  async launch(order: LaunchOrder): Promise<LaunchOutcome> {
    const known = this.#answers.get(order.launchId);
    if (known !== undefined) return known;
    const workers: Worker[] = [];
    let launched = 0;
    while (launched < order.targetCapacity) {
      const option = this.settings.pick(order.instanceTypes);
      if (option === undefined || this.settings.room < option.capacity) break;
      this.settings.room -= option.capacity;
      launched += option.capacity;
      workers.push(this.#boot(order, option, workers.length));
    }
    const refusals =
      launched < order.targetCapacity
        ? [{ class: 'no-capacity' as const, code: 'InsufficientInstanceCapacity', message: 'no room left' }]
        : [];
    const answer: LaunchOutcome = { kind: 'answered', workers, refusals };
    this.#answers.set(order.launchId, answer);
    return answer;
  }

  async terminate(workerIds: readonly string[]): Promise<TerminateOutcome> {
    const wanted = [...new Set(workerIds)];
    const terminated = wanted.filter((workerId) => this.#workers.has(workerId));
    for (const workerId of terminated) this.setState(workerId, 'stopped');
    const failed = wanted
      .filter((workerId) => !this.#workers.has(workerId))
      .map((workerId) => ({ workerId, code: 'NotAWorker', message: 'no worker has this id' }));
    return { terminated, failed };
  }

  #boot({ launchId, definition }: LaunchOrder, option: InstanceTypeOption, index: number): Worker {
    const worker: Worker = {
      workerId: `i-${definition.workerType}-${launchId}-${index}`,
      workerType: definition.workerType,
      launchId,
      state: 'booting',
      capacity: option.capacity,
      instanceType: option.instanceType,
      zone: 'us-east-1a',
      market: 'spot',
      launchedAt: this.#clock.now(),
      definitionVersion: definition.version,
      maxLifetimeSeconds: definition.maxLifetimeSeconds,
    };
    this.put(worker);
    return worker;
  }
}
