import type { Command } from 'commander';
import { requireVersion, versionNumber } from '../find-version.ts';
import { formatDefinition } from '../format/definition.ts';
import { examples } from '../help.ts';
import type { Session } from '../session.ts';

/** `worker-types show NAME --version N` */
export function addShowCommand(parent: Command, session: Session): void {
  parent
    .command('show')
    .argument('<NAME>', 'name of the worker type')
    .requiredOption('--version <N>', 'number of the version, see history', versionNumber)
    .summary('print a version of a definition')
    .description('Print a definition as it was in one version, as YAML. Of a deletion: as it was before.')
    .addHelpText('after', examples(['provisioner worker-types show ci-linux --version 4', 'What was version 4?']))
    .action(async (name: string, { version }: { version: number }) => {
      const { ports } = await session.connect();
      const { at, ...record } = await requireVersion(ports.history, name, version);
      session.show({
        data: { ...record, at: new Date(at).toISOString() },
        text: formatDefinition(record.document),
        warnings: record.deleted === true ? [`version ${version} is the deletion of this definition`] : [],
      });
    });
}
