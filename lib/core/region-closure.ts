import type { PoolVerdict } from './pool-verdict.ts';

/** Why a region takes no more requests in this tick. `throttle`: EC2 turned one away. `budget`: our own is used up. */
export interface RegionClosure {
  readonly by: 'throttle' | 'budget';
  readonly words: string;
}

/** The closed regions in which spot pools could have been asked: whether those are short is not known. */
export const untriedRegions = (
  closedRegions: ReadonlyMap<string, RegionClosure>,
  spot: readonly PoolVerdict[],
): ReadonlyMap<string, RegionClosure> =>
  new Map(
    [...closedRegions].filter(([region]) =>
      spot.some(({ pool, rejected }) => pool.region === region && rejected === undefined),
    ),
  );
