/**
 * Deletes launch templates that no launch can use any more: each edit of a definition makes new ones, and EC2 holds 5,000
 * a region.
 *
 * Kept are those younger than a day, those that a present definition or a recent launch uses, and all of a worker type
 * whose definition cannot be read or whose requests cannot be built. Definitions or ledger unreadable: it throws and
 * deletes nothing. One deleted all the same is made anew by the next launch that needs it.
 */

import { secondsAfter } from '../core/units.ts';
import { templateKey, unusedTemplates } from '../core/unused-templates.ts';
import type { WorkerType } from '../core/worker-type-schema.ts';
import type { LaunchTemplates } from './check-ports.ts';
import type { Clock, LaunchLedger, StoredWorkerType, Telemetry, WorkerTypes } from './ports.ts';
import { metricNames } from './telemetry.ts';

export interface CollectPorts {
  readonly clock: Clock;
  readonly workerTypes: Pick<WorkerTypes, 'list'>;
  readonly ledger: Pick<LaunchLedger, 'recent'>;
  readonly launchTemplates: LaunchTemplates;
  readonly telemetry: Telemetry;
}

/** What a run saw and deleted; failures in words. */
export interface Collected {
  readonly seen: number;
  readonly removed: number;
  readonly failures: readonly string[];
}

/** Launches are repeated for ten minutes at most; whatever was launched within the hour keeps its templates. */
const RECENT_SECONDS = 3600;
/** What is unused is cheap and waits; five minutes apart would be twelve lists of templates for one. */
const EVERY_SECONDS = 3600;
/** DeleteLaunchTemplate takes one at a time, five a second for the whole account: the next run takes the rest. */
const MAX_REMOVED = 100;

/** One run. Templates that could not be deleted, and regions that could not be read, are among the failures. */
export async function collectTemplates(ports: CollectPorts): Promise<Collected> {
  const { clock, launchTemplates, telemetry } = ports;
  // Templates first: one made while definitions are read is not in the list yet.
  const { templates, unread } = await launchTemplates.list();
  const [definitions, launches] = await Promise.all([
    ports.workerTypes.list(),
    ports.ledger.recent(secondsAfter(clock.now(), -RECENT_SECONDS)),
  ]);
  const uses = usesOf(
    definitions,
    launches.map(({ order }) => order.definition),
    launchTemplates,
  );
  const unused = unusedTemplates(templates, uses, clock.now()).slice(0, MAX_REMOVED);
  const { removed, failed } = unused.length === 0 ? { removed: [], failed: [] } : await launchTemplates.remove(unused);
  const failures = [
    ...[...unread].map(([region, cause]) => `launch templates of ${region} could not be listed: ${cause}`),
    ...failed.map(({ templateId, code, message }) => `${templateId}: ${code} (${message})`),
  ];
  const fields = { seen: templates.length, removed, failures };
  if (failures.length > 0) tellFailure(telemetry, fields);
  else if (removed.length > 0) telemetry.event('info', 'launch-templates-collected', fields);
  return { seen: templates.length, removed: removed.length, failures };
}

/**
 * A run that another loop may end with: at most one an hour in this process, and one that fails is logged and counted
 * instead of thrown, because the loop's own work does not hang on it.
 */
export function templateCollector(ports: CollectPorts): () => Promise<Collected | undefined> {
  let nextAt = Number.NEGATIVE_INFINITY;
  return async () => {
    if (ports.clock.now() < nextAt) return undefined;
    nextAt = secondsAfter(ports.clock.now(), EVERY_SECONDS);
    try {
      return await collectTemplates(ports);
    } catch (error) {
      tellFailure(ports.telemetry, { failures: [String(error)] });
      return undefined;
    }
  };
}

/** Publishes at once: the loop that ends with this run has published its own metrics before. */
function tellFailure(telemetry: Telemetry, fields: Readonly<Record<string, unknown>>): void {
  telemetry.event('warn', 'launch-templates-collected', fields);
  telemetry.count(metricNames.checkFailures, 1);
  telemetry.publish();
}

function usesOf(
  definitions: readonly StoredWorkerType[],
  launched: readonly WorkerType[],
  launchTemplates: Pick<LaunchTemplates, 'namesOf'>,
) {
  const workerTypes = new Set<string>();
  const templates = new Set<string>();
  const use = (definition: WorkerType) => {
    try {
      for (const template of launchTemplates.namesOf(definition)) templates.add(templateKey(template));
    } catch {
      workerTypes.add(definition.workerType);
    }
  };
  for (const { workerType, parsed } of definitions) {
    if (parsed.kind === 'valid') use(parsed.definition);
    else workerTypes.add(workerType);
  }
  for (const definition of launched) use(definition);
  return { templates, workerTypes };
}
