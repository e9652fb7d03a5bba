import type { Command } from 'commander';
import pMap from 'p-map';
import { type ApplyStep, planApply } from '../apply-plan.ts';
import { CliError } from '../cli-error.ts';
import { readDefinitions } from '../definitions.ts';
import { formatChange } from '../format/changes.ts';
import { examples } from '../help.ts';
import { authorOption, type Keeper, keeperOf, saveAndKeep } from '../keep-version.ts';
import type { Session, Style } from '../session.ts';

/** Reads under way at once; a team has dozens of worker types, not thousands. */
const CONCURRENCY = 10;

/** What became of one definition. */
interface Applied {
  readonly step: ApplyStep;
  readonly result: 'unchanged' | 'saved' | 'conflict' | 'not-written';
  /** Written, but not into the history. */
  readonly warning?: string;
}

/** `worker-types apply FILE...` */
export function addApplyCommand(parent: Command, session: Session): void {
  parent
    .command('apply')
    .argument('<FILE...>', 'YAML or JSON files, - for standard input')
    .option('--dry-run', 'show what would change, write nothing')
    .addOption(authorOption())
    .summary('create or update worker types from files')
    .description(
      'Create or update worker types, and show each field that changes. Nothing is written unless every definition ' +
        'of every file is valid. "version" is counted for you; when a file holds it, it must be the stored one.',
    )
    .addHelpText(
      'after',
      examples(
        ['provisioner worker-types apply worker-types/*.yaml --dry-run', 'What would change?'],
        ['provisioner worker-types apply ci-linux.yaml', 'Change it. Repeating this changes nothing.'],
      ),
    )
    .action(async (files: string[], { dryRun = false, author }: { dryRun?: boolean; author?: string }) => {
      const { ports, target } = await session.connect();
      const keeper = keeperOf(ports, author, session.env);
      const definitions = await readDefinitions(files, target.provisionerId, session.io);
      const steps = await pMap(
        definitions,
        async (each) => planApply(each, await ports.workerTypes.get(each.definition.workerType)),
        { concurrency: CONCURRENCY },
      );
      const write = !dryRun && steps.every(({ kind }) => kind !== 'conflict');
      const applied = await pMap(steps, async (step) => apply(step, write, keeper), {
        concurrency: CONCURRENCY,
      });
      const ending = endingOf(applied);
      session.show({
        data: { dryRun, workerTypes: applied.map(toData) },
        text: applied.map((each) => formatApplied(each, dryRun, session.style)).join('\n'),
        warnings: applied.flatMap(({ warning }) => warning ?? []),
        ...(ending === undefined ? {} : { ending }),
      });
    });
}

async function apply(step: ApplyStep, write: boolean, keeper: Keeper): Promise<Applied> {
  if (step.kind === 'unchanged' || step.kind === 'conflict') return { step, result: step.kind };
  if (!write) return { step, result: 'not-written' };
  return { step, ...(await saveAndKeep(step, keeper)) };
}

function endingOf(applied: readonly Applied[]): CliError | undefined {
  const conflicts = applied.filter(({ result }) => result === 'conflict').map(({ step }) => step.workerType);
  if (conflicts.length === 0) return undefined;
  const names = conflicts.join(', ');
  return applied.some(({ result }) => result === 'saved')
    ? new CliError('partly-failed', `conflict for ${names}; the others were written`)
    : new CliError('conflict', `conflict for ${names}; nothing was written`);
}

function toData({ step, result, warning }: Applied) {
  const { workerType } = step;
  const warnings = warning === undefined ? {} : { warnings: [warning] };
  switch (step.kind) {
    case 'unchanged':
      return { workerType, action: step.kind, result, version: step.version };
    case 'conflict':
      return { workerType, action: step.kind, result, cause: step.cause };
    case 'create':
    case 'update': {
      const version = (step.expectedVersion ?? 0) + 1;
      const cause = result === 'conflict' ? { cause: CHANGED_MEANWHILE } : {};
      return { workerType, action: step.kind, result, version, changes: step.changes, ...cause, ...warnings };
    }
  }
}

const CHANGED_MEANWHILE =
  'somebody else changed it in the meantime; nothing of theirs was overwritten, run apply again';

function formatApplied({ step, result }: Applied, dryRun: boolean, style: Style): string {
  const name = style.bold(step.workerType);
  if (step.kind === 'unchanged') return `${name}: unchanged (version ${step.version})`;
  if (step.kind === 'conflict') return `${name}: ${style.red('conflict')}, ${step.cause}`;
  const lines = step.changes.map((change) => `  ${formatChange(change, style)}`);
  return [`${name}: ${whatHappened(step, result, dryRun, style)}`, ...lines].join('\n');
}

function whatHappened(
  { kind, expectedVersion }: Extract<ApplyStep, { kind: 'create' | 'update' }>,
  result: Applied['result'],
  dryRun: boolean,
  style: Style,
): string {
  const version = (expectedVersion ?? 0) + 1;
  if (result === 'conflict') return `${style.red('conflict')}, ${CHANGED_MEANWHILE}`;
  if (dryRun) return `would be ${kind}d as version ${version}`;
  return result === 'saved'
    ? style.green(`${kind}d as version ${version}`)
    : `not ${kind}d, because another definition is in conflict`;
}
