import type { Command } from 'commander';
import type { VersionRecord } from '../../control/check-ports.ts';
import { parseWorkerType } from '../../core/worker-type-schema.ts';
import { planApply } from '../apply-plan.ts';
import { CliError } from '../cli-error.ts';
import { requireVersion, versionNumber } from '../find-version.ts';
import { formatChange } from '../format/changes.ts';
import { examples } from '../help.ts';
import { authorOption, keeperOf, saveAndKeep } from '../keep-version.ts';
import type { Session } from '../session.ts';

/** `worker-types restore NAME --version N` */
export function addRestoreCommand(parent: Command, session: Session): void {
  parent
    .command('restore')
    .argument('<NAME>', 'name of the worker type')
    .requiredOption('--version <N>', 'number of the version, see history', versionNumber)
    .addOption(authorOption())
    .summary('bring a version of a definition back')
    .description(
      'Write a version of a definition as the newest one; the versions in between are kept. A deleted definition comes ' +
        'back with it. What somebody else changes at the same time is not overwritten.',
    )
    .addHelpText(
      'after',
      examples(
        ['provisioner worker-types diff ci-linux --from 5 --to 3', 'What would restoring version 3 change?'],
        ['provisioner worker-types restore ci-linux --version 3', 'Do it.'],
      ),
    )
    .action(async (name: string, { version, author }: { version: number; author?: string }) => {
      const { ports } = await session.connect();
      const [stored, record] = await Promise.all([
        ports.workerTypes.get(name),
        requireVersion(ports.history, name, version),
      ]);
      const step = planApply(definitionOf(record), stored);
      if (step.kind === 'unchanged') {
        session.show({
          data: { workerType: name, result: 'unchanged', version: step.version },
          text: `${name} is so already.`,
        });
        return;
      }
      if (step.kind === 'conflict') throw new CliError('conflict', step.cause);
      const { result, warning } = await saveAndKeep(step, keeperOf(ports, author, session.env));
      if (result === 'conflict')
        throw new CliError('conflict', `${name} was changed in the meantime; nothing was written`);
      const written = (step.expectedVersion ?? 0) + 1;
      const warnings = warning === undefined ? [] : [warning];
      session.show({
        data: { workerType: name, result, restored: version, version: written, changes: step.changes, warnings },
        text: [
          `${session.style.bold(name)}: version ${version} is restored as version ${written}`,
          ...step.changes.map((change) => `  ${formatChange(change, session.style)}`),
        ].join('\n'),
        warnings,
      });
    });
}

/** The definition of a kept version. Throws, naming its problems, when it cannot be read as one. */
function definitionOf({ workerType, version, document }: VersionRecord) {
  const parsed = parseWorkerType(document);
  const source = { file: `version ${version}`, line: 1, value: document };
  if (parsed.kind === 'valid') return { source, definition: parsed.definition, statedVersion: undefined };
  const problems = parsed.problems.map((problem) => ({ file: source.file, line: source.line, workerType, ...problem }));
  throw new CliError('invalid-input', `version ${version} is no valid definition, nothing was changed`, problems);
}
