import type { Command } from 'commander';
import { unknownWorkerType } from '../find-worker-type.ts';
import { formatStatus, formatWorkerTypeStatus } from '../format/status.ts';
import { examples } from '../help.ts';
import type { Session } from '../session.ts';
import { staleSeconds, viewStatus, warningsOf } from '../status-view.ts';

/** `status [NAME]` */
export function addStatusCommand(parent: Command, session: Session): void {
  parent
    .command('status')
    .argument('[NAME]', 'one worker type, in detail')
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
        ['provisioner status --json', 'For a script or a monitor.'],
      ),
    )
    .action(async (name: string | undefined) => {
      const { ports, target } = await session.connect();
      const [stored, board] = await Promise.all([ports.workerTypes.list(), ports.board.load()]);
      const view = viewStatus(target.provisionerId, stored, board, ports.clock.now());
      const warnings = warningsOf(view, staleSeconds(session.env));
      if (name === undefined) {
        return session.show({ data: { ...view, warnings }, text: formatStatus(view, session.style), warnings });
      }
      const one = view.workerTypes.find(({ workerType }) => workerType === name);
      if (one === undefined)
        throw unknownWorkerType(
          name,
          view.workerTypes.map(({ workerType }) => workerType),
        );
      session.show({
        data: { ...view, workerTypes: [one], warnings },
        text: formatWorkerTypeStatus(one, session.style),
        warnings,
      });
    });
}
