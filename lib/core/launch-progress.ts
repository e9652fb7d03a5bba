/**
 * How one worker type's launches go on within a tick: order after order, until what is wanted is served or nothing more
 * can be ordered.
 *
 * On-demand up to its base first, then spot, region after region; pools that refuse are cooling down and not offered
 * again; on-demand for the rest, where the definition allows it and spot has been short for long enough.
 */
import type { Attempt } from './launch-attempt.ts';
import { needsMending } from './needs-mending.ts';
import type { OrderLimits, PlannedOrder } from './order-plan.ts';
import { planOrder } from './order-plan.ts';

import type { Market } from './pool-cooldown.ts';
import type { LaunchConditions, PoolVerdict } from './pool-verdict.ts';
import { describeVerdict, judgePools } from './pool-verdict.ts';
import type { OpenOrders, ProvisionPlan } from './provision-plan.ts';
import { capacityOf } from './provision-plan.ts';
import { describeRefusal, type Refusal } from './refusal.ts';
import { type RegionClosure, untriedRegions } from './region-closure.ts';
import { dearestTask, spendOf } from './spend.ts';
import { spotShortage } from './spot-shortage.ts';
import { type EpochMillis, secondsBetween } from './units.ts';
import { isSupply, type Worker } from './worker.ts';
import type { WorkerType } from './worker-type-schema.ts';

/** Where the launches of one type stand. */
export interface LaunchProgress {
  readonly definition: WorkerType;
  readonly limits: OrderLimits;
  /** Tasks still to be served on demand before spot is asked. */
  readonly onDemandBase: number;
  /** When the tick began, the base was not served: on-demand that is dry now may be asked later. */
  readonly lacksBase: boolean;
  /** On-demand may fill what spot cannot give now. */
  readonly mayFallBack: boolean;
  /** Spot had been short for as long as the fallback waits before this tick began. */
  readonly isFallbackDue: boolean;
  /** Under a ceiling of spend: instance types of workers whose cost is not known, so that nothing may be added. */
  readonly unpricedTypes: readonly string[];
  readonly attempts: readonly Attempt[];
  /** Regions that take no more requests in this tick, for reasons of our own or after a throttle, with the cause. */
  readonly closedRegions: ReadonlyMap<string, RegionClosure>;
}

export type NextStep =
  | { readonly kind: 'order'; readonly order: PlannedOrder }
  | {
      readonly kind: 'done';
      /** Why not everything that is wanted was ordered; undefined when it was. */
      readonly shortBecause?: string;
      /** Spot could not give what was asked of it: the time until on-demand may help runs. Undefined: not known. */
      readonly isSpotShort: boolean | undefined;
      /** What was refused is for somebody to mend, and nothing else is left to try (see needsMending). */
      readonly needsMending: boolean;
    };

/** Each order of a tick is one call to EC2; more than these are left to the next tick. */
const MAX_ATTEMPTS = 8;

/** The state before the first order. */
export function startLaunching(
  plan: Extract<ProvisionPlan, { kind: 'launch' }>,
  definition: WorkerType,
  seen: {
    readonly workers: readonly Worker[];
    /** What is on its way counts against the base and the ceiling of spend like what is there. */
    readonly open: Pick<OpenOrders, 'onDemandCapacity' | 'usdPerHour'>;
    readonly conditions: LaunchConditions;
    readonly spotShortSince: EpochMillis | undefined;
  },
): LaunchProgress {
  const { workers, open, conditions, spotShortSince } = seen;
  const { onDemandBaseCapacity, onDemandFallbackMinutes } = definition.market;
  const onDemand = workers
    .filter((worker) => isSupply(worker) && worker.market === 'on-demand')
    .reduce((sum, worker) => sum + capacityOf(worker, definition), 0);
  const shortMinutes = spotShortSince === undefined ? undefined : secondsBetween(spotShortSince, conditions.now) / 60;
  const isFallbackDue =
    onDemandFallbackMinutes !== undefined && shortMinutes !== undefined && shortMinutes >= onDemandFallbackMinutes;
  const onDemandBase = Math.max(0, onDemandBaseCapacity - onDemand - open.onDemandCapacity);
  const { maxSpendUsdPerHour: ceiling } = definition;
  const spend = spendOf(workers, definition, conditions.prices);
  const left = ceiling === undefined ? undefined : ceiling - spend.usdPerHour - open.usdPerHour;
  return {
    definition,
    limits: {
      want: plan.want,
      room: plan.figures.room,
      maxInstances: plan.maxInstances,
      // What is not known may be all that is left.
      usdPerHour: left === undefined || spend.unpriced === 0 ? left : 0,
    },
    onDemandBase,
    lacksBase: onDemandBase > 0,
    mayFallBack: isFallbackDue || onDemandFallbackMinutes === 0,
    isFallbackDue,
    unpricedTypes: ceiling === undefined ? [] : spend.unpricedTypes,
    attempts: [],
    closedRegions: new Map(),
  };
}

