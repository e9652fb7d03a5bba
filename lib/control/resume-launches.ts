/**
 * Launches that a crash, a time-out or a lost answer left open. An open record is written before EC2 is called, so its
 * order may have been carried out, or not, or be under way.
 *
 * Life of an open record: repeated identically at each tick (the same client token launches nothing twice) until it is
 * answered; after REPEAT_SECONDS no longer repeated, since EC2 does not promise how long it remembers a token; after
 * ABANDON_SECONDS given up, when EC2's list shows whatever it launched. While open it counts as supply.
 *
 * Only an answer with instances, or with refusals of pools, closes it: a repetition that is refused as a whole (a
 * throttle, say) tells nothing of the first call. A definition that has since been disabled, paused, deleted or given a
 * lower maximum is not launched after the fact, nor is an order for a region that is no longer used: its record stays
 * open, and counted, until it is given up.
 */
import pMap from 'p-map';
import type { Refusal } from '../core/refusal.ts';
import { secondsBetween } from '../core/units.ts';
import type { RefusedOrder } from './error-record.ts';
import { type Knowledge, pausedBy } from './knowledge.ts';
import { countOutcome, type LaunchPorts, type LaunchResult, sentResult, trimmed } from './launch.ts';
import type { Observation } from './observe.ts';
import type { LaunchBudget, LaunchRecord } from './ports.ts';
import type { StopLaunching } from './stop-launching.ts';

const REPEAT_SECONDS = 10 * 60;
const ABANDON_SECONDS = 15 * 60;
/** EC2 that hangs on one order must not hold up the others. */
const RESUME_CONCURRENCY = 4;

/** All records as they stand now; the answers that came, and what failed, by worker type; what EC2 refused. */
export interface Resumed {
  readonly launches: readonly LaunchRecord[];
  readonly results: ReadonlyMap<string, LaunchResult>;
  readonly refused: readonly RefusedOrder[];
  readonly failures: Map<string, string>;
}

interface ResumeContext {
  readonly stop: StopLaunching;
  readonly knowledge: Knowledge;
  /** Regions in which this provisioner may launch. */
  readonly regions: readonly string[];
}

type ResumePorts = Pick<LaunchPorts, 'clock' | 'fleet' | 'ledger' | 'telemetry'> & { readonly budget: LaunchBudget };

/** Brings each open record one step further. */
export async function resumeLaunches(seen: Observation, context: ResumeContext, ports: ResumePorts): Promise<Resumed> {
  const results = new Map<string, LaunchResult>();
  const failures = new Map<string, string>();
  const refused: RefusedOrder[] = [];
  const resumed = await pMap(
    seen.launches,
    async (record) => {
      const { workerType } = record.order.definition;
      if (record.state !== 'open') return record;
      try {
        const step = await resume(record, isStillWanted(record, seen, context), context, ports);
        if (step.failure !== undefined) failures.set(workerType, `launch ${record.order.launchId}: ${step.failure}`);
        if (step.refusals !== undefined)
          refused.push({ order: record.order, refusals: step.refusals, at: ports.clock.now() });
        if (step.record.state === 'closed') results.set(workerType, sentResult(step.record));
        return step.record;
      } catch (error) {
        failures.set(workerType, `launch ${record.order.launchId} could not be resumed: ${String(error)}`);
        return record;
      }
    },
    { concurrency: RESUME_CONCURRENCY },
  );
  return { launches: resumed, results, refused, failures };
}

interface Step {
  readonly record: LaunchRecord;
  /** Why the record is still open although it should not be. The first silence of EC2 is none: this is the second. */
  readonly failure?: string;
  /** What EC2 refused, whether the record is closed by it or not. */
  readonly refusals?: readonly Refusal[];
}

async function resume(
  record: LaunchRecord,
  isWanted: boolean,
  { stop, knowledge }: ResumeContext,
  ports: ResumePorts,
): Promise<Step> {
  const { order } = record;
  const ageSeconds = secondsBetween(record.openedAt, ports.clock.now());
  const fields = { launchId: order.launchId, workerType: order.definition.workerType, ageSeconds };
  if (ageSeconds > ABANDON_SECONDS) {
    ports.telemetry.event('warn', 'launch-abandoned', fields);
    return { record: await settled({ ...record, state: 'abandoned' }, ports) };
  }
  if (ageSeconds > REPEAT_SECONDS) return { record, failure: `EC2 has not answered for ${Math.round(ageSeconds)} s` };
  if (!isWanted || (stop.cause() ?? stop.causeIn(order.region)) !== undefined) return { record };
  // A repetition costs EC2 what a launch costs. Meanwhile the record is counted, so it can wait.
  if ((await ports.budget.take(order.region)).kind === 'exhausted') return { record };

  const outcome = await ports.fleet.launch(order);
  ports.telemetry.event('info', 'launch-resumed', { ...fields, outcome: outcome.kind });
  if (outcome.kind === 'no-answer') return { record, failure: `EC2 did not answer again: ${outcome.cause}` };
  if (outcome.kind === 'refused') {
    stop.observe(order.region, [outcome.refusal]);
    if (outcome.refusal.class === 'throttled') await ports.budget.drain(order.region);
    return { record, refusals: [outcome.refusal], ...refusedAgain(outcome.refusal) };
  }
  if (outcome.workers.length === 0 && outcome.refusals.length === 0) {
    return { record, failure: 'EC2 answered with neither instances nor errors' };
  }
  stop.observe(order.region, outcome.refusals);
  const { workers, refusals } = outcome;
  const closed = { ...record, state: 'closed' as const, workers, refusals: refusals.map(trimmed) };
  countOutcome(closed, ports.telemetry);
  knowledge.learn(order, refusals);
  return { record: await settled(closed, ports), refusals };
}

/** A throttle passes by itself; anything else keeps the order from being answered and is worth an alarm. */
const refusedAgain = ({ class: kind, code, message }: Refusal): { failure?: string } =>
  kind === 'throttled' ? {} : { failure: `EC2 refused to repeat it: ${code} (${message})` };

function isStillWanted({ order }: LaunchRecord, seen: Observation, { regions }: ResumeContext): boolean {
  const { workerType } = order.definition;
  const current = seen.definitions.find((stored) => stored.workerType === workerType);
  if (current?.parsed.kind !== 'valid' || !regions.includes(order.region)) return false;
  if (pausedBy(seen.controls.get(workerType), seen.at) !== undefined) return false;
  const { enabled, maxCapacity } = current.parsed.definition;
  return enabled && maxCapacity >= order.definition.maxCapacity;
}

async function settled(record: LaunchRecord, { ledger }: ResumePorts): Promise<LaunchRecord> {
  await ledger.settle(record);
  return record;
}
