import { describeVerdict, judgePools } from '../core/pool-verdict.ts';
import type { HoldReason } from '../core/provision-plan.ts';
import { describeRefusal } from '../core/refusal.ts';
import { secondsBetween } from '../core/units.ts';
import type { DecisionRecord } from './decision-record.ts';
import type { WorkerTypeStatus } from './status.ts';
import { describeTurn, type Turn, type TurnContext } from './turns.ts';

/** Pools that a record spells out, of each kind: a definition may have a thousand. */
const MAX_POOLS = 12;

/**
 * Is what a tick decided without asking EC2 for anything worth a record of its own? Other figures alone are not: with a
 * busy queue they change at each tick, and the status shows them.
 */
export const isNewsworthy = (before: WorkerTypeStatus | undefined, after: WorkerTypeStatus): boolean =>
  before === undefined ||
  before.state !== after.state ||
  before.target !== after.target ||
  before.definitionVersion !== after.definitionVersion ||
  before.shortBecause !== after.shortBecause ||
  before.hold?.reason !== after.hold?.reason;

const WANTS_NOTHING: ReadonlySet<HoldReason> = new Set(['satisfied', 'disabled', 'paused']);

/** The record of one type's turn. */
export function decisionOf(turn: Turn, { seen, knowledge }: TurnContext): DecisionRecord {
  const { definition, plan, sent, shortBecause } = turn;
  const { workerType } = definition;
  const backlog = seen.backlogs.get(workerType);
  // Judged as EC2's answers left them: what was dry in this tick shows as cooling down.
  const verdicts = judgePools(definition, 'spot', knowledge.conditionsFor(workerType));
  const usable = verdicts.filter(({ rejected }) => rejected === undefined);
  const rejected = verdicts.filter((verdict) => verdict.rejected !== undefined);
  // Where nothing is wanted, no pool was chosen from; the record then takes half the space.
  const maxPools = plan.kind === 'hold' && WANTS_NOTHING.has(plan.reason) ? 0 : MAX_POOLS;
  const launched = sent.reduce((sum, { attempt }) => sum + attempt.launched, 0);
  return {
    workerType,
    at: seen.at,
    definitionVersion: definition.version,
    words: describeTurn(turn),
    ...(backlog?.kind === 'known' ? { backlogAgeSeconds: Math.max(0, secondsBetween(backlog.readAt, seen.at)) } : {}),
    ...(plan.figures === undefined ? {} : { figures: plan.figures }),
    usablePools: usable.slice(0, maxPools).map(describeVerdict),
    rejectedPools: rejected.slice(0, maxPools).map(describeVerdict),
    usable: usable.length,
    rejected: rejected.length,
    attempts: sent.map(({ launchId, attempt }) => ({
      launchId,
      words: `${attempt.order.region} ${attempt.order.market}: asked ${attempt.order.targetCapacity}, launched ${attempt.launched}`,
      refusals: attempt.refusals.map((refusal) =>
        describeRefusal({ ...refusal, ...(refusal.pools === undefined ? {} : { pools: refusal.pools.slice(0, 3) }) }),
      ),
      requestIds: [
        ...new Set(attempt.refusals.flatMap(({ requestId }) => (requestId === undefined ? [] : [requestId]))),
      ],
    })),
    shortfall: plan.figures === undefined ? 0 : Math.max(0, plan.figures.shortfall - launched),
    ...(shortBecause === undefined ? {} : { shortBecause }),
  };
}
