import type { Command } from 'commander';
import type { VersionRecord } from '../../control/check-ports.ts';
import { inOrderOfChange } from '../../control/versions.ts';
import { requireWorkerType } from '../find-worker-type.ts';
import { formatTable } from '../format/table.ts';
import { examples } from '../help.ts';
import type { Session, Style } from '../session.ts';

/** `worker-types history NAME` */
export function addHistoryCommand(parent: Command, session: Session): void {
  parent
    .command('history')
    .argument('<NAME>', 'name of the worker type, also of one that is deleted')
    .summary('list the versions of a definition')
    .description(
      'List every kept version of a definition: when it came, by whom, and which fields it changed. Edits by hand are ' +
        'kept as well, without an author; one that did not raise "version" gets the next free number.',
    )
    .addHelpText(
      'after',
      examples(
        ['provisioner worker-types history ci-linux', 'Who changed what, and when?'],
        ["provisioner worker-types history ci-linux --json | jq '.versions[-1].changes'", 'The last change in full.'],
      ),
    )
    .action(async (name: string) => {
      const { ports } = await session.connect();
      const records = inOrderOfChange(await ports.history.list(name));
      // A name that was never used is a slip; one whose history is empty was defined before there was one.
      if (records.length === 0) await requireWorkerType(ports.workerTypes, name);
      session.show({
        data: { workerType: name, versions: records.map(toData) },
        text: records.length === 0 ? `No version of ${name} is kept yet.` : formatHistory(records, session.style),
      });
    });
}

const toData = ({ at, author, document: _document, ...record }: VersionRecord) => ({
  ...record,
  at: new Date(at).toISOString(),
  author: author ?? null,
});

const formatHistory = (records: readonly VersionRecord[], style: Style): string =>
  formatTable<VersionRecord>(
    [
      { heading: 'VERSION', align: 'right', cell: ({ version }) => String(version) },
      { heading: 'AT', cell: ({ at }) => new Date(at).toISOString().replace(/\.\d+Z$/, 'Z') },
      { heading: 'BY', cell: byWhom },
      { heading: 'CHANGE', cell: (record) => changeInWords(record, style) },
    ],
    records,
    style,
  );

function byWhom({ author, source, found }: VersionRecord): string {
  if (found === true) return '?';
  return author ?? (source === 'cli' ? 'command line' : 'by hand');
}

const MOST_FIELDS = 4;

function changeInWords(record: VersionRecord, style: Style): string {
  const { version, statedVersion, changes, deleted, found } = record;
  if (deleted === true) return style.red('deleted');
  if (found === true) return 'was there when the history began';
  const noted = statedVersion === version ? '' : style.dim(` (the item says version ${statedVersion})`);
  return `${fieldsInWords(changes.map(({ path }) => path))}${noted}`;
}

function fieldsInWords(paths: readonly string[]): string {
  // Only what did not exist before has all its key fields new.
  if (paths.includes('workerType')) return 'created';
  const more = paths.length - MOST_FIELDS;
  const shown = paths.slice(0, MOST_FIELDS).join(', ');
  return paths.length === 0 ? 'nothing but the version' : `${shown}${more > 0 ? ` and ${more} more` : ''}`;
}