/** The next order, or why there is none. */
export function nextStep(progress: LaunchProgress, conditions: LaunchConditions): NextStep {
  const { limits, attempts, onDemandBase, mayFallBack, isFallbackDue, definition, closedRegions } = progress;
  const allSpot = judgePools(definition, 'spot', conditions);
  const allOnDemand = judgePools(definition, 'on-demand', conditions);
  const done = (shortBecause?: string): NextStep => ({
    kind: 'done',
    ...(shortBecause === undefined ? {} : { shortBecause }),
    isSpotShort: spotShortage(progress, allSpot),
    needsMending: needsMending(attempts, mayUseOnDemand(progress) ? [...allSpot, ...allOnDemand] : allSpot),
  });
  if (limits.want <= 0) return done();
  if (attempts.at(-1)?.noAnswer !== undefined) return done('EC2 did not answer');
  if (attempts.length >= MAX_ATTEMPTS) return done('enough calls for one tick');

  const isOpen = ({ pool, market }: PoolVerdict) =>
    !closedRegions.has(pool.region) && !isBlocked(pool.region, market, attempts);
  const spot = allSpot.filter(isOpen);
  const onDemand = allOnDemand.filter(isOpen);
  const base = onDemandBase > 0 ? orderFrom(progress, onDemand, Math.min(onDemandBase, limits.want)) : undefined;
  // Spot that was not asked for want of a request is not short. A throttle may last: it prolongs no shortage elsewhere.
  const untried = [...untriedRegions(closedRegions, allSpot).values()];
  const fallsBack = mayFallBack && untried.every(({ by }) => by === 'throttle' && isFallbackDue);
  const order = base ?? orderFrom(progress, spot) ?? (fallsBack ? orderFrom(progress, onDemand) : undefined);
  return order === undefined ? done(whyNothing(progress, allSpot)) : { kind: 'order', order };
}

/** Now or later: a type that on-demand can serve is not given up. */
const mayUseOnDemand = ({ definition, lacksBase }: LaunchProgress): boolean =>
  lacksBase || definition.market.onDemandFallbackMinutes !== undefined;

/**
 * An answer that was short without naming pools (a refusal of the whole call, or none at all) would be the same again:
 * its region and market are left for the next tick.
 */
const isBlocked = (region: string, market: Market, attempts: readonly Attempt[]): boolean =>
  attempts.some(
    ({ order, launched, refusals }) =>
      order.region === region &&
      order.market === market &&
      launched < order.targetCapacity &&
      (refusals.length === 0 || refusals.some(namesNoPool)),
  );

const namesNoPool = ({ pools = [] }: Refusal): boolean => pools.length === 0;

