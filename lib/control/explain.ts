/**
 * What explains one worker type: what the loops left behind, and its pools as they stand now. Neither EC2's list nor a
 * queue is read, so that it answers also when they do not.
 */
import type { Explainable } from '../core/explain-decision.ts';
import { regionsOf } from '../core/launch-cascade.ts';
import { isHolding } from '../core/launch-hold.ts';
import { judgeMarkets } from '../core/preview.ts';
import type { PriceBook } from '../core/price-book.ts';
import type { EpochMillis } from '../core/units.ts';
import type { WorkerType } from '../core/worker-type-schema.ts';
import type { WorkerTypeState } from '../core/worker-type-state.ts';
import type { CheckBoard } from './check-ports.ts';
import type { DecisionRecord } from './decision-record.ts';
import { Knowledge } from './knowledge.ts';
import type {
  Clock,
  Controls,
  Decisions,
  PoolMemory,
  Prices,
  StatusBoard,
  StoredWorkerType,
  TypeControl,
} from './ports.ts';
import type { WorkerTypeStatus } from './status.ts';

export interface ExplainPorts {
  readonly clock: Clock;
  readonly board: StatusBoard;
  readonly controls: Controls;
  readonly decisions: Decisions;
  readonly poolMemory: PoolMemory;
  readonly checkBoard: CheckBoard;
  readonly prices: Prices;
}

/** What is read for an explanation: the facts, and the records that they come from. */
export interface TypeFacts extends Explainable {
  readonly decisions: readonly DecisionRecord[];
  readonly status: WorkerTypeStatus | undefined;
}

/** Decisions that are looked through for the last one that asked EC2 for something. */
const MIN_DECISIONS = 20;

/** Reads everything that explains a worker type; at least `last` decisions, where there are so many. */
export async function readTypeFacts(
  stored: StoredWorkerType,
  last: number,
  ports: ExplainPorts,
  { homeRegion, regions }: { readonly homeRegion: string; readonly regions: readonly string[] },
): Promise<TypeFacts> {
  const { workerType, parsed } = stored;
  const definition = parsed.kind === 'valid' ? parsed.definition : undefined;
  const [board, controls, decisions, cooldowns, checks, prices] = await Promise.all([
    ports.board.load(),
    ports.controls.load(),
    ports.decisions.latest(workerType, Math.max(last, MIN_DECISIONS)),
    ports.poolMemory.load(),
    ports.checkBoard.load(),
    definition === undefined ? [] : readPrices(definition, homeRegion, ports.prices),
  ]);
  const now = ports.clock.now();
  const status = board.workerTypes.find((each) => each.workerType === workerType);
  const control = controls.find((each) => each.workerType === workerType);
  const check = checks.find((each) => each.workerType === workerType);
  const nothing = {
    definitions: [stored],
    quiet: new Map(),
    backlogs: new Map(),
    workers: [],
    unreadRegions: new Map(),
    launches: [],
  };
  const seen = {
    ...nothing,
    at: now,
    homeRegion,
    statuses: new Map(),
    cooldowns,
    controls: new Map(control === undefined ? [] : [[workerType, control]]),
    checks: new Map(check === undefined ? [] : [[workerType, check]]),
    prices,
  };
  const conditions = {
    ...new Knowledge(seen, regions, ports.clock).conditionsFor(workerType),
    // Without EC2's list nothing can be counted: the last tick did.
    health: status?.workers?.failingPools ?? [],
  };
  const pause = activePause(control, now);
  const hold = activeHold(stored, status, control, now);
  return {
    workerType,
    definition,
    status,
    state: stateOf(stored, status, { pause, hold }),
    decision: status?.decision ?? 'no tick has seen it yet',
    hold,
    pause,
    problems: parsed.kind === 'invalid' ? parsed.problems : [],
    pools: definition === undefined ? [] : judgeMarkets(definition, conditions),
    prices,
    lastTickAt: board.tick?.finishedAt,
    checkedAt: check?.checkedAt as EpochMillis | undefined,
    decisions,
  };
}

const readPrices = async (definition: WorkerType, homeRegion: string, prices: Prices): Promise<PriceBook> =>
  prices.read(
    regionsOf(definition, homeRegion).map((region) => ({
      region,
      platform: definition.platform,
      instanceTypes: definition.instanceTypes.map(({ instanceType }) => instanceType),
    })),
  );

/** The pause while it lasts. */
export function activePause(control: TypeControl | undefined, now: EpochMillis): TypeControl['pause'] {
  const pause = control?.pause;
  return pause?.until !== undefined && pause.until <= now ? undefined : pause;
}

/** The hold that the last tick left, unless it is over: by time, by a changed definition, or since somebody cleared it. */
export function activeHold(
  { parsed }: StoredWorkerType,
  status: WorkerTypeStatus | undefined,
  control: TypeControl | undefined,
  now: EpochMillis,
): WorkerTypeStatus['hold'] {
  const hold = status?.hold;
  if (parsed.kind === 'invalid' || !isHolding(hold, parsed.definition, now)) return undefined;
  return hold.since > (control?.clearedAt ?? 0) ? hold : undefined;
}

/** How a type stands now: what the last tick saw, and what was done to it since. */
export function stateOf(
  { parsed }: StoredWorkerType,
  status: WorkerTypeStatus | undefined,
  { pause, hold }: { readonly pause: TypeControl['pause']; readonly hold: WorkerTypeStatus['hold'] },
): Explainable['state'] {
  if (parsed.kind === 'invalid') return 'invalid';
  if (!parsed.definition.enabled) return 'disabled';
  if (pause !== undefined) return 'paused';
  if (status === undefined || MENDED.has(status.state)) return 'new';
  return HOLDING.has(status.state) && hold === undefined ? 'new' : status.state;
}

/** States that the present definition and controls would show, if they still were true. */
const MENDED: ReadonlySet<WorkerTypeState> = new Set(['invalid', 'disabled', 'paused']);
const HOLDING: ReadonlySet<WorkerTypeState> = new Set(['backing-off', 'suspended']);
