import type { Command } from 'commander';
import { launchPools } from '../../core/launch-cascade.ts';
import { type Cooldown, cooldownOf, cooldownsFor } from '../../core/pool-cooldown.ts';
import { marketsOf } from '../../core/preview.ts';
import { unknownWorkerType } from '../find-worker-type.ts';
import { formatCooldowns, toCooldownData } from '../format/cooldowns.ts';
import { formatStatus, formatWorkerTypeStatus } from '../format/status.ts';
import { examples } from '../help.ts';
import type { CliPorts } from '../ports.ts';
import type { Session } from '../session.ts';
import { readStatus, type StatusView, staleSeconds, type WorkerTypeView, warningsOf } from '../status-view.ts';

/** `status [NAME]` */
export function addStatusCommand(parent: Command, session: Session): void {
  parent
    .command('status')
    .argument('[NAME]', 'one worker type, in detail')
    .option('--pools', 'also the pools that are not tried for a while, and until when')
    .summary('show how the worker types stand')
    .description(
      'Show how the worker types stand, as the last tick saw them. Warns when no tick has run for a minute ' +
        '(or three tick intervals, with TICK_SECONDS in the environment).',
    )
    .addHelpText(
      'after',
      examples(
        ['provisioner status', 'All worker types.'],
        ['provisioner status ci-linux', 'One of them: last decision, last launch, what EC2 refused.'],
        ['provisioner status --pools', 'Where is EC2 short of capacity at present?'],
        ['provisioner status --json', 'For a script or a monitor.'],
      ),
    )
    .action(async (name: string | undefined, { pools = false }: { pools?: boolean }) => {
      const { ports, target } = await session.connect();
      const view = await readStatus(target.provisionerId, ports);
      const warnings = warningsOf(view, staleSeconds(session.env));
      const cooling = pools ? await coolingNow(name, target.region, ports) : undefined;
      const one = name === undefined ? undefined : requireView(view, name);
      const { style } = session;
      session.show({
        data: {
          ...(one === undefined ? view : { ...view, workerTypes: [one] }),
          ...(cooling === undefined ? {} : { cooldowns: cooling.map(toCooldownData) }),
          warnings,
        },
        text: [
          one === undefined ? formatStatus(view, style) : formatWorkerTypeStatus(one, style),
          ...(cooling === undefined ? [] : ['', formatCooldowns(cooling, ports.clock.now(), style)]),
        ].join('\n'),
        warnings,
      });
    });
}

function requireView({ workerTypes }: StatusView, name: string): WorkerTypeView {
  const one = workerTypes.find(({ workerType }) => workerType === name);
  if (one !== undefined) return one;
  throw unknownWorkerType(
    name,
    workerTypes.map(({ workerType }) => workerType),
  );
}

/** Cooldowns that hold now: all of them, or those that keep this worker type from a pool. */
async function coolingNow(name: string | undefined, homeRegion: string, ports: CliPorts): Promise<Cooldown[]> {
  const now = ports.clock.now();
  const cooling = (await ports.poolMemory.load()).filter(({ until }) => until > now).sort((a, b) => a.until - b.until);
  if (name === undefined) return cooling;
  const [stored, controls] = await Promise.all([ports.workerTypes.get(name), ports.controls.load()]);
  if (stored?.parsed.kind !== 'valid') return [];
  const clearedAt = controls.find(({ workerType }) => workerType === name)?.clearedAt ?? 0;
  const { definition } = stored.parsed;
  const pools = launchPools(definition, homeRegion);
  const markets = marketsOf(definition);
  return cooldownsFor(definition, cooling).filter(
    (cooldown) =>
      cooldown.since > clearedAt &&
      markets.includes(cooldown.market) &&
      pools.some((pool) => cooldownOf(pool, cooldown.market, [cooldown], now) !== undefined),
  );
}
