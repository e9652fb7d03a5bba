import { capacityOf } from '../core/provision-plan.ts';
import { describeRefusal, needsAttention, type Refusal, type RefusalClass } from '../core/refusal.ts';
import type { Clock, Fleet, LaunchLedger, LaunchOrder, LaunchOutcome, LaunchRecord, Telemetry } from './ports.ts';
import { FIRST_SHARD, type Lease, type Leases } from './shards.ts';
import { metricNames } from './telemetry.ts';

export interface LaunchPorts {
  readonly clock: Clock;
  readonly fleet: Fleet;
  readonly ledger: LaunchLedger;
  readonly leases: Leases;
  readonly telemetry: Telemetry;
}

/** The lease while a tick runs: renewed before it is needed, lost for good once somebody else holds it. */
export class HeldLease {
  #lease: Lease;
  readonly #durationMs: number;
  #isLost = false;
  #renewal: Promise<Lease | undefined> | undefined;

  constructor(lease: Lease, durationMs: number) {
    this.#lease = lease;
    this.#durationMs = durationMs;
  }

  /** Is it still this tick's, as far as can be known? Once lost, it is not asked for again. */
  async isHeld(ports: Pick<LaunchPorts, 'clock' | 'leases'>): Promise<boolean> {
    return !this.#isLost && (await this.current(ports)) !== undefined;
  }

  get fence(): number {
    return this.#lease.fence;
  }

  /** Begins the ids of launches under this lease, in every shard with other ones: fences of two shards may be equal. */
  get turnPrefix(): string {
    const { shard, fence } = this.#lease;
    return shard === FIRST_SHARD ? String(fence) : `${shard}-${fence}`;
  }

  /** Somebody saw that it is another one's. */
  lose(): void {
    this.#isLost = true;
  }

  /** The lease with at least half its time left, or undefined when it is lost. */
  async current(ports: Pick<LaunchPorts, 'clock' | 'leases'>): Promise<Lease | undefined> {
    if (this.#lease.until - ports.clock.now() > this.#durationMs / 2) return this.#lease;
    // Launches run side by side: one renewal serves them all.
    this.#renewal ??= ports.leases.renew(this.#lease, this.#durationMs).finally(() => {
      this.#renewal = undefined;
    });
    const renewed = await this.#renewal;
    if (renewed === undefined) this.#isLost = true;
    else this.#lease = renewed;
    return renewed;
  }
}

/** What came of one order. `not-sent`: nothing was asked of EC2. */
export type LaunchResult =
  | {
      readonly kind: 'sent';
      readonly record: LaunchRecord;
      readonly launchedCapacity: number;
      /** With every pool that they name; the record keeps the first few. */
      readonly refusals: readonly Refusal[];
      readonly noAnswer?: string;
    }
  | { readonly kind: 'not-sent'; readonly cause: string };

/** Carries out one order: the intent is written first, then EC2 is asked, then the answer is recorded. */
export async function launch(order: LaunchOrder, held: HeldLease, ports: LaunchPorts): Promise<LaunchResult> {
  const lease = await held.current(ports);
  if (lease === undefined) return { kind: 'not-sent', cause: 'another invocation took over the lease' };

  const { shard } = lease;
  const opening = { order, shard, openedAt: ports.clock.now(), workers: [], refusals: [] };
  const record: LaunchRecord = { ...opening, state: 'open' };
  const tooLarge = sizeRefusal(order);
  if (tooLarge !== undefined) {
    const refused: LaunchRecord = { ...record, state: 'closed', refusals: [tooLarge] };
    countOutcome(refused, ports.telemetry);
    return sentResult(refused);
  }
  const opened = await ports.ledger.open(record, lease);
  if (opened === 'lease-lost') {
    held.lose();
    return { kind: 'not-sent', cause: 'another invocation took over the lease' };
  }
  const { launchId, definition } = order;
  const { workerType } = definition;
  ports.telemetry.event('info', 'launch-opened', { launchId, workerType, targetCapacity: order.targetCapacity });

  const outcome = await ports.fleet.launch(order);
  const silence = silenceOf(outcome);
  if (silence !== undefined) {
    ports.telemetry.event('warn', 'launch-answered', { launchId, workerType, noAnswer: silence });
    return { ...sentResult(record), noAnswer: silence };
  }
  ports.telemetry.measure(metricNames.launchSeconds, (ports.clock.now() - record.openedAt) / 1000);
  const answer = answerOf(outcome);
  const closed: LaunchRecord = { ...record, state: 'closed', ...answer, refusals: answer.refusals.map(trimmed) };
  await ports.ledger.settle(closed);
  countOutcome(closed, ports.telemetry);
  return { ...sentResult(closed), refusals: answer.refusals };
}

