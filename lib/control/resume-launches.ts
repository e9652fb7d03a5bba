/**
 * Launches that a crash, a time-out or a lost answer left open. An open record is written before EC2 is called, so its
 * order may have been carried out, or not, or be under way.
 *
 * Life of an open record: repeated identically at each tick (the same client token launches nothing twice) until it is
 * answered; after REPEAT_SECONDS no longer repeated, since EC2 does not promise how long it remembers a token; after
 * ABANDON_SECONDS given up, when EC2's list shows whatever it launched. While open it counts as supply.
 */
import { secondsBetween } from '../core/units.ts';
import type { Clock, Fleet, LaunchLedger, LaunchRecord, Telemetry } from './ports.ts';

const REPEAT_SECONDS = 10 * 60;
const ABANDON_SECONDS = 15 * 60;

export interface ResumePorts {
  readonly clock: Clock;
  readonly fleet: Fleet;
  readonly ledger: LaunchLedger;
  readonly telemetry: Telemetry;
}

/** Brings each open record one step further and answers all records as they stand now, with what failed on the way. */
export async function resumeLaunches(
  launches: readonly LaunchRecord[],
  ports: ResumePorts,
): Promise<{ launches: LaunchRecord[]; failures: Map<string, string> }> {
  const failures = new Map<string, string>();
  const resumed: LaunchRecord[] = [];
  for (const record of launches) {
    if (record.state !== 'open') {
      resumed.push(record);
      continue;
    }
    try {
      resumed.push(await resume(record, ports));
    } catch (error) {
      resumed.push(record);
      failures.set(
        record.order.definition.workerType,
        `launch ${record.order.launchId} could not be resumed: ${String(error)}`,
      );
    }
  }
  return { launches: resumed, failures };
}

async function resume(record: LaunchRecord, ports: ResumePorts): Promise<LaunchRecord> {
  const { order } = record;
  const ageSeconds = secondsBetween(record.openedAt, ports.clock.now());
  const fields = { launchId: order.launchId, workerType: order.definition.workerType, ageSeconds };
  if (ageSeconds > ABANDON_SECONDS) {
    ports.telemetry.event('warn', 'launch-abandoned', fields);
    return settled({ ...record, state: 'abandoned' }, ports.ledger);
  }
  if (ageSeconds > REPEAT_SECONDS) return record;
  const outcome = await ports.fleet.launch(order);
  ports.telemetry.event('info', 'launch-resumed', { ...fields, outcome: outcome.kind });
  if (outcome.kind === 'no-answer') return record;
  // Nothing launched and nothing refused is no answer to go by: an earlier call may have launched it all.
  if (outcome.workers.length === 0 && outcome.refusals.length === 0) return record;
  return settled({ ...record, state: 'closed', workers: outcome.workers, refusals: outcome.refusals }, ports.ledger);
}

async function settled(record: LaunchRecord, ledger: LaunchLedger): Promise<LaunchRecord> {
  await ledger.settle(record);
  return record;
}
