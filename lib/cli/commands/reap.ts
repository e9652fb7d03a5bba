import type { Command } from 'commander';
import { planReapRun, reap } from '../../control/reap.ts';
import type { ReapReport } from '../../control/status.ts';
import type { ReapVerdict } from '../../core/reap-plan.ts';
import { CliError } from '../cli-error.ts';
import { plural } from '../format/duration.ts';
import { unreadWarnings } from '../format/unread.ts';
import { formatVerdicts } from '../format/verdicts.ts';
import { examples } from '../help.ts';
import type { Session } from '../session.ts';

/** `reap` */
export function addReapCommand(parent: Command, session: Session): void {
  parent
    .command('reap')
    .option('--dry-run', 'show the verdict on each worker, terminate nothing')
    .option('--yes', 'do not ask')
    .summary('run the reaper now, or show its verdicts')
    .description('Run the reaper once, now: terminate the workers that outlived their maxLifetimeSeconds.')
    .addHelpText(
      'after',
      examples(
        ['provisioner reap --dry-run', 'Who would be terminated, who stays, and why?'],
        ['provisioner reap --yes', 'Terminate them.'],
      ),
    )
    .action(async ({ dryRun = false, yes = false }: { dryRun?: boolean; yes?: boolean }) => {
      const { ports } = await session.connect();
      const { verdicts, unread } = await planReapRun(ports);
      const warnings = unreadWarnings(unread);
      // EC2 goes on listing the dead for an hour; nobody asks about them.
      const present = verdicts.filter(({ reason }) => reason !== 'already-gone');
      const condemned = verdicts.filter(({ kind }) => kind === 'reap').length;
      const preview = [
        ...(present.length === 0 ? [] : [formatVerdicts(present, session.style)]),
        `${plural(present.length, 'worker')} there, ${condemned} to terminate.`,
      ].join('\n');
      if (dryRun) {
        return session.show({ data: { dryRun, workers: verdicts.map(toData), warnings }, text: preview, warnings });
      }
      if (condemned > 0)
        await session.confirm(preview, { yes, action: `Terminate ${plural(condemned, 'worker')}`, word: 'yes' });
      const report = await reap(ports);
      const ending = endingOf(report);
      session.show({
        data: { dryRun, workers: verdicts.map(toData), report: toReportData(report) },
        text: formatReport(report),
        ...(ending === undefined ? {} : { ending }),
      });
    });
}

function toData(verdict: ReapVerdict) {
  const { kind, reason, worker } = verdict;
  const age = verdict.kind === 'reap' ? { ageSeconds: verdict.ageSeconds, limitSeconds: verdict.limitSeconds } : {};
  return { workerId: worker.workerId, workerType: worker.workerType ?? null, verdict: kind, reason, ...age };
}

const toReportData = ({ seen, reaped, unknown, failures }: ReapReport) => ({ seen, reaped, unknown, failures });

function formatReport({ seen, reaped, failures }: ReapReport): string {
  return [
    ...reaped.map(({ workerId, workerType, reason }) => `${workerId} (${workerType ?? '?'}): terminated, ${reason}`),
    ...failures.map((failure) => `${failure}: not terminated`),
    `${plural(seen, 'worker')} seen, ${reaped.length} terminated, ${failures.length} failed.`,
  ].join('\n');
}

function endingOf({ reaped, failures }: ReapReport): CliError | undefined {
  if (failures.length === 0) return undefined;
  const message = `${plural(failures.length, 'worker')} could not be terminated`;
  return new CliError(reaped.length === 0 ? 'failure' : 'partly-failed', message);
}
