import type { LaunchOrder } from '../../lib/control/ports.ts';
import { tick } from '../../lib/control/provision.ts';
import { type MemoryWorld, memoryWorld } from '../../lib/memory/memory-world.ts';
import { aDocument, NOW } from './builders.ts';

export const QUEUE = 'https://sqs.us-east-1.amazonaws.com/123456789012/acme-build';
export const WHERE = { homeRegion: 'us-east-1', regions: ['us-east-1', 'eu-west-1'] };
export const SPEC = { imageId: 'ami-0123456789abcdef0', securityGroupIds: ['sg-0123456789abcdef0'] };
export const zone = (region: string, letter: string) => ({
  subnetId: `subnet-${region.replaceAll('-', '')}${letter}`,
  availabilityZone: `${region}${letter}`,
});
export const TWO_ZONES = { regions: [{ zones: [zone('us-east-1', 'a'), zone('us-east-1', 'b')] }], launchSpec: SPEC };
export const TWO_REGIONS = {
  regions: [{ zones: [zone('us-east-1', 'a')] }, { region: 'eu-west-1', zones: [zone('eu-west-1', 'a')] }],
  launchSpec: SPEC,
};
export const A = 'us-east-1/subnet-useast1a/c7g.large/spot';
export const B = 'us-east-1/subnet-useast1b/c7g.large/spot';

export interface Engine extends MemoryWorld {
  readonly orders: LaunchOrder[];
  run(seconds?: number): Promise<unknown>;
}

/** A world with one type, and every order that was sent to EC2. */
export function anEngine(document: Record<string, unknown>, pendingTasks: number): Engine {
  const world = memoryWorld(NOW);
  world.workerTypes.putRaw('build', aDocument({ queueUrls: [QUEUE], ...document }));
  world.backlog.set(QUEUE, { pendingTasks });
  const orders: LaunchOrder[] = [];
  const launch = world.fleet.launch.bind(world.fleet);
  world.fleet.launch = (order) => {
    orders.push(order);
    return launch(order);
  };
  let ticks = 0;
  const run = async (seconds = 10) => {
    ticks += 1;
    const result = await tick(world, { holder: `tick-${ticks}`, ...WHERE });
    world.clock.advance(seconds * 1000);
    return result;
  };
  return { ...world, orders, run };
}

export const dry = (engine: Engine, ...pools: string[]) => {
  for (const pool of pools) engine.fleet.settings.poolRoom.set(pool, 0);
};
export const launchedIn = ({ fleet }: Engine) => fleet.truth.map(({ zone: where, market }) => `${where} ${market}`);
export const statusOf = async ({ board }: Engine) => (await board.load()).workerTypes[0];
export const subnetsOf = (order: LaunchOrder | undefined) => order?.pools.map(({ subnetId }) => subnetId);
