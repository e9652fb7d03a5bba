import type { Market } from '../core/pool-cooldown.ts';
import type { Refusal, RefusalClass } from '../core/refusal.ts';
import type { EpochMillis } from '../core/units.ts';
import type { WorkerType } from '../core/worker-type-schema.ts';

/** An error that was met for one worker type, once or several times within an hour. */
export interface ErrorRecord {
  readonly workerType: string;
  /** Who met it. `launch`: EC2 refused an order, in whole or in part. */
  readonly source: 'launch';
  readonly class: RefusalClass;
  /** EC2's own code and words, as they came. */
  readonly code: string;
  readonly message: string;
  readonly region: string;
  readonly market: Market;
  /** The first few that were refused; none when it was the whole call. */
  readonly pools: readonly ErrorPool[];
  /** Names the order, and with it the launch templates and the request: see `explain` and the tags of its workers. */
  readonly launchId: string;
  readonly definitionVersion: number;
  readonly requestId?: string;
  /** When it was first met within the hour, and when last. What else varies is of the last time. */
  readonly firstAt: EpochMillis;
  readonly at: EpochMillis;
  /** How many times EC2 gave this answer. */
  readonly count: number;
}

/** A pool that EC2 named in its answer. */
export interface ErrorPool {
  /** Absent when the definition names only the subnet. */
  readonly zone?: string;
  readonly subnetId: string;
  readonly instanceType: string;
}

/** What EC2 refused of one order, and when. */
export interface RefusedOrder {
  readonly order: {
    readonly launchId: string;
    readonly definition: WorkerType;
    readonly region: string;
    readonly market: Market;
  };
  readonly refusals: readonly Refusal[];
  readonly at: EpochMillis;
}

const HOUR_MS = 3_600_000;
const MAX_POOLS = 5;
/** An encoded message about a missing permission is a page long, and of no use in part. */
const MAX_MESSAGE_LENGTH = 4_000;

/** Errors with the same key are one record. It begins with the hour, so that the order of keys is the order of hours. */
export const errorKey = ({ at, class: kind, code, region, market }: Omit<ErrorRecord, 'workerType'>): string =>
  [errorHour(at), kind, code, region, market].join('#');

/** Start of the hour, in as many digits as every time until the year 2286 has. */
export const errorHour = (at: EpochMillis): string => String(Math.floor(at / HOUR_MS) * HOUR_MS).padStart(13, '0');

/** The errors of one answer, each once. */
export function errorsOf({ order, refusals, at }: RefusedOrder): ErrorRecord[] {
  const { definition, launchId, region, market } = order;
  const zones = definition.regions.flatMap(({ zones: its }) => its);
  const poolOf = (name: string): ErrorPool => {
    const [subnetId = '', instanceType = ''] = name.split('/');
    const zone = zones.find((one) => one.subnetId === subnetId)?.availabilityZone;
    return { ...(zone === undefined ? {} : { zone }), subnetId, instanceType };
  };
  return refusals.map(({ class: kind, code, message, pools = [], requestId }) => ({
    workerType: definition.workerType,
    source: 'launch',
    class: kind,
    code,
    message: message.slice(0, MAX_MESSAGE_LENGTH),
    region,
    market,
    pools: pools.slice(0, MAX_POOLS).map(poolOf),
    launchId,
    definitionVersion: definition.version,
    ...(requestId === undefined ? {} : { requestId }),
    firstAt: at,
    at,
    count: 1,
  }));
}

/** Alike ones as one record, with the first time, what the last one says, and the sum. */
export function mergeErrors(errors: readonly ErrorRecord[]): ErrorRecord[] {
  const alike = Map.groupBy(errors, (error) => `${error.workerType}#${errorKey(error)}`);
  return [...alike.values()].flatMap((group) => {
    const inTime = group.toSorted((a, b) => a.at - b.at);
    const last = inTime.at(-1);
    const firstAt = inTime[0]?.firstAt;
    if (last === undefined || firstAt === undefined) return [];
    return [{ ...last, firstAt, count: group.reduce((sum, { count }) => sum + count, 0) }];
  });
}
