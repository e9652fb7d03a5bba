import { unlaunchablePools } from '../core/check/unlaunchable.ts';
import type { Finding } from '../core/finding.ts';
import { type Cooldown, cooldownsAfter, cooldownsFor, lastOfEachPool } from '../core/pool-cooldown.ts';
import { type PoolHealth, poolHealth } from '../core/pool-health.ts';
import type { LaunchConditions } from '../core/pool-verdict.ts';
import type { Refusal } from '../core/refusal.ts';
import type { WorkerType } from '../core/worker-type-schema.ts';
import { knownLaunches, knownWorkers } from './known-workers.ts';
import type { Observation } from './observe.ts';
import type { Clock, LaunchOrder, TypeControl } from './ports.ts';

/** What is known in a tick about where to launch: what was observed, and what EC2's answers taught since. */
export class Knowledge {
  readonly #seen: Observation;
  readonly #regions: readonly string[];
  readonly #clock: Clock;
  readonly #definitions: ReadonlyMap<string, WorkerType>;
  readonly #health = new Map<string, readonly PoolHealth[]>();
  #fresh: Cooldown[] = [];

  constructor(seen: Observation, regions: readonly string[], clock: Clock) {
    this.#seen = seen;
    this.#regions = regions;
    this.#clock = clock;
    this.#definitions = new Map(
      seen.definitions.flatMap(({ workerType, parsed }) =>
        parsed.kind === 'valid' ? [[workerType, parsed.definition]] : [],
      ),
    );
  }

  /** Remembers the pools that refused: nobody whom it concerns asks them again before their cooldown ends. */
  learn(order: LaunchOrder, refusals: readonly Refusal[]): void {
    this.#fresh.push(...cooldownsAfter(order, refusals, this.#clock.now()));
  }

  /** What was learned in this tick. */
  freshCooldowns(): Cooldown[] {
    return lastOfEachPool(this.#fresh);
  }

  /** A report on an earlier definition says nothing of the present one. */
  #findingsOf(workerType: string): readonly Finding[] {
    const report = this.#seen.checks.get(workerType);
    if (report === undefined || report.definitionVersion !== this.#definitions.get(workerType)?.version) return [];
    return report.findings;
  }

  /** The conditions for one worker type. What somebody cleared for it by `resume` does not hold it any more. */
  conditionsFor(workerType: string): LaunchConditions {
    const { homeRegion, cooldowns, prices, controls } = this.#seen;
    const definition = this.#definitions.get(workerType);
    const clearedAt = controls.get(workerType)?.clearedAt ?? 0;
    const now = this.#clock.now();
    const binding = [...cooldowns.filter(({ since }) => since > clearedAt), ...this.#fresh];
    return {
      homeRegion,
      regions: this.#regions,
      cooldowns: definition === undefined ? binding : cooldownsFor(definition, binding),
      unlaunchable: unlaunchablePools(this.#findingsOf(workerType)),
      prices,
      health: this.healthOf(workerType),
      now,
    };
  }

  /** How launches of a worker type went in its pools lately: counted once a tick, since it is asked before each order. */
  healthOf(workerType: string): readonly PoolHealth[] {
    const known = this.#health.get(workerType);
    if (known !== undefined) return known;
    const health = this.#countHealth(workerType);
    this.#health.set(workerType, health);
    return health;
  }

  #countHealth(workerType: string): readonly PoolHealth[] {
    const definition = this.#definitions.get(workerType);
    if (definition === undefined) return [];
    const orders = knownLaunches(workerType, this.#seen).map(({ order, openedAt, refusals }) => ({
      market: order.market,
      openedAt,
      definitionVersion: order.definition.version,
      refusals,
    }));
    const workers = knownWorkers(workerType, this.#seen);
    const clearedAt = this.#seen.controls.get(workerType)?.clearedAt;
    return poolHealth(definition, { workers, orders, clearedAt }, this.#seen.at);
  }
}

/** Who paused the type and why, while the pause lasts. */
export function pausedBy(control: TypeControl | undefined, now: number): string | undefined {
  const { pause } = control ?? {};
  if (pause === undefined || (pause.until !== undefined && pause.until <= now)) return undefined;
  return `by ${pause.by}: ${pause.note}`;
}
