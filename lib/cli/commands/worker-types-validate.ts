import type { Command } from 'commander';
import { type FileDefinition, readDefinitions } from '../definitions.ts';
import { plural } from '../format/duration.ts';
import { examples } from '../help.ts';
import type { Session } from '../session.ts';

/** `worker-types validate FILE...` */
export function addValidateCommand(parent: Command, session: Session): void {
  parent
    .command('validate')
    .argument('<FILE...>', 'YAML or JSON files, - for standard input')
    .summary('check definitions in files')
    .description('Check definitions and report every problem. Reads files only: needs no connection.')
    .addHelpText(
      'after',
      examples(
        ['provisioner worker-types validate worker-types/*.yaml', 'Check all files before a commit.'],
        ['generate-types | provisioner worker-types validate -', 'Check what a program prints.'],
      ),
    )
    .action(async (files: string[]) => {
      const definitions = await readDefinitions(files, await session.provisionerId(), session.io);
      session.show({
        data: { valid: true, workerTypes: definitions.map(toData) },
        text: [...definitions.map(toLine), `${plural(definitions.length, 'definition')} valid.`].join('\n'),
      });
    });
}

const toData = ({ source, definition: { workerType } }: FileDefinition) => ({
  workerType,
  file: source.file,
  line: source.line,
});

const toLine = ({ source, definition }: FileDefinition): string =>
  `${source.file}:${source.line}: ${definition.workerType} is valid`;
