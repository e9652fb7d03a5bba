import type {
  Clock,
  Fleet,
  FleetList,
  LaunchOrder,
  LaunchOutcome,
  OrderedPool,
  TerminateOutcome,
} from '../control/ports.ts';
import type { Refusal } from '../core/refusal.ts';
import type { Worker, WorkerState } from '../core/worker.ts';

/** What a fleet in memory may do otherwise than grant every request at once. */
export interface MemoryFleetSettings {
  /** Capacity that can still be launched, over all types. */
  room: number;
  /** Launched workers are missing from the list for this long. */
  visibilityLagMs: number;
  /** Which of the order's pools EC2 takes next, of those that are not dry; the first unless told otherwise. */
  pick: (pools: readonly OrderedPool[]) => OrderedPool | undefined;
  /** Instances that a pool can still give, by `region/subnetId/instanceType/market`; others give what they are asked. */
  poolRoom: Map<string, number>;
  /** Regions that cannot be listed. */
  unreadRegions: Map<string, string>;
}

/** EC2 in memory: idempotent by launch id, filling an order until its weights reach the target. */
export class MemoryFleet implements Fleet {
  readonly settings: MemoryFleetSettings;
  readonly #clock: Clock;
  readonly #workers = new Map<string, Worker>();
  readonly #answers = new Map<string, LaunchOutcome>();

  constructor(clock: Clock, settings: Partial<MemoryFleetSettings> = {}) {
    this.#clock = clock;
    this.settings = {
      room: Number.POSITIVE_INFINITY,
      visibilityLagMs: 0,
      pick: ([first]) => first,
      poolRoom: new Map(),
      unreadRegions: new Map(),
      ...settings,
    };
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

  async list(workerTypes?: readonly string[]): Promise<FleetList> {
    const visibleUntil = this.#clock.now() - this.settings.visibilityLagMs;
    const { unreadRegions } = this.settings;
    const workers = this.truth.filter(
      ({ launchedAt, zone, workerType }) =>
        (launchedAt === undefined || launchedAt <= visibleUntil) &&
        !unreadRegions.has(zone.slice(0, -1)) &&
        (workerTypes === undefined || (workerType !== undefined && workerTypes.includes(workerType))),
    );
    return { workers, unread: new Map(unreadRegions) };
  }

  async launch(order: LaunchOrder): Promise<LaunchOutcome> {
    const known = this.#answers.get(order.launchId);
    if (known !== undefined) return known;
    const workers: Worker[] = [];
    let launched = 0;
    while (launched < order.targetCapacity) {
      const pool = this.settings.pick(order.pools.filter((each) => this.#roomOf(order, each) > 0));
      if (pool === undefined || this.settings.room < pool.capacity) break;
      this.settings.room -= pool.capacity;
      const key = poolKey(order, pool);
      const left = this.settings.poolRoom.get(key);
      if (left !== undefined) this.settings.poolRoom.set(key, left - 1);
      launched += pool.capacity;
      workers.push(this.#boot(order, pool, workers.length));
    }
    const answer: LaunchOutcome = { kind: 'answered', workers, refusals: this.#refusals(order, launched) };
    this.#answers.set(order.launchId, answer);
    return answer;
  }

  #refusals(order: LaunchOrder, launched: number): Refusal[] {
    if (launched >= order.targetCapacity) return [];
    const dry = order.pools.filter((pool) => this.settings.room < pool.capacity || this.#roomOf(order, pool) <= 0);
    const pools = (dry.length > 0 ? dry : order.pools).map(
      ({ subnetId, instanceType }) => `${subnetId}/${instanceType}`,
    );
    return [
      {
        class: 'no-capacity',
        code: 'InsufficientInstanceCapacity',
        message: 'no room left',
        count: pools.length,
        pools,
      },
    ];
  }

  #roomOf(order: LaunchOrder, pool: OrderedPool): number {
    return this.settings.poolRoom.get(poolKey(order, pool)) ?? Number.POSITIVE_INFINITY;
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

  #boot({ launchId, definition, region, market }: LaunchOrder, pool: OrderedPool, index: number): Worker {
    const worker: Worker = {
      workerId: `i-${definition.workerType}-${launchId}-${index}`,
      workerType: definition.workerType,
      launchId,
      state: 'booting',
      capacity: pool.capacity,
      instanceType: pool.instanceType,
      zone: `${region}a`,
      market,
      launchedAt: this.#clock.now(),
      definitionVersion: definition.version,
      maxLifetimeSeconds: definition.maxLifetimeSeconds,
    };
    this.put(worker);
    return worker;
  }
}

const poolKey = ({ region, market }: LaunchOrder, { subnetId, instanceType }: OrderedPool): string =>
  `${region}/${subnetId}/${instanceType}/${market}`;
