import type { LaunchOrder, LaunchPreview } from '../control/ports.ts';
import { previewOrder } from '../control/preview.ts';
import { launchPools } from '../core/launch-cascade.ts';
import type { Market } from '../core/pool-cooldown.ts';
import { marketsOf } from '../core/preview.ts';
import type { WorkerType } from '../core/worker-type-schema.ts';

/** The exact requests of an order, or why they cannot be built. */
export interface OrderRequests {
  readonly requests: ReturnType<LaunchPreview['requestsFor']>;
  readonly cause?: string;
}

/** Requests that cannot be built (user data too long) are news about one type, not the end of a preview. */
export function requestsOf(order: LaunchOrder, launchPreview: LaunchPreview): OrderRequests {
  try {
    return { requests: launchPreview.requestsFor(order) };
  } catch (error) {
    return { requests: [], cause: error instanceof Error ? error.message : String(error) };
  }
}

/** The requests of one region and market, over every pool that is not paused. */
export interface MarketRequests extends OrderRequests {
  readonly region: string;
  readonly market: Market;
}

/** The requests for one task in each region and market, with every pool that its weight does not pause. */
export function exactRequests(
  definition: WorkerType,
  homeRegion: string,
  launchPreview: LaunchPreview,
): MarketRequests[] {
  const pools = launchPools(definition, homeRegion).filter(({ weight }) => weight > 0);
  return [...Map.groupBy(pools, ({ region }) => region)].flatMap(([region, regionPools]) =>
    marketsOf(definition).map((market, index) => {
      const planned = { region, market, targetCapacity: 1, pools: regionPools };
      return { region, market, ...requestsOf(previewOrder(definition, planned, index), launchPreview) };
    }),
  );
}
