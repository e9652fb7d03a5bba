import type { DecisionRecord } from '../control/decision-record.ts';
import type { Clock, Controls, Decisions, LaunchBudget, PoolMemory, TypeControl } from '../control/ports.ts';
import { type Cooldown, cooldownKey } from '../core/pool-cooldown.ts';
import { isSameJson } from '../core/same-json.ts';
import { type BucketLimits, LAUNCH_BUDGET, type TokenBucket, takeToken } from '../core/token-bucket.ts';

/** Cooldowns in memory. */
export class MemoryPoolMemory implements PoolMemory {
  readonly #clock: Clock;
  readonly #cooldowns = new Map<string, Cooldown>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  async load(): Promise<Cooldown[]> {
    return structuredClone([...this.#cooldowns.values()].filter(({ until }) => until > this.#clock.now()));
  }

  async add(cooldowns: readonly Cooldown[]): Promise<void> {
    for (const cooldown of cooldowns) this.#cooldowns.set(cooldownKey(cooldown), structuredClone(cooldown));
  }
}

/** Pauses and resumptions in memory. */
export class MemoryControls implements Controls {
  readonly #controls = new Map<string, TypeControl>();

  async load(): Promise<TypeControl[]> {
    return structuredClone([...this.#controls.values()]);
  }

  async save(control: TypeControl): Promise<void> {
    this.#controls.set(control.workerType, structuredClone(control));
  }

  async remove(control: TypeControl): Promise<void> {
    const { workerType } = control;
    if (isSameJson(this.#controls.get(workerType), control)) this.#controls.delete(workerType);
  }
}

/** Decisions in memory. */
export class MemoryDecisions implements Decisions {
  readonly #decisions: DecisionRecord[] = [];

  async append(decisions: readonly DecisionRecord[]): Promise<void> {
    this.#decisions.push(...structuredClone(decisions));
  }

  async latest(workerType: string, count: number): Promise<DecisionRecord[]> {
    const own = this.#decisions.filter((decision) => decision.workerType === workerType);
    return structuredClone(own.sort((a, b) => b.at - a.at).slice(0, count));
  }
}

/** Token buckets in memory. */
export class MemoryLaunchBudget implements LaunchBudget {
  readonly #clock: Clock;
  readonly #limits: BucketLimits;
  readonly #buckets = new Map<string, TokenBucket>();

  constructor(clock: Clock, limits = LAUNCH_BUDGET) {
    this.#clock = clock;
    this.#limits = limits;
  }

  async take(region: string): ReturnType<LaunchBudget['take']> {
    const now = this.#clock.now();
    const bucket = this.#buckets.get(region) ?? { tokens: this.#limits.maxTokens, at: now };
    const taken = takeToken(bucket, this.#limits, now);
    if (taken.kind === 'exhausted') return taken;
    this.#buckets.set(region, taken.bucket);
    return { kind: 'granted' };
  }

  async drain(region: string): Promise<void> {
    this.#buckets.set(region, { tokens: 0, at: this.#clock.now() });
  }
}
