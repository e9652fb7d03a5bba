import { launchablePools } from '../core/check/unlaunchable.ts';
import type { CheckReport } from '../core/finding.ts';
import { type CheckOutcome, type CheckRunPorts, checkWorkerTypes } from './check.ts';
import type { StoredWorkerType, Telemetry, WorkerTypes } from './ports.ts';
import { metricNames } from './telemetry.ts';

export type CheckAllPorts = CheckRunPorts & { readonly telemetry: Telemetry };

/**
 * Checks every definition and counts what came of it: the sign of life that an alarm waits for, what failed, and the
 * worker types for which nothing can be launched. Throws when the definitions cannot be read.
 */
export async function checkAll(ports: CheckAllPorts, homeRegion: string): Promise<CheckOutcome> {
  const { telemetry } = ports;
  try {
    const outcome = await checkWorkerTypes(ports, { homeRegion });
    const unlaunchable = await unlaunchableTypes(outcome.reports, ports.workerTypes, homeRegion);
    telemetry.count(metricNames.checkSucceeded, 1);
    telemetry.count(metricNames.checkFailures, outcome.failures.length);
    telemetry.count(metricNames.unlaunchableWorkerTypes, unlaunchable.length);
    const { reports, failures } = outcome;
    telemetry.event(unlaunchable.length > 0 || failures.length > 0 ? 'error' : 'info', 'check-finished', {
      workerTypes: reports.length,
      findings: reports.reduce((sum, { findings }) => sum + findings.length, 0),
      unknown: reports.reduce((sum, report) => sum + report.unknown.length, 0),
      unlaunchable,
      failures,
    });
    return outcome;
  } catch (error) {
    telemetry.event('error', 'check-failed', { cause: String(error) });
    telemetry.count(metricNames.checkFailures, 1);
    throw error;
  } finally {
    telemetry.publish();
  }
}

/** Names of enabled worker types that the findings leave no pool. */
async function unlaunchableTypes(
  reports: readonly CheckReport[],
  workerTypes: WorkerTypes,
  homeRegion: string,
): Promise<string[]> {
  const findingsOf = new Map(reports.map(({ workerType, findings }) => [workerType, findings]));
  const isUnlaunchable = ({ workerType, parsed }: StoredWorkerType): boolean => {
    const findings = findingsOf.get(workerType);
    if (parsed.kind === 'invalid' || findings === undefined || !parsed.definition.enabled) return false;
    // Without any finding a type that launches nothing, such as one with weights of 0, means to.
    return findings.length > 0 && launchablePools(parsed.definition, homeRegion, findings).length === 0;
  };
  return (await workerTypes.list()).filter(isUnlaunchable).map(({ workerType }) => workerType);
}
