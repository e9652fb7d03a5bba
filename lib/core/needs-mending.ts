import type { Attempt } from './launch-attempt.ts';
import type { PoolRejection, PoolVerdict } from './pool-verdict.ts';
import { isLasting } from './refusal.ts';

/**
 * A pool that is left out for one of these comes back by itself, unless it cools down for what somebody has to mend. The
 * check looks again, and what it found may be gone without an edit: an image was pending, say.
 */
const COMES_BACK: ReadonlySet<PoolRejection> = new Set(['cooling-down', 'price-above-ceiling', 'unlaunchable']);

/**
 * Can only somebody mend what EC2 refused? Every answer of this tick has to be of that kind, and no pool may be left that
 * comes back by itself or was not refused: while one region is dry, an error of configuration in another one is no reason
 * to give up both. What was refused so in an earlier tick counts as long as it cools down.
 *
 * @param verdicts every pool that may serve what is wanted, of both markets where on-demand may help, judged after the last
 *   answer
 */
export function needsMending(attempts: readonly Attempt[], verdicts: readonly PoolVerdict[]): boolean {
  const refusals = attempts.flatMap((attempt) => attempt.refusals);
  return refusals.length > 0 && refusals.every(isLasting) && !verdicts.some(isHopeful);
}

/** Pools that were refused in this tick cool down by now. */
const isHopeful = ({ rejected }: PoolVerdict): boolean =>
  rejected === undefined || (COMES_BACK.has(rejected.reason) && rejected.isLasting !== true);
