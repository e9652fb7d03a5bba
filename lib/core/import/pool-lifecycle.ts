import { MAX_LIFETIME_SECONDS } from '../worker-type-schema.ts';
import type { ReportNotes } from './import-report.ts';
import type { JsonObject } from './json-object.ts';
import type { OldWorkerPool } from './old-worker-pool-schema.ts';

const DAY_SECONDS = 24 * 3600;
/** As by default: 72 of 96 hours, which leaves the last task a day. */
const UPTIME_SHARE = 0.75;
const DEFAULT_UPTIME_SECONDS = 72 * 3600;
const PATH = 'config.lifecycle';

/** worker-manager's time limits in ours. */
export function lifetimesOf({ config: { lifecycle } }: OldWorkerPool, notes: ReportNotes): JsonObject {
  const { registrationTimeout, reregistrationTimeout, queueInactivityTimeout } = lifecycle;
  if (registrationTimeout !== undefined) {
    notes.dropped(
      `${PATH}.registrationTimeout`,
      'workers need not register; what never works ends at maxLifetimeSeconds',
    );
  }
  const lifetime =
    reregistrationTimeout === undefined
      ? undefined
      : Math.min(Math.max(reregistrationTimeout, 2), MAX_LIFETIME_SECONDS);
  const uptime = lifetime === undefined ? undefined : Math.max(1, Math.floor(lifetime * UPTIME_SHARE));
  if (lifetime !== undefined) {
    const how = `each check-in began it anew; here a worker takes no task after ${uptime} s and is terminated ${lifetime} s after its launch`;
    notes.approximated(`${PATH}.reregistrationTimeout`, how);
  }
  return {
    ...idleTimeoutOf(queueInactivityTimeout, uptime ?? DEFAULT_UPTIME_SECONDS, notes),
    ...(lifetime === undefined ? {} : { maxUptimeSeconds: uptime, maxLifetimeSeconds: lifetime }),
  };
}

function idleTimeoutOf(timeout: number | undefined, uptime: number, notes: ReportNotes): JsonObject {
  if (timeout === undefined) return {};
  const idleTimeoutSeconds = Math.min(Math.max(timeout, 1), DAY_SECONDS, uptime);
  const how = `the manager ended workers unseen by the queue for ${timeout} s; here a worker leaves by itself after ${idleTimeoutSeconds} s without a task`;
  notes.approximated(`${PATH}.queueInactivityTimeout`, how);
  return { idleTimeoutSeconds };
}
