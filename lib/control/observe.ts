import pMap from 'p-map';
import { type BacklogReading, sumReadings } from '../core/backlog.ts';
import type { CheckReport } from '../core/finding.ts';
import { regionsOf } from '../core/launch-cascade.ts';
import { ALL_NAMES, isInRange, isUnbounded, type NameRange } from '../core/name-range.ts';
import type { Cooldown } from '../core/pool-cooldown.ts';
import type { PriceBook } from '../core/price-book.ts';
import { type EpochMillis, secondsAfter } from '../core/units.ts';
import type { Worker } from '../core/worker.ts';
import { isTypeName, type WorkerType } from '../core/worker-type-schema.ts';
import type { CheckBoard } from './check-ports.ts';
import type {
  Backlog,
  Clock,
  Controls,
  Fleet,
  LaunchLedger,
  LaunchRecord,
  PoolMemory,
  Prices,
  StatusBoard,
  StoredWorkerType,
  TypeControl,
  WorkerTypes,
} from './ports.ts';
import { type QuietQueues, quietReading } from './quiet-queues.ts';
import type { Shard } from './shards.ts';
import type { WorkerTypeStatus } from './status.ts';
import { withWorkerPrices } from './worker-prices.ts';

export interface ObservePorts {
  readonly clock: Clock;
  readonly workerTypes: WorkerTypes;
  readonly backlog: Backlog;
  readonly fleet: Fleet;
  readonly ledger: LaunchLedger;
  readonly board: StatusBoard;
  readonly poolMemory: PoolMemory;
  readonly controls: Controls;
  readonly checkBoard: CheckBoard;
  readonly prices: Prices;
}

/** Everything that one tick goes by. */
export interface Observation {
  readonly at: EpochMillis;
  readonly homeRegion: string;
  readonly definitions: readonly StoredWorkerType[];
  /** By worker type; only of definitions that are valid and enabled. */
  readonly backlogs: ReadonlyMap<string, BacklogReading>;
  /** EC2's own list, of the regions that could be read. */
  readonly workers: readonly Worker[];
  readonly unreadRegions: ReadonlyMap<string, string>;
  readonly launches: readonly LaunchRecord[];
  readonly statuses: ReadonlyMap<string, WorkerTypeStatus>;
  readonly cooldowns: readonly Cooldown[];
  readonly controls: ReadonlyMap<string, TypeControl>;
  readonly checks: ReadonlyMap<string, CheckReport>;
  readonly prices: PriceBook;
  /** When the last tick began; absent when that is not known. */
  readonly lastTickAt?: EpochMillis;
  /** Not all worker types of the shard: the next tick of all counts what happened since the last one of all. */
  readonly isPartial?: true;
}

/** Queue readings under way at once. 50 to 100 are what one Lambda carries well. */
const QUEUE_CONCURRENCY = 50;
/** Launch records older than this are no longer open and EC2's list shows their workers. */
export const LEDGER_WINDOW_SECONDS = 20 * 60;

/** A part of all worker types, with their definitions. */
export interface Part {
  readonly range: NameRange;
  readonly definitions: readonly StoredWorkerType[];
  /** Whose launches may be theirs. */
  readonly shard: Pick<Shard, 'shard' | 'inherited'>;
  /** When the last tick of all types of the shard began, if that is known, and how often quiet queues are read. */
  readonly quiet: QuietQueues;
  /** Set where the shard has more worker types than these. */
  readonly isPartial?: true | undefined;
}

/**
 * Reads all that a tick needs of every worker type or of a part, in parallel. Throws when definitions, EC2's list or the
 * ledger cannot be read whole.
 */
export async function observe(ports: ObservePorts, homeRegion: string, part?: Part): Promise<Observation> {
  const definitions = part?.definitions ?? (await ports.workerTypes.list());
  const range = part?.range ?? ALL_NAMES;
  const readable = definitions.flatMap(({ parsed }) => (parsed.kind === 'valid' ? [parsed.definition] : []));
  const valid = readable.filter(({ enabled }) => enabled);
  const at = ports.clock.now();
  const ledgers = part && { ...part.shard, inherited: part.shard.inherited.filter(({ until }) => until > at) };
  // Only a part of the types: EC2 is to answer for those alone. An item whose name is none has no workers.
  const names = isUnbounded(range) ? undefined : definitions.map(({ workerType }) => workerType).filter(isTypeName);
  const wanted = wantedPrices(valid, homeRegion);
  const statusesRead = ports.board.loadWorkerTypes(range).then(byWorkerType);
  const [statuses, backlogs, list, launches, cooldowns, controls, checks, prices] = await Promise.all([
    statusesRead,
    statusesRead.then((all) =>
      readBacklogs(valid, ports.backlog, (type) => quietReading(type, all.get(type.workerType), part?.quiet)),
    ),
    ports.fleet.list(names),
    ports.ledger.recent(secondsAfter(at, -LEDGER_WINDOW_SECONDS), ledgers),
    ports.poolMemory.load(),
    ports.controls.load(),
    ports.checkBoard.load(range),
    ports.prices.read(wanted),
  ]);
  const workers = [...list.workers, ...launches.flatMap((launch) => launch.workers)];
  return {
    at,
    homeRegion,
    definitions,
    backlogs,
    workers: list.workers,
    unreadRegions: list.unread,
    launches: launches.filter(({ order }) => isInRange(order.definition.workerType, range)),
    statuses,
    cooldowns,
    controls: byWorkerType(controls),
    checks: byWorkerType(checks),
    // Workers of a disabled type cost as much.
    prices: await withWorkerPrices({ wanted, prices }, readable, workers, ports.prices),
    ...(part?.isPartial === true ? { isPartial: true as const } : {}),
    ...(part?.quiet.lastTickAt === undefined ? {} : { lastTickAt: part.quiet.lastTickAt }),
  };
}

const byWorkerType = <Item extends { readonly workerType: string }>(items: readonly Item[]): Map<string, Item> =>
  new Map(items.map((item) => [item.workerType, item]));

async function readBacklogs(
  definitions: readonly WorkerType[],
  backlog: Backlog,
  known: (definition: WorkerType) => BacklogReading | undefined,
): Promise<Map<string, BacklogReading>> {
  const read = async (urls: readonly string[]) => sumReadings(await Promise.all(urls.map((url) => backlog.read(url))));
  const readings = await pMap(
    definitions,
    async (definition) => [definition.workerType, known(definition) ?? (await read(definition.queueUrls))] as const,
    { concurrency: QUEUE_CONCURRENCY },
  );
  return new Map(readings);
}

/** Prices serve ceilings on spend and the order of regions; a type that names no zone has none to look up. */
function wantedPrices(definitions: readonly WorkerType[], homeRegion: string) {
  const wanted = definitions.flatMap((definition) =>
    regionsOf(definition, homeRegion).map((region) => ({
      region,
      platform: definition.platform,
      instanceTypes: definition.instanceTypes.map(({ instanceType }) => instanceType),
    })),
  );
  return [...Map.groupBy(wanted, ({ region, platform }) => `${region}/${platform}`).values()].flatMap((alike) => {
    const [first] = alike;
    return first === undefined
      ? []
      : [{ ...first, instanceTypes: [...new Set(alike.flatMap(({ instanceTypes }) => instanceTypes))] }];
  });
}