/** A record is an item of 400 KB at most, with the definition, the pools and later the answer: 500 workers take 15 KB. */
const MAX_ORDER_KB = 350;

/** No intent, no launch: an order that cannot be written down is refused like one whose request cannot be built. */
function sizeRefusal(order: LaunchOrder): Refusal | undefined {
  const kilobytes = Math.ceil(new TextEncoder().encode(JSON.stringify(order)).length / 1024);
  if (kilobytes <= MAX_ORDER_KB) return undefined;
  const message =
    `an order of this definition takes ${kilobytes} KB, its record has room for ${MAX_ORDER_KB}: ` +
    'it needs less userData in regions, zones and instance types, or fewer of them';
  return { class: 'configuration', code: 'InvalidDefinition', message };
}

/** An order that was sent, as its record stands. */
export const sentResult = (record: LaunchRecord): Extract<LaunchResult, { kind: 'sent' }> => ({
  kind: 'sent',
  record,
  launchedCapacity: capacityOfWorkers(record),
  refusals: record.refusals,
});

/** A request may fail in a thousand pools: records have to stay small. */
const MAX_POOLS_KEPT = 5;

/** A refusal as a record keeps it, with the first few pools. */
export const trimmed = (refusal: Refusal): Refusal =>
  refusal.pools === undefined ? refusal : { ...refusal, pools: refusal.pools.slice(0, MAX_POOLS_KEPT) };

/** Capacity, in tasks, that the record's workers brought. */
const capacityOfWorkers = ({ workers, order }: LaunchRecord): number =>
  workers.reduce((sum, worker) => sum + capacityOf(worker, order.definition), 0);

/** Why the outcome says nothing about what was launched, undefined when it does. */
function silenceOf(outcome: LaunchOutcome): string | undefined {
  if (outcome.kind === 'no-answer') return outcome.cause;
  if (outcome.kind === 'refused' || outcome.workers.length > 0 || outcome.refusals.length > 0) return undefined;
  return 'an answer with neither instances nor errors';
}

const answerOf = (outcome: LaunchOutcome): Pick<LaunchRecord, 'workers' | 'refusals'> => {
  if (outcome.kind === 'answered') return { workers: outcome.workers, refusals: outcome.refusals };
  return { workers: [], refusals: outcome.kind === 'refused' ? [outcome.refusal] : [] };
};

/** Counts and logs an answer. */
export function countOutcome(record: LaunchRecord, telemetry: Telemetry): void {
  const { order, workers, refusals } = record;
  const count = (kind: RefusalClass) =>
    refusals.filter((refusal) => refusal.class === kind).reduce((sum, refusal) => sum + (refusal.count ?? 1), 0);
  const isFailure = needsAttention({ refusals, isComplete: capacityOfWorkers(record) >= order.targetCapacity });
  telemetry.count(metricNames.workersLaunched, workers.length);
  telemetry.count(metricNames.capacityRefusals, count('no-capacity'));
  telemetry.count(metricNames.ec2Throttles, count('throttled'));
  telemetry.count(metricNames.launchFailures, isFailure ? 1 : 0);
  telemetry.event(isFailure ? 'error' : 'info', 'launch-answered', {
    launchId: order.launchId,
    workerType: order.definition.workerType,
    asked: order.targetCapacity,
    workerIds: workers.map(({ workerId }) => workerId),
    refusals: refusals.map(describeRefusal),
  });
}
