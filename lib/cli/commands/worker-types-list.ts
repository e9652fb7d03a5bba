import type { Command } from 'commander';
import type { StoredWorkerType } from '../../control/ports.ts';
import { describeProblems } from '../../core/problem.ts';
import { storedVersion } from '../definitions.ts';
import { formatTable } from '../format/table.ts';
import { examples } from '../help.ts';
import type { Session, Style } from '../session.ts';

/** `worker-types list` */
export function addListCommand(parent: Command, session: Session): void {
  parent
    .command('list')
    .summary('list the worker types')
    .description('List the worker types as they are defined (see status for how they stand).')
    .addHelpText(
      'after',
      examples(
        ['provisioner worker-types list', 'All worker types, the invalid ones included.'],
        ["provisioner worker-types list --json | jq -r '.workerTypes[].workerType'", 'Their names alone.'],
      ),
    )
    .action(async () => {
      const { ports, target } = await session.connect();
      const stored = await ports.workerTypes.list();
      session.show({
        data: { provisionerId: target.provisionerId, workerTypes: stored.map(toData) },
        text: stored.length === 0 ? 'There are no worker types.' : formatList(stored, session.style),
      });
    });
}

const toData = ({ workerType, document, parsed }: StoredWorkerType) => ({
  workerType,
  version: storedVersion(document),
  valid: parsed.kind === 'valid',
  ...(parsed.kind === 'valid' ? { definition: parsed.definition } : { document, problems: parsed.problems }),
});

function formatList(stored: readonly StoredWorkerType[], style: Style): string {
  return formatTable(
    [
      { heading: 'WORKER TYPE', cell: ({ workerType }: StoredWorkerType) => workerType },
      { heading: 'VERSION', align: 'right', cell: ({ document }) => String(storedVersion(document)) },
      { heading: 'STATE', cell: ({ parsed }) => stateWord(parsed, style) },
      {
        heading: 'MIN-MAX',
        align: 'right',
        cell: ({ parsed }) =>
          parsed.kind === 'valid' ? `${parsed.definition.minCapacity}-${parsed.definition.maxCapacity}` : '',
      },
      {
        heading: 'INSTANCE TYPES / PROBLEMS',
        cell: ({ parsed }) =>
          parsed.kind === 'valid' ? instanceTypesInWords(parsed.definition) : describeProblems(parsed.problems),
      },
    ],
    stored,
    style,
  );
}

function stateWord(parsed: StoredWorkerType['parsed'], style: Style): string {
  if (parsed.kind === 'invalid') return style.red('invalid');
  return parsed.definition.enabled ? 'enabled' : style.dim('disabled');
}

function instanceTypesInWords({ instanceTypes }: { readonly instanceTypes: readonly { instanceType: string }[] }) {
  const shown = instanceTypes.slice(0, 3).map(({ instanceType }) => instanceType);
  const more = instanceTypes.length - shown.length;
  return `${shown.join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}
