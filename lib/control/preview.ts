/** What a tick would do now, and what launching a definition would mean: observed and planned as a tick does. */
import { type CostEstimate, estimateCost } from '../core/cost-estimate.ts';
import { definitionKey } from '../core/definition-key.ts';
import { explainPlan } from '../core/explain-plan.ts';
import { launchPools } from '../core/launch-cascade.ts';
import { startLaunching } from '../core/launch-progress.ts';
import type { PlannedOrder } from '../core/order-plan.ts';
import type { PoolVerdict } from '../core/pool-verdict.ts';
import { expectedOrders, judgeMarkets, type MergedRequest, mergedRequests } from '../core/preview.ts';
import type { ProvisionPlan } from '../core/provision-plan.ts';
import { type Spend, spendOf } from '../core/spend.ts';
import type { WorkerType } from '../core/worker-type-schema.ts';
import type { Knowledge } from './knowledge.ts';
import { knownWorkers, openOrders } from './known-workers.ts';
import { type Observation, type ObservePorts, observe } from './observe.ts';
import type { LaunchOrder, StoredWorkerType, WorkerTypes } from './ports.ts';
import { memoryAtStart } from './tick-status.ts';
import { planWorkerType } from './turns.ts';

/** What a tick would do for one worker type. */
export interface TurnPreview {
  readonly plan: ProvisionPlan;
  /** The plan in words. */
  readonly decision: string;
  /** The orders that would follow each other if EC2 gave all that each of them asks. */
  readonly orders: readonly PlannedOrder[];
  /** Why not everything that is wanted would be ordered. */
  readonly shortBecause?: string;
  /** Every pool in every market that the definition uses, the best first. */
  readonly pools: readonly PoolVerdict[];
}

/** All that launching a definition means. */
export interface DefinitionPreview extends TurnPreview {
  readonly definition: WorkerType;
  /** One for each launch template, over every region x zone x instance type, the rejected included. */
  readonly requests: readonly MergedRequest[];
  /** What its workers cost now. */
  readonly spend: Spend;
  readonly atMinCapacity: CostEstimate;
  readonly atMaxCapacity: CostEstimate;
}

/** The turn of one type as the next tick would take it. */
export function previewTurn(definition: WorkerType, seen: Observation, knowledge: Knowledge): TurnPreview {
  const { workerType } = definition;
  const memory = memoryAtStart(seen.statuses.get(workerType), undefined);
  const plan = planWorkerType(definition, seen, memory);
  const conditions = knowledge.conditionsFor(workerType);
  const common = { plan, decision: explainPlan(plan, definition), pools: judgeMarkets(definition, conditions) };
  if (plan.kind === 'hold') return { ...common, orders: [] };
  const workers = knownWorkers(workerType, seen);
  const open = openOrders(workerType, seen);
  const progress = startLaunching(plan, definition, {
    workers,
    open,
    conditions,
    spotShortSince: memory.spotShortSince,
  });
  return { ...common, ...expectedOrders(progress, conditions) };
}

/** The turn, the merged requests and the cost of a definition, saved or not. */
export function previewDefinition(definition: WorkerType, seen: Observation, knowledge: Knowledge): DefinitionPreview {
  const turn = previewTurn(definition, seen, knowledge);
  return {
    ...turn,
    definition,
    requests: mergedRequests(launchPools(definition, seen.homeRegion)),
    spend: spendOf(knownWorkers(definition.workerType, seen), definition, seen.prices),
    atMinCapacity: estimateCost(definition.minCapacity, turn.pools),
    atMaxCapacity: estimateCost(definition.maxCapacity, turn.pools),
  };
}

/** Observes as a tick would if these were all definitions; a disabled one is looked at as if it were enabled. */
export async function observeDefinitions(
  definitions: readonly WorkerType[],
  ports: ObservePorts,
  homeRegion: string,
): Promise<Observation> {
  const stored = definitions.map((definition): StoredWorkerType => {
    const enabled = { ...definition, enabled: true };
    return { workerType: definition.workerType, document: enabled, parsed: { kind: 'valid', definition: enabled } };
  });
  const [seen, saved] = await Promise.all([
    observe({ ...ports, workerTypes: onlyThese(stored) }, homeRegion),
    ports.workerTypes.list(),
  ]);
  const keys = new Map(
    saved.flatMap(({ workerType, parsed }) =>
      parsed.kind === 'valid' ? [[workerType, definitionKey(parsed.definition)]] : [],
    ),
  );
  // What the last check found of the saved definition is no finding of a draft.
  const isSaved = (name: string) =>
    definitions.some((each) => each.workerType === name && definitionKey(each) === keys.get(name));
  return { ...seen, checks: new Map([...seen.checks].filter(([workerType]) => isSaved(workerType))) };
}

/** Definitions that are nowhere stored. Nothing can be written. */
const onlyThese = (stored: readonly StoredWorkerType[]): WorkerTypes => ({
  list: async () => [...stored],
  get: async (name) => stored.find(({ workerType }) => workerType === name),
  save: async () => 'conflict',
  remove: async () => 'conflict',
});

/** An order as it would be sent, under a name that no real launch has. */
export const previewOrder = (definition: WorkerType, planned: PlannedOrder, index: number): LaunchOrder => ({
  launchId: `preview-${index}`,
  definition,
  region: planned.region,
  market: planned.market,
  targetCapacity: planned.targetCapacity,
  pools: planned.pools.map(({ subnetId, instanceType, capacity }) => ({ subnetId, instanceType, capacity })),
});
