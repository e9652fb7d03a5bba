import type { Command } from 'commander';
import type { Fleet } from '../../control/ports.ts';
import { isPresent } from '../../core/worker.ts';
import { CliError } from '../cli-error.ts';
import { requireWorkerType } from '../find-worker-type.ts';
import { plural } from '../format/duration.ts';
import { unreadWarnings } from '../format/unread.ts';
import { examples } from '../help.ts';
import { authorOption, keeperOf, removeAndKeep } from '../keep-version.ts';
import type { Session } from '../session.ts';

/** `worker-types delete NAME` */
export function addDeleteCommand(parent: Command, session: Session): void {
  parent
    .command('delete')
    .argument('<NAME>', 'name of the worker type')
    .option('--yes', 'do not ask')
    .addOption(authorOption())
    .summary('delete a definition')
    .description(
      'Delete a definition. Nothing is launched for it any more; its workers finish, and leave when they are idle. ' +
        'Its versions are kept: restore brings each of them back.',
    )
    .addHelpText(
      'after',
      examples(
        ['provisioner worker-types delete ci-linux', 'Asks for the name once more.'],
        ['provisioner worker-types delete ci-linux --yes', 'For scripts.'],
      ),
    )
    .action(async (name: string, { yes = false, author }: { yes?: boolean; author?: string }) => {
      const { ports } = await session.connect();
      const { document } = await requireWorkerType(ports.workerTypes, name);
      const workers = await countPresent(name, ports.fleet);
      const preview = workersInWords(name, workers);
      await session.confirm(preview, { yes, action: `Delete the worker type ${name}`, word: name });
      const { result, warning } = await removeAndKeep(name, document, keeperOf(ports, author, session.env));
      if (result === 'conflict')
        throw new CliError('conflict', `${name} was changed in the meantime; it was not deleted, look at it again`);
      const warnings = [
        ...(workers.cause === undefined ? [] : [`the workers could not be counted: ${workers.cause}`]),
        ...unreadWarnings(workers.unread ?? new Map()),
        ...(warning === undefined ? [] : [warning]),
      ];
      session.show({
        data: { workerType: name, result, workersPresent: workers.count ?? null, warnings },
        text: `${name} ${result === 'absent' ? 'was gone already' : 'is deleted'}. ${preview}`,
        warnings,
      });
    });
}

interface PresentCount {
  readonly count?: number;
  /** Regions that are not in the count. */
  readonly unread?: ReadonlyMap<string, string>;
  /** Why they could not be counted. A definition can be deleted all the same. */
  readonly cause?: string;
}

async function countPresent(name: string, fleet: Fleet): Promise<PresentCount> {
  try {
    const { workers, unread } = await fleet.list();
    const count = workers.filter((worker) => worker.workerType === name && isPresent(worker)).length;
    return { count, unread };
  } catch (error) {
    return { cause: error instanceof Error ? error.message : String(error) };
  }
}

function workersInWords(name: string, { count }: PresentCount): string {
  if (count === undefined) return `It is not known how many workers of ${name} are present.`;
  if (count === 0) return `No worker of ${name} is present.`;
  return `${plural(count, 'worker')} of ${name} ${count === 1 ? 'is' : 'are'} present and will leave when idle.`;
}
