import type { Command } from 'commander';
import { CliError } from '../cli-error.ts';
import { unknownWorkerType } from '../find-worker-type.ts';
import { examples } from '../help.ts';
import type { Session } from '../session.ts';

/** What one event may name. */
const MAX_TYPES = 100;

/** `wake TYPE...` */
export function addWakeCommand(parent: Command, session: Session): void {
  parent
    .command('wake')
    .argument('<TYPE...>', 'names of worker types')
    .summary('have the provisioner look at worker types at once')
    .description(
      'Have the provisioner look at the queues of worker types at once, by an event on its bus, as a producer of tasks ' +
        'does it. What comes of it shows in their status. Without it they have their turn with the next tick.',
    )
    .addHelpText('after', examples(['provisioner wake ci-linux ci-windows', 'Tasks wait for these two.']))
    .action(async (names: readonly string[]) => {
      const workerTypes = [...new Set(names)];
      if (workerTypes.length > MAX_TYPES)
        throw new CliError('usage', `found ${workerTypes.length} worker types, allowed: 1 to ${MAX_TYPES}`);
      const { ports, target } = await session.connect();
      const existing = (await ports.workerTypes.list()).map(({ workerType }) => workerType);
      const unknown = workerTypes.find((name) => !existing.includes(name));
      if (unknown !== undefined) throw unknownWorkerType(unknown, existing);
      await ports.bus.put([{ detailType: 'Tasks Waiting', detail: { workerTypes } }]);
      session.show({
        data: { workerTypes, eventBus: target.eventBus },
        text: `Told ${target.eventBus} that tasks wait for ${workerTypes.join(', ')}.`,
      });
    });
}
