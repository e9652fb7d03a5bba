import type { Command } from 'commander';
import { describeProblem } from '../../core/problem.ts';
import { storedVersion } from '../definitions.ts';
import { requireWorkerType } from '../find-worker-type.ts';
import { formatDefinition } from '../format/definition.ts';
import { examples } from '../help.ts';
import type { Session } from '../session.ts';

/** `worker-types get NAME` */
export function addGetCommand(parent: Command, session: Session): void {
  parent
    .command('get')
    .argument('<NAME>', 'name of the worker type')
    .summary('print a definition')
    .description('Print a definition as it is stored, as YAML that apply takes back.')
    .addHelpText(
      'after',
      examples(
        ['provisioner worker-types get ci-linux > ci-linux.yaml', 'To edit it, and apply it afterwards.'],
        ['provisioner worker-types get ci-linux --json', 'With the defaults filled in, as JSON.'],
      ),
    )
    .action(async (name: string) => {
      const { ports } = await session.connect();
      const { workerType, document, parsed } = await requireWorkerType(ports.workerTypes, name);
      const problems = parsed.kind === 'invalid' ? parsed.problems : [];
      session.show({
        data: {
          workerType,
          version: storedVersion(document),
          valid: parsed.kind === 'valid',
          document,
          ...(parsed.kind === 'valid' ? { definition: parsed.definition } : { problems }),
        },
        text: formatDefinition(document),
        warnings: problems.map((problem) => `invalid: ${describeProblem(problem)}`),
      });
    });
}
