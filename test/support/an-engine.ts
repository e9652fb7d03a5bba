import type { LaunchOrder, LaunchOutcome } from '../../lib/control/ports.ts';
import { tick } from '../../lib/control/provision.ts';
import type { WorkerTypeStatus } from '../../lib/control/status.ts';
import type { Refusal } from '../../lib/core/refusal.ts';
import { type MemoryWorld, memoryWorld } from '../../lib/memory/memory-world.ts';
import { aDocument, NOW } from './builders.ts';

export const REGIONS = ['us-east-1', 'eu-west-1'] as const;

/** One zone of a region, as a definition names it: `subnet-useast1a` in `us-east-1a`. */
export const aZone = (region: string, letter: string) => ({
  subnetId: `subnet-${region.replaceAll('-', '')}${letter}`,
  availabilityZone: `${region}${letter}`,
});

/** Definition fields for one zone in each region. */
export const zonesIn = (...regions: string[]) => ({
  regions: regions.map((region) => ({ region, zones: [aZone(region, 'a')] })),
});

/** A provisioner in memory, with every order that was sent to EC2. */
export interface Engine extends MemoryWorld {
  readonly orders: LaunchOrder[];
  /** While set, EC2 answers what this does; undefined: as the fleet in memory would. */
  answer?: ((order: LaunchOrder) => LaunchOutcome | undefined) | undefined;
  /** Tasks that wait in a type's queue. */
  pending(workerType: string, tasks: number): void;
  /** One tick, and the seconds after it. */
  run(seconds?: number): Promise<void>;
  status(workerType?: string): Promise<WorkerTypeStatus | undefined>;
}

/** An engine with these worker types, each with a queue of its own and as many pending tasks as it says. */
export function anEngine(types: readonly (Record<string, unknown> & { pendingTasks: number })[]): Engine {
  const world = memoryWorld(NOW);
  const orders: LaunchOrder[] = [];
  const launch = world.fleet.launch.bind(world.fleet);
  const urlOf = (workerType: string) => `https://sqs.us-east-1.amazonaws.com/123456789012/${workerType}`;
  const engine: Engine = {
    ...world,
    orders,
    pending: (workerType, pendingTasks) => world.backlog.set(urlOf(workerType), { pendingTasks }),
    run: async (seconds = 10) => {
      await tick(world, { holder: `tick-${world.clock.now()}`, homeRegion: 'us-east-1', regions: [...REGIONS] });
      world.clock.advance(seconds * 1000);
    },
    status: async (workerType = 'build') =>
      (await world.board.load()).workerTypes.find((status) => status.workerType === workerType),
  };
  world.fleet.launch = async (order) => {
    orders.push(order);
    return engine.answer?.(order) ?? launch(order);
  };
  for (const { pendingTasks, ...changes } of types) {
    const document = aDocument({ ...zonesIn('us-east-1'), ...changes });
    const workerType = String(document['workerType']);
    world.workerTypes.putRaw(workerType, { ...document, queueUrls: [urlOf(workerType)] });
    engine.pending(workerType, pendingTasks);
  }
  return engine;
}

/** EC2 refuses the whole call. */
export const refused = (kind: Refusal['class'], code: string): LaunchOutcome => ({
  kind: 'refused',
  refusal: { class: kind, code, message: 'no' },
});

/** EC2 refuses every pool of an order. */
export function refusedPools(order: LaunchOrder, kind: Refusal['class'], code: string): LaunchOutcome {
  const pools = order.pools.map(({ subnetId, instanceType }) => `${subnetId}/${instanceType}`);
  return {
    kind: 'answered',
    workers: [],
    refusals: [{ class: kind, code, message: 'no', count: pools.length, pools }],
  };
}
