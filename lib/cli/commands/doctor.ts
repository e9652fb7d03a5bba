import type { Command } from 'commander';
import { checkDefinitions } from '../../control/check.ts';
import type { StoredWorkerType } from '../../control/ports.ts';
import { CliError } from '../cli-error.ts';
import { readDefinitions } from '../definitions.ts';
import { requireWorkerType } from '../find-worker-type.ts';
import { plural } from '../format/duration.ts';
import { type DoctorResult, formatDoctor } from '../format/findings.ts';
import { examples } from '../help.ts';
import type { CliPorts } from '../ports.ts';
import type { Session } from '../session.ts';

/** `doctor [NAME|FILE...]` */
export function addDoctorCommand(parent: Command, session: Session): void {
  parent
    .command('doctor')
    .argument(
      '[NAME|FILE...]',
      'stored worker types, or files of definitions (- for standard input); default: all stored',
    )
    .summary('check definitions against the account')
    .description(
      'Look up in the account what definitions name: images, instance types and the zones that offer them, subnets, ' +
        'security groups, key pairs, instance profiles, queues and spot quotas; and have EC2 rehearse the launch. ' +
        'Launches and writes nothing. Ends with 2 when a launch would fail, with 4 when something could not be looked up.',
    )
    .addHelpText(
      'after',
      examples(
        ['provisioner doctor', 'Check every stored worker type.'],
        ['provisioner doctor ci-linux', 'Check one of them.'],
        ['provisioner doctor worker-types/*.yaml', 'Check files before they are applied.'],
      ),
    )
    .action(async (words: string[]) => {
      const { ports, target } = await session.connect({ launches: true });
      const subject = await subjectOf(words, target.provisionerId, ports, session);
      const { reports, failures } = await checkDefinitions(subject.definitions, target.region, ports);
      const result = { reports, invalid: subject.invalid, failures };
      const ending = endingOf(result);
      session.show({
        data: result,
        text: formatDoctor(result, session.style),
        ...(ending === undefined ? {} : { ending }),
      });
    });
}

async function subjectOf(words: readonly string[], provisionerId: string, ports: CliPorts, { io }: Session) {
  const files = words.filter(isFile);
  const names = words.filter((word) => !isFile(word));
  const stored =
    words.length === 0
      ? await ports.workerTypes.list()
      : await Promise.all(names.map((name) => requireWorkerType(ports.workerTypes, name)));
  const fromFiles = files.length === 0 ? [] : await readDefinitions(files, provisionerId, io);
  return {
    definitions: [...stored.flatMap(validOf), ...fromFiles.map(({ definition }) => definition)],
    invalid: stored.flatMap(({ workerType, parsed }) =>
      parsed.kind === 'invalid' ? [{ workerType, problems: parsed.problems }] : [],
    ),
  };
}

/** Names of worker types hold neither dots nor slashes. */
const isFile = (word: string): boolean => word === '-' || /[./\\]/.test(word);

const validOf = ({ parsed }: StoredWorkerType) => (parsed.kind === 'valid' ? [parsed.definition] : []);

function endingOf({ reports, invalid, failures }: DoctorResult): CliError | undefined {
  const errors = reports.flatMap(({ findings }) => findings.filter(({ severity }) => severity === 'error'));
  const wrong = errors.length + invalid.length;
  if (wrong > 0) return new CliError('invalid-input', `${plural(wrong, 'error')} found: launches would fail`);
  const unknown = failures.length + reports.reduce((sum, report) => sum + report.unknown.length, 0);
  if (unknown > 0) return new CliError('partly-failed', `${plural(unknown, 'fact')} could not be looked up`);
  return undefined;
}
