import { setImmediate } from 'node:timers/promises';
import type { VersionHistory } from '../../lib/control/check-ports.ts';
import type {
  Backlog,
  BusEvent,
  Controls,
  Decisions,
  ErrorLog,
  EventBus,
  Fleet,
  LaunchBudget,
  LaunchLedger,
  PoolMemory,
  StatusBoard,
  WorkerTypes,
} from '../../lib/control/ports.ts';
import type { Leases } from '../../lib/control/shards.ts';
import { localRegion, localSubnets } from '../../lib/local/ec2/catalogue.ts';
import { poolKey } from '../../lib/local/ec2/world-settings.ts';
import type { MemoryClock } from '../../lib/memory/memory-clock.ts';
import { memoryWorld } from '../../lib/memory/memory-world.ts';
import { aLocalRegion, type QueueDepth, useAwsWorld } from '../support/aws-world.ts';
import { aDefinition, anOrder, NOW } from '../support/builders.ts';

/** The ports of one implementation, nothing in them yet, and the means to put something there from outside. */
export interface Subject {
  readonly clock: MemoryClock;
  readonly backlog: Backlog;
  readonly workerTypes: WorkerTypes;
  readonly fleet: Fleet;
  readonly leases: Leases;
  readonly ledger: LaunchLedger;
  readonly board: StatusBoard;
  readonly history: VersionHistory;
  readonly poolMemory: PoolMemory;
  readonly controls: Controls;
  readonly decisions: Decisions;
  readonly budget: LaunchBudget;
  /** The same budget, as another process has it. */
  readonly otherBudget: LaunchBudget;
  readonly bus: EventBus;
  readonly errorLog: ErrorLog;
  /** What arrived on the bus so far. */
  arrived(): Promise<readonly BusEvent[]>;
  /** A queue that holds that much. Answers its URL. */
  fill(depth: QueueDepth): Promise<string>;
  /** Writes a document past the port. */
  putRaw(document: Readonly<Record<string, unknown>>): Promise<void>;
  /** From now on EC2 has room for that many more instances of c7g.large. */
  setRoom(instances: number): void;
  /** The id of a running instance of somebody else. */
  stranger(): Promise<string>;
}

/** Makes a fresh subject for each test. */
export type SubjectFactory = () => Promise<Subject>;

/** The ports in memory. */
export const memorySubject: SubjectFactory = async () => {
  const world = memoryWorld(NOW);
  return {
    ...world,
    otherBudget: world.budget,
    arrived: async () => world.bus.events,
    fill: async (depth) => {
      world.backlog.set('https://sqs/1/filled', { pendingTasks: 0, ...depth });
      return 'https://sqs/1/filled';
    },
    putRaw: async (document) => world.workerTypes.putRaw(String(document['workerType']), { ...document }),
    setRoom: (instances) => {
      world.fleet.settings.room = instances;
    },
    stranger: async () => 'i-0000000000000ffff',
  };
};

/** The ports on AWS, over HTTP to local endpoints. */
export const awsSubject: SubjectFactory = async () => {
  const { ports, clock, world, ...aws } = await useAwsWorld();
  const arrived: BusEvent[] = [];
  aws.events.onEvent(aws.config.eventBus, ({ 'detail-type': type, detail }) =>
    arrived.push({ detailType: type as BusEvent['detailType'], detail }),
  );
  return {
    ...ports,
    arrived: async () => {
      // The endpoint delivers after it has answered.
      await setImmediate();
      return arrived;
    },
    otherBudget: aws.portsOf('acme', aws.newClients()).budget,
    clock,
    fill: (depth) => aws.fill('filled', depth),
    putRaw: (document) => aws.putItems(document),
    setRoom: (instances) => {
      for (const { zone } of localSubnets) {
        const pool = poolKey({ instanceType: 'c7g.large', zone, market: 'spot' });
        world.settings.poolCapacity.set(pool, zone === localSubnets[0]?.zone ? instances : 0);
      }
    },
    stranger: async () => {
      const other = aws.portsOf('stranger');
      const definition = aDefinition({ ...LAUNCHABLE, provisionerId: 'stranger' });
      const outcome = await other.fleet.launch(anOrder({ launchId: 'theirs', definition }));
      return outcome.kind === 'answered' ? (outcome.workers[0]?.workerId ?? '') : '';
    },
  };
};

/** What a definition needs to launch in the local EC2. */
export const LAUNCHABLE = { launchSpec: {}, regions: [aLocalRegion(localRegion)] };
