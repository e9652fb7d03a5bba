/**
 * The check of definitions against the account: what do they name that is not there, does not fit, or is not allowed?
 * Observe: one look-up for all types together. Plan: pure comparison. Act: a rehearsal of the launch, and a report on
 * the board, by which the next tick leaves out pools. Nothing is ever launched.
 */
import pMap from 'p-map';
import type { AccountFacts } from '../core/check/account-facts.ts';
import { lookupsOf } from '../core/check/account-lookups.ts';
import { checkDefinition } from '../core/check/check-definition.ts';
import { rehearsalFindings } from '../core/check/rehearsal-findings.ts';
import { launchablePools } from '../core/check/unlaunchable.ts';
import type { CheckReport, Finding } from '../core/finding.ts';
import type { WorkerType } from '../core/worker-type-schema.ts';
import type { Account, CheckBoard, LaunchRehearsal } from './check-ports.ts';
import type { Clock, WorkerTypes } from './ports.ts';

export interface CheckPorts {
  readonly clock: Clock;
  readonly account: Account;
  /** Absent where whoever checks may not launch: then nothing is rehearsed. */
  readonly rehearsal?: LaunchRehearsal;
}

export interface CheckRunPorts extends CheckPorts {
  readonly workerTypes: WorkerTypes;
  readonly checkBoard: CheckBoard;
}

/** What a run of the check came to. */
export interface CheckOutcome {
  readonly reports: readonly CheckReport[];
  /** Types whose check itself failed, as `type: cause`. Their earlier reports stay. */
  readonly failures: readonly string[];
}

/** Rehearsals under way at once: EC2 counts dry runs of CreateFleet like real ones. */
const REHEARSAL_CONCURRENCY = 2;
const REHEARSAL_LAUNCH_ID = 'rehearsal';

/**
 * Checks the stored worker types, or only one of them, and writes a report for each; reports of types that are gone or
 * invalid are removed. Throws when the definitions cannot be read; what fails for one type is told in the outcome.
 */
export async function checkWorkerTypes(
  ports: CheckRunPorts,
  { homeRegion, only }: { readonly homeRegion: string; readonly only?: string },
): Promise<CheckOutcome> {
  const stored = only === undefined ? await ports.workerTypes.list() : [await ports.workerTypes.get(only)];
  const definitions = stored.flatMap((each) => (each?.parsed.kind === 'valid' ? [each.parsed.definition] : []));
  const names = new Set(definitions.map(({ workerType }) => workerType));
  const reported = only === undefined ? (await ports.checkBoard.load()).map(({ workerType }) => workerType) : [only];
  await ports.checkBoard.remove(reported.filter((name) => !names.has(name)));
  return checkDefinitions(definitions, homeRegion, ports, (report) => ports.checkBoard.save([report]));
}

/** Checks definitions wherever they come from. `onReport` gets each report when it is there. */
export async function checkDefinitions(
  definitions: readonly WorkerType[],
  homeRegion: string,
  ports: CheckPorts,
  onReport: (report: CheckReport) => Promise<void> = async () => undefined,
): Promise<CheckOutcome> {
  const facts = await ports.account.lookUp(lookupsOf(definitions, homeRegion));
  const results = await pMap(
    definitions,
    async (definition): Promise<CheckReport | string> => {
      try {
        const report = await reportOn(definition, homeRegion, facts, ports);
        await onReport(report);
        return report;
      } catch (error) {
        return `${definition.workerType}: ${error instanceof Error ? error.message : String(error)}`;
      }
    },
    { concurrency: REHEARSAL_CONCURRENCY },
  );
  return {
    reports: results.filter((result) => typeof result !== 'string'),
    failures: results.filter((result) => typeof result === 'string'),
  };
}

async function reportOn(
  definition: WorkerType,
  homeRegion: string,
  facts: AccountFacts,
  ports: CheckPorts,
): Promise<CheckReport> {
  const checked = checkDefinition(definition, homeRegion, facts);
  const rehearsed = rehearsalFindings(await rehearse(definition, homeRegion, checked.findings, ports.rehearsal));
  return {
    workerType: definition.workerType,
    definitionVersion: definition.version,
    checkedAt: ports.clock.now(),
    findings: [...checked.findings, ...rehearsed.findings],
    unknown: [...checked.unknown, ...rehearsed.unknown],
  };
}

/** Rehearses one launch in each region, of the pools that are left there. */
async function rehearse(
  definition: WorkerType,
  homeRegion: string,
  findings: readonly Finding[],
  rehearsal: LaunchRehearsal | undefined,
) {
  if (rehearsal === undefined) return [];
  const byRegion = Map.groupBy(launchablePools(definition, homeRegion, findings), ({ region }) => region);
  return pMap(
    byRegion,
    async ([region, pools]) => ({
      region,
      pools: pools.map(({ subnetId, instanceType }) => `${subnetId}/${instanceType}`),
      rehearsal: await rehearsal.rehearse({
        launchId: REHEARSAL_LAUNCH_ID,
        definition,
        region,
        market: 'spot',
        targetCapacity: Math.min(...pools.map(({ capacity }) => capacity)),
        pools: pools.map(({ subnetId, instanceType, capacity }) => ({ subnetId, instanceType, capacity })),
      }),
    }),
    { concurrency: REHEARSAL_CONCURRENCY },
  );
}
