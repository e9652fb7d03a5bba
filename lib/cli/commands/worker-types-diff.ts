import type { Command } from 'commander';
import { diffDefinitions } from '../../control/definition-diff.ts';
import { requireVersion, versionNumber } from '../find-version.ts';
import { requireWorkerType } from '../find-worker-type.ts';
import { formatChange } from '../format/changes.ts';
import { examples } from '../help.ts';
import type { CliPorts } from '../ports.ts';
import type { Session } from '../session.ts';

/** `worker-types diff NAME --from N --to M` */
export function addDiffCommand(parent: Command, session: Session): void {
  parent
    .command('diff')
    .argument('<NAME>', 'name of the worker type')
    .requiredOption('--from <N>', 'number of a version, see history', versionNumber)
    .option('--to <M>', 'number of another version (default: what is stored now)', versionNumber)
    .summary('compare two versions of a definition')
    .description('Show each field that differs between two versions of a definition.')
    .addHelpText(
      'after',
      examples(
        ['provisioner worker-types diff ci-linux --from 3 --to 5', 'What did versions 4 and 5 change?'],
        ['provisioner worker-types diff ci-linux --from 3', 'What has changed since version 3?'],
      ),
    )
    .action(async (name: string, { from, to }: { from: number; to?: number }) => {
      const { ports } = await session.connect();
      const [before, after] = await Promise.all([documentOf(name, from, ports), documentOf(name, to, ports)]);
      const changes = diffDefinitions(before, after);
      session.show({
        data: { workerType: name, from, to: to ?? null, changes },
        text:
          changes.length === 0
            ? 'Nothing differs.'
            : changes.map((each) => formatChange(each, session.style)).join('\n'),
      });
    });
}

async function documentOf(name: string, version: number | undefined, { history, workerTypes }: CliPorts) {
  if (version === undefined) return (await requireWorkerType(workerTypes, name)).document;
  const { document, deleted } = await requireVersion(history, name, version);
  return deleted === true ? {} : document;
}
