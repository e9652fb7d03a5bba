import { Argument, type Command, InvalidArgumentError, Option } from 'commander';
import { type ImportFormat, importFormats } from '../../core/import/import-definition.ts';
import type { ImportOptions } from '../../core/import/import-options.ts';
import { CliError, type SourceProblem } from '../cli-error.ts';
import { readDocuments } from '../documents.ts';
import { plural } from '../format/duration.ts';
import { formatImportReport } from '../format/import-report.ts';
import { examples } from '../help.ts';
import { type ImportedDefinition, importDocuments, toYaml, writeDefinitions } from '../import-files.ts';
import type { Session } from '../session.ts';

interface Options {
  readonly queueUrl?: string;
  readonly queueUrlPrefix?: string;
  readonly account?: string;
  readonly subnet?: ReadonlyMap<string, string>;
  readonly securityGroup?: ReadonlyMap<string, string>;
  readonly out?: string;
}

/** `import FORMAT FILE...` */
export function addImportCommand(parent: Command, session: Session): void {
  parent
    .command('import')
    .addArgument(new Argument('<FORMAT>', "the other system's format").choices(importFormats))
    .argument('<FILE...>', 'JSON or YAML files with one definition or a list, - for standard input')
    .addOption(new Option('--queue-url <URL>', 'SQS queue of the one definition').conflicts('queueUrlPrefix'))
    .option('--queue-url-prefix <PREFIX>', "the queues' URLs up to the worker type's name")
    .option('--subnet <ZONE=ID>', 'subnet of an Availability Zone (repeatable)', pairs(/^([a-z0-9-]+)=(subnet-\w+)$/))
    .option(
      '--security-group <REGION/NAME=ID>',
      'id of a security group that is given by name (repeatable)',
      pairs(/^([a-z0-9-]+\/[^=]+)=(sg-\w+)$/),
    )
    .option('--account <NUMBER>', 'AWS account of instance profiles that are given by name', accountId)
    .option('--out <FOLDER>', 'write one file for each worker type instead of printing all')
    .summary("turn another system's definitions into ours")
    .description(
      "Turn another system's definitions into ours, and report on standard error what became of each field. " +
        'What is missing is left as a NEEDED placeholder, which validate and apply reject, and the exit code is 4. ' +
        'Reads files only: needs no connection.',
    )
    .addHelpText(
      'after',
      examples(
        [
          'provisioner import taskcluster-aws-provisioner ci.json --queue-url-prefix https://sqs.us-east-1.amazonaws.com/123456789012/',
          'What would "ci" look like here?',
        ],
        [
          'provisioner import taskcluster-worker-manager pools.json --out worker-types',
          'One file for each worker pool.',
        ],
      ),
    )
    .action(async (format: ImportFormat, paths: string[], options: Options, command: Command) => {
      const { documents, problems: unread } = await readDocuments(paths, session.io);
      const imported = importDocuments(format, documents, await importOptions(options, session));
      const { definitions } = imported;
      const problems = [...unread, ...imported.problems];
      if (options.queueUrl !== undefined && definitions.length > 1) {
        throw new CliError('usage', '--queue-url is for one definition: two worker types cannot share a queue');
      }
      if (definitions.length === 0) {
        throw new CliError(
          'invalid-input',
          `${plural(problems.length, 'problem')} found, nothing was imported`,
          problems,
        );
      }
      const files = options.out === undefined ? undefined : await writeDefinitions(options.out, definitions, format);
      if (command.optsWithGlobals<{ json?: boolean }>().json !== true) reportOn(definitions, session);
      const all = [...problems, ...(files?.problems ?? [])];
      const ending = endingOf(definitions, all);
      session.show({
        data: { definitions, problems: all, ...(files === undefined ? {} : { written: files.written }) },
        text:
          files === undefined
            ? definitions
                .map((each) => toYaml(each, format))
                .join('---\n')
                .trimEnd()
            : files.written.map((path) => `wrote ${path}`).join('\n'),
        ...(ending === undefined ? {} : { ending }),
      });
    });
}

async function importOptions(options: Options, session: Session): Promise<ImportOptions> {
  return {
    provisionerId: await session.provisionerId(),
    queueUrl: options.queueUrl,
    queueUrlPrefix: options.queueUrlPrefix,
    accountId: options.account,
    subnets: options.subnet ?? new Map(),
    securityGroups: options.securityGroup ?? new Map(),
  };
}

function reportOn(definitions: readonly ImportedDefinition[], { io, style }: Session): void {
  for (const { workerType, file, report } of definitions) {
    io.stderr.write(`${formatImportReport(`${workerType} (${file})`, report, style)}\n`);
  }
}

function endingOf(
  definitions: readonly ImportedDefinition[],
  problems: readonly SourceProblem[],
): CliError | undefined {
  const needed = definitions.reduce((sum, { report }) => sum + report.needed.length, 0);
  if (needed === 0 && problems.length === 0) return undefined;
  const said = [
    ...(problems.length === 0 ? [] : [`${plural(problems.length, 'problem')} found`]),
    ...(needed === 0 ? [] : [`${plural(needed, 'field')} needed`]),
  ];
  return new CliError(
    'partly-failed',
    `${plural(definitions.length, 'definition')} imported; ${said.join(', ')}`,
    problems,
  );
}

/** Collects the values of a repeatable `KEY=VALUE` option. */
const pairs =
  (pattern: RegExp) =>
  (text: string, before?: ReadonlyMap<string, string>): ReadonlyMap<string, string> => {
    const [, key, value] = pattern.exec(text) ?? [];
    if (key === undefined || value === undefined) throw new InvalidArgumentError('It is not of the form above.');
    return new Map([...(before ?? []), [key, value]]);
  };

function accountId(text: string): string {
  if (!/^\d{12}$/.test(text)) throw new InvalidArgumentError('An account has twelve digits.');
  return text;
}
