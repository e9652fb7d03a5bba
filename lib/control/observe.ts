import pMap from 'p-map';
import type { BacklogReading } from '../core/backlog.ts';
import { overshootOf } from '../core/order-size.ts';
import { capacityOf } from '../core/provision-plan.ts';
import { type EpochMillis, secondsAfter, secondsBetween } from '../core/units.ts';
import type { Worker } from '../core/worker.ts';
import type {
  Backlog,
  Clock,
  Fleet,
  LaunchLedger,
  LaunchRecord,
  StatusBoard,
  StoredWorkerType,
  WorkerTypes,
} from './ports.ts';
import type { WorkerTypeStatus } from './status.ts';

export interface ObservePorts {
  readonly clock: Clock;
  readonly workerTypes: WorkerTypes;
  readonly backlog: Backlog;
  readonly fleet: Fleet;
  readonly ledger: LaunchLedger;
  readonly board: StatusBoard;
}

/** Everything that one tick goes by. */
export interface Observation {
  readonly at: EpochMillis;
  readonly definitions: readonly StoredWorkerType[];
  /** By worker type; only of definitions that are valid and enabled. */
  readonly backlogs: ReadonlyMap<string, BacklogReading>;
  /** EC2's own list. */
  readonly workers: readonly Worker[];
  readonly launches: readonly LaunchRecord[];
  readonly statuses: ReadonlyMap<string, WorkerTypeStatus>;
}

/** Queue readings under way at once. 50 to 100 are what one Lambda carries well. */
const QUEUE_CONCURRENCY = 50;
/** Launch records older than this are no longer open and EC2's list shows their workers. */
const LEDGER_WINDOW_SECONDS = 20 * 60;
/** After a launch, EC2's list may miss the instance for up to this long: until then our record counts. */
const CONSISTENCY_WINDOW_SECONDS = 5 * 60;

/** Reads all that a tick needs, in parallel. Throws when definitions, EC2's list or the ledger cannot be read whole. */
export async function observe(ports: ObservePorts): Promise<Observation> {
  const definitions = await ports.workerTypes.list();
  const at = ports.clock.now();
  const [backlogs, workers, launches, board] = await Promise.all([
    readBacklogs(definitions, ports.backlog),
    ports.fleet.list(),
    ports.ledger.recent(secondsAfter(at, -LEDGER_WINDOW_SECONDS)),
    ports.board.load(),
  ]);
  const statuses = new Map(board.workerTypes.map((status) => [status.workerType, status]));
  return { at, definitions, backlogs, workers, launches, statuses };
}

async function readBacklogs(
  definitions: readonly StoredWorkerType[],
  backlog: Backlog,
): Promise<Map<string, BacklogReading>> {
  const readable = definitions.flatMap(({ parsed }) =>
    parsed.kind === 'valid' && parsed.definition.enabled ? [parsed.definition] : [],
  );
  const readings = await pMap(
    readable,
    async ({ workerType, queueUrl }) => [workerType, await backlog.read(queueUrl)] as const,
    { concurrency: QUEUE_CONCURRENCY },
  );
  return new Map(readings);
}

/**
 * The workers of one type: EC2's list, and those of recent launches that the list does not show yet. A worker that the
 * list shows as gone is gone, however young its record.
 */
export function knownWorkers(
  workerType: string,
  observation: Pick<Observation, 'at' | 'workers' | 'launches'>,
): Worker[] {
  const listed = observation.workers.filter((worker) => worker.workerType === workerType);
  const listedIds = new Set(observation.workers.map(({ workerId }) => workerId));
  const unseen = observation.launches
    .filter(({ order }) => order.definition.workerType === workerType)
    .flatMap(({ workers }) => workers)
    .filter(({ workerId, launchedAt }) => {
      const young = launchedAt !== undefined && secondsBetween(launchedAt, observation.at) < CONSISTENCY_WINDOW_SECONDS;
      return young && !listedIds.has(workerId);
    })
    .map((worker) => ({ ...worker, state: 'launching' as const }));
  return [...listed, ...unseen];
}

/** Orders still open, less what EC2's list shows of them: the rest may be on its way. */
export function openOrders(
  workerType: string,
  observation: Pick<Observation, 'workers' | 'launches'>,
): { readonly capacity: number; readonly overshoot: number } {
  const open = observation.launches
    .filter(({ state, order }) => state === 'open' && order.definition.workerType === workerType)
    .map(({ order }) => {
      const arrived = observation.workers
        .filter((worker) => worker.launchId === order.launchId && worker.workerType === workerType)
        .reduce((sum, worker) => sum + capacityOf(worker, order.definition), 0);
      const capacity = Math.max(0, order.targetCapacity - arrived);
      return { capacity, overshoot: capacity > 0 ? overshootOf(order.instanceTypes) : 0 };
    });
  return {
    capacity: open.reduce((sum, { capacity }) => sum + capacity, 0),
    overshoot: open.reduce((sum, { overshoot }) => sum + overshoot, 0),
  };
}
