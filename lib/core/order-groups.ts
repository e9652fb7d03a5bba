import { canonicalJson } from './definition-key.ts';
import type { LaunchPool } from './launch-cascade.ts';
import type { PoolVerdict } from './pool-verdict.ts';

/** CreateFleet takes at most 50 launch template configurations (LaunchTemplateConfigs in the EC2 API reference). */
const MAX_GROUPS = 50;

/** Pools of one region with the same key share a launch template, and so a configuration of the fleet request. */
export const templateKey = ({ capacity, launchSpec, userData }: LaunchPool): string =>
  canonicalJson([capacity, launchSpec, userData]);

/**
 * The pools that fit into one fleet request: those that share the cheapest launch templates by utility, in the order
 * given. A price that is not known comes last. The others are left to the orders that follow.
 */
export function poolsOfOneRequest(verdicts: readonly PoolVerdict[]): readonly PoolVerdict[] {
  if (verdicts.length <= MAX_GROUPS) return verdicts;
  const groups = [...Map.groupBy(verdicts, ({ pool }) => templateKey(pool)).values()];
  if (groups.length <= MAX_GROUPS) return verdicts;
  const best = groups
    .map((alike) => ({ alike, by: Math.min(...alike.map(pricePerUtility)) }))
    .sort((a, b) => (a.by === b.by ? 0 : a.by - b.by))
    .slice(0, MAX_GROUPS);
  const kept = new Set(best.flatMap(({ alike }) => alike));
  return verdicts.filter((verdict) => kept.has(verdict));
}

/** A price that is not known comes last; EC2's own ceiling still guards it. */
export const pricePerUtility = ({ pool, priceUsdPerHour }: PoolVerdict): number =>
  priceUsdPerHour === undefined ? Number.POSITIVE_INFINITY : priceUsdPerHour / pool.utility;
