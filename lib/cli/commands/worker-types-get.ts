import type { Command } from 'commander';
import { stringify } from 'yaml';
import { describeProblem } from '../../core/problem.ts';
import { workerTypeSchema } from '../../core/worker-type-schema.ts';
import { storedVersion } from '../definitions.ts';
import { requireWorkerType } from '../find-worker-type.ts';
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
        text: stringify(inSchemaOrder(document), { lineWidth: 0 }).trimEnd(),
        warnings: problems.map((problem) => `invalid: ${describeProblem(problem)}`),
      });
    });
}

/** A table gives fields back in any order; people expect the one of the documentation. */
function inSchemaOrder(document: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const order = Object.keys(workerTypeSchema.shape);
  const known = order.filter((key) => key in document);
  const unknown = Object.keys(document).filter((key) => !order.includes(key));
  return Object.fromEntries([...known, ...unknown].map((key) => [key, document[key]]));
}
