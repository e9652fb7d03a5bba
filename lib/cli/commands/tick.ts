import { randomUUID } from 'node:crypto';
import type { Command } from 'commander';
import { type ProvisionPorts, tick } from '../../control/provision.ts';
import { FIRST_SHARD } from '../../control/shards.ts';
import type { TickReport } from '../../control/status.ts';
import { wholeTick } from '../../control/tick-report.ts';
import { poolName } from '../../core/launch-cascade.ts';
import { CliError } from '../cli-error.ts';
import { plural } from '../format/duration.ts';
import { formatPreview } from '../format/preview.ts';
import { unreadWarnings } from '../format/unread.ts';
import { examples } from '../help.ts';
import { toPlanData } from '../plan-data.ts';
import { toPoolData } from '../pool-view.ts';
import type { Session } from '../session.ts';
import { readStatus, type StatusView } from '../status-view.ts';
import { type OrderPreview, previewTick, type TickPreview } from '../tick-preview.ts';

/** `tick` */
export function addTickCommand(parent: Command, session: Session): void {
  parent
    .command('tick')
    .option('--dry-run', 'show plan, orders, their exact requests and rejected pools; write and launch nothing')
    .summary('run one provisioning pass now, or show what it would do')
    .description('Run one provisioning pass now, over all worker types. Skipped while another one is running.')
    .addHelpText(
      'after',
      examples(
        ['provisioner tick --dry-run', 'What would be launched, and why?'],
        ['provisioner tick', 'Do it, without waiting for the schedule.'],
      ),
    )
    .action(async ({ dryRun = false }: { dryRun?: boolean }) => {
      const { ports, target } = await session.connect({ launches: true });
      if (dryRun) {
        const preview = await previewTick(ports, target);
        const warnings = unreadWarnings(preview.unread);
        const text = formatPreview(preview, session.style);
        return session.show({ data: { dryRun, ...toData(preview), warnings }, text, warnings });
      }
      const report = await tickAll(ports, target);
      const view = await readStatus(target.provisionerId, ports);
      const ending = endingOf(report);
      session.show({
        data: { dryRun, ...view },
        text: formatReport(report, view),
        ...(ending === undefined ? {} : { ending }),
      });
    });
}

/** One tick of each shard, as one. */
async function tickAll(
  ports: ProvisionPorts,
  { region: homeRegion, regions }: { readonly region: string; readonly regions: readonly string[] },
): Promise<TickReport> {
  const known = (await ports.leases.shards()).map(({ shard }) => shard);
  const reports: TickReport[] = [];
  for (const shard of known.length === 0 ? [FIRST_SHARD] : known) {
    const result = await tick(ports, { holder: `cli-${randomUUID()}`, homeRegion, regions, shard });
    if (result.kind === 'skipped')
      throw new CliError('failure', `another tick is running (${result.heldBy}); ${done(reports)}, try again soon`);
    if (result.kind === 'done') reports.push(result.report);
  }
  const whole = wholeTick(reports);
  if (whole === undefined) throw new CliError('failure', 'the shards changed meanwhile; try again');
  return whole;
}

const done = ({ length }: readonly TickReport[]): string =>
  length === 0 ? 'nothing was done' : `${plural(length, 'shard')} done`;

const formatReport = (report: TickReport, { workerTypes }: StatusView): string =>
  [
    ...workerTypes.map(({ workerType, decision }) => `${workerType}: ${decision}`),
    `${plural(report.workerTypes, 'worker type')} (${report.invalid} invalid), launched capacity ${report.launchedCapacity}.`,
  ].join('\n');

function endingOf({ failures }: TickReport): CliError | undefined {
  return failures.length === 0 ? undefined : new CliError('partly-failed', failures.join('; '));
}

/** Times are ISO 8601 in everything that is printed. */
const toData = ({ openLaunches, workerTypes }: TickPreview) => ({
  openLaunches,
  workerTypes: workerTypes.map(({ plan, orders, rejectedPools, ...preview }) => ({
    ...preview,
    ...(plan === undefined ? {} : { plan: toPlanData(plan) }),
    orders: orders.map(toOrderData),
    rejectedPools: rejectedPools.map(toPoolData),
  })),
});

const toOrderData = ({ order, ...rest }: OrderPreview) => ({
  region: order.region,
  market: order.market,
  targetCapacity: order.targetCapacity,
  pools: order.pools.map(poolName),
  ...rest,
});
