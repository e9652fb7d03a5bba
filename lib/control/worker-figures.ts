import { regionsOf } from '../core/launch-cascade.ts';
import { isLastResort } from '../core/pool-health.ts';
import { spendOf } from '../core/spend.ts';
import type { EpochMillis } from '../core/units.ts';
import { bootingIds, bootSecondsSince, endsOfLastHour, endsSince } from '../core/worker-changes.ts';
import type { WorkerType } from '../core/worker-type-schema.ts';
import type { Knowledge } from './knowledge.ts';
import { knownWorkers } from './known-workers.ts';
import type { Observation } from './observe.ts';
import type { Telemetry } from './ports.ts';
import type { ShardSummary } from './shards.ts';
import type { WorkerFigures, WorkerTypeStatus } from './status.ts';
import { metricNames } from './telemetry.ts';
import type { Turn } from './turns.ts';

/** Ids and pools that a status spells out: it has to stay small. Boots beyond them are not timed. */
const MAX_LISTED = 50;

/** What a type's workers add to its status; nothing where a region that may hold some could not be read. */
export function workerFigures(
  { definition, workerRegions }: Pick<Turn, 'definition' | 'workerRegions'>,
  seen: Observation,
  knowledge: Knowledge,
): Pick<WorkerTypeStatus, 'workers'> {
  const regions = [...regionsOf(definition, seen.homeRegion), ...workerRegions];
  if (regions.some((region) => seen.unreadRegions.has(region))) return {};
  const workers = knownWorkers(definition.workerType, seen);
  const spend = spendOf(workers, definition, seen.prices);
  const ends = endsOfLastHour(workers, definition, seen.at);
  // What the last tick of all saw booting is still to be told by the next one.
  const before = seen.isPartial ? (seen.statuses.get(definition.workerType)?.workers?.bootingWorkers ?? []) : [];
  const booting = [...new Set([...before, ...bootingIds(workers)])].slice(0, MAX_LISTED);
  const failing = knowledge.healthOf(definition.workerType).filter(isLastResort).slice(0, MAX_LISTED);
  const figures: WorkerFigures = {
    // Rounded, or a status would be written for each small move of a price.
    spendUsdPerHour: Number(spend.usdPerHour.toPrecision(2)),
    unpricedWorkers: spend.unpriced,
    interruptedLastHour: ends.interrupted,
    uselessLastHour: ends.useless,
    ...(booting.length === 0 ? {} : { bootingWorkers: booting }),
    ...(failing.length === 0 ? {} : { failingPools: failing }),
  };
  return { workers: figures };
}

/**
 * Counts what happened to workers since the last tick, over all types with a valid definition. Each
 * event is counted once: where it is not known when the tick before this one began, nothing is.
 *
 * @param startedAt of this tick, as its report says it
 */
export function countWorkers(seen: Observation, startedAt: EpochMillis, telemetry: Telemetry): void {
  const { lastTickAt } = seen;
  if (lastTickAt === undefined) return;
  for (const definition of validDefinitions(seen)) {
    const workers = knownWorkers(definition.workerType, seen);
    const ends = endsSince(workers, definition, lastTickAt, startedAt);
    // A metric is billed for each hour in which it is sent, and these are mostly zero.
    if (ends.interrupted > 0) telemetry.count(metricNames.workersInterrupted, ends.interrupted);
    if (ends.useless > 0) telemetry.count(metricNames.workersUseless, ends.useless);
    const booting = seen.statuses.get(definition.workerType)?.workers?.bootingWorkers ?? [];
    for (const seconds of bootSecondsSince(workers, booting, lastTickAt, startedAt)) {
      telemetry.measure(metricNames.bootSeconds, seconds);
    }
  }
}

/** What all workers cost now; nothing where a region could not be read: what cannot be seen costs all the same. */
export function spendGauge(seen: Observation): ShardSummary['gauges'] {
  if (seen.unreadRegions.size > 0) return {};
  const spends = validDefinitions(seen).map((definition) =>
    spendOf(knownWorkers(definition.workerType, seen), definition, seen.prices),
  );
  return { [metricNames.spendUsdPerHour]: spends.reduce((sum, { usdPerHour }) => sum + usdPerHour, 0) };
}

const validDefinitions = ({ definitions }: Observation): WorkerType[] =>
  definitions.flatMap(({ parsed }) => (parsed.kind === 'valid' ? [parsed.definition] : []));