/** The state after an answer. */
export function afterAttempt(progress: LaunchProgress, attempt: Attempt, conditions: LaunchConditions): LaunchProgress {
  const { order, launched, instances } = attempt;
  const { want, room, maxInstances, usdPerHour } = progress.limits;
  const verdicts = judgePools(progress.definition, order.market, { ...conditions, cooldowns: [] });
  const ordered = verdicts.filter(({ pool }) =>
    order.pools.some((each) => each.subnetId === pool.subnetId && each.instanceType === pool.instanceType),
  );
  return {
    ...progress,
    limits: {
      want: want - launched,
      room: Math.max(0, room - launched),
      maxInstances: maxInstances - instances,
      usdPerHour: usdPerHour === undefined ? undefined : usdPerHour - launched * dearestTask(ordered),
    },
    onDemandBase: order.market === 'on-demand' ? afterBase(progress.onDemandBase, attempt) : progress.onDemandBase,
    attempts: [...progress.attempts, attempt],
  };
}

/** The state without a region that takes no more requests in this tick: what is left is tried in the others. */
export const withoutRegion = (progress: LaunchProgress, region: string, closure: RegionClosure): LaunchProgress => ({
  ...progress,
  closedRegions: new Map([...progress.closedRegions, [region, closure]]),
});

/** A base that EC2 cannot give now is given up for this tick: spot serves instead of nothing. */
const afterBase = (base: number, { launched, order }: Attempt): number =>
  launched < order.targetCapacity ? 0 : Math.max(0, base - launched);

function orderFrom(
  { definition, limits }: LaunchProgress,
  verdicts: readonly PoolVerdict[],
  atMost = limits.want,
): PlannedOrder | undefined {
  return limits.maxInstances <= 0 ? undefined : planOrder(definition, { ...limits, want: atMost }, verdicts);
}

/** Why no pool can be ordered from, the most telling causes first. */
function whyNothing(progress: LaunchProgress, verdicts: readonly PoolVerdict[]): string {
  const { limits, definition, attempts, closedRegions } = progress;
  if (limits.maxInstances <= 0) return `maxLaunchesPerMinute ${definition.maxLaunchesPerMinute} is reached`;
  const refusal = attempts.flatMap(({ refusals }) => refusals).find((each) => namesNoPool(each) && !isThrottle(each));
  const open = verdicts.filter(({ pool }) => !closedRegions.has(pool.region));
  const elsewhere = open.length === 0 ? [] : [whyNotIn(progress, open)];
  const closures = [...closedRegions.values()].map(({ words }) => words);
  return [...closures, ...(refusal === undefined ? elsewhere : [describeRefusal(refusal)])].join('; ');
}

/** Its region is closed, and that says so. */
const isThrottle = ({ class: kind }: Refusal): boolean => kind === 'throttled';

const unpricedInWords = ({ maxSpendUsdPerHour }: WorkerType, types: readonly string[]): string => {
  const more = types.length > 3 ? ` and ${types.length - 3} more types` : '';
  return (
    `what workers of ${types.slice(0, 3).join(', ')}${more} cost is not known: nothing is added under ` +
    `maxSpendUsdPerHour ${maxSpendUsdPerHour} until they are gone or instanceTypes names them again, with weight 0 if need be`
  );
};

/** Why none of these pools can be ordered from. */
function whyNotIn({ limits, definition, unpricedTypes }: LaunchProgress, verdicts: readonly PoolVerdict[]): string {
  const rejected = verdicts.filter((verdict) => verdict.rejected !== undefined);
  if (rejected.length < verdicts.length) {
    if (planOrder(definition, { ...limits, usdPerHour: undefined }, verdicts) !== undefined) {
      if (unpricedTypes.length > 0) return unpricedInWords(definition, unpricedTypes);
      return `maxSpendUsdPerHour ${definition.maxSpendUsdPerHour} leaves too little for another instance`;
    }
    return `no instance type fits into the room for ${limits.room} under maxCapacity ${definition.maxCapacity}`;
  }
  const shown = rejected.slice(0, 3).map(describeVerdict).join('; ');
  const more = rejected.length - 3;
  return `no pool can be used: ${shown}${more > 0 ? `; and ${more} more` : ''}`;
}
