import { Knowledge } from '../control/knowledge.ts';
import { observe } from '../control/observe.ts';
import { previewOrder, previewTurn } from '../control/preview.ts';
import type { PlannedOrder } from '../core/order-plan.ts';
import type { PoolVerdict } from '../core/pool-verdict.ts';
import type { Problem } from '../core/problem.ts';
import { describeProblems } from '../core/problem.ts';
import type { ProvisionPlan } from '../core/provision-plan.ts';
import type { EpochMillis } from '../core/units.ts';
import type { CliPorts } from './ports.ts';
import { type OrderRequests, requestsOf } from './preview-requests.ts';
import type { Target } from './target.ts';

/** An order that a tick would send, with its exact requests. */
export interface OrderPreview extends OrderRequests {
  readonly order: PlannedOrder;
}

/** The plan for one worker type, and what would be sent to EC2 for it. */
export interface WorkerTypePreview {
  readonly workerType: string;
  /** `invalid`: the definition cannot be read, nothing is planned. */
  readonly kind: ProvisionPlan['kind'] | 'invalid';
  readonly decision: string;
  readonly plan?: ProvisionPlan;
  readonly problems?: readonly Problem[];
  readonly orders: readonly OrderPreview[];
  readonly shortBecause?: string;
  readonly rejectedPools: readonly PoolVerdict[];
}

/** An order whose answer never came: a tick repeats it first. */
interface OpenLaunchPreview {
  readonly launchId: string;
  readonly workerType: string;
  readonly targetCapacity: number;
}

/** What a tick would do, if it began now. */
export interface TickPreview {
  readonly at: EpochMillis;
  readonly openLaunches: readonly OpenLaunchPreview[];
  readonly workerTypes: readonly WorkerTypePreview[];
  /** Regions whose instances could not be listed. */
  readonly unread: ReadonlyMap<string, string>;
}

/** Observes and plans as a tick does, by the same functions; writes nothing and takes no lease. */
export async function previewTick(
  ports: CliPorts,
  { region, regions }: Pick<Target, 'region' | 'regions'>,
): Promise<TickPreview> {
  const seen = await observe(ports, region);
  const knowledge = new Knowledge(seen, regions, ports.clock);
  const openLaunches = seen.launches
    .filter(({ state }) => state === 'open')
    .map(({ order }) => ({
      launchId: order.launchId,
      workerType: order.definition.workerType,
      targetCapacity: order.targetCapacity,
    }));
  const workerTypes = seen.definitions.map(({ workerType, parsed }): WorkerTypePreview => {
    if (parsed.kind === 'invalid') {
      const decision = `hold, the definition is invalid: ${describeProblems(parsed.problems)}`;
      return { workerType, kind: 'invalid', decision, problems: parsed.problems, orders: [], rejectedPools: [] };
    }
    const { definition } = parsed;
    const { pools, orders, ...turn } = previewTurn(definition, seen, knowledge);
    return {
      workerType,
      kind: turn.plan.kind,
      ...turn,
      orders: orders.map((order, index) => ({
        order,
        ...requestsOf(previewOrder(definition, order, index), ports.launchPreview),
      })),
      rejectedPools: pools.filter(({ rejected }) => rejected !== undefined),
    };
  });
  return { at: seen.at, openLaunches, workerTypes, unread: seen.unreadRegions };
}
