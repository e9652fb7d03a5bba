import type { Command } from 'commander';
import { requireWorkerType } from '../find-worker-type.ts';
import { formatErrors, toErrorData } from '../format/errors.ts';
import { examples } from '../help.ts';
import { lastOption } from '../last.ts';
import type { Session } from '../session.ts';

const LAST = { usual: 20, most: 500 };

/** `errors [TYPE]` */
export function addErrorsCommand(parent: Command, session: Session): void {
  parent
    .command('errors')
    .argument('[TYPE]', 'name of a worker type')
    .addOption(lastOption('errors', LAST))
    .summary('list what EC2 refused')
    .description(
      'List what EC2 refused to launch, for one worker type or for all, newest first: its class and code, where, how ' +
        'many times within the hour and, for one type, the launch and the request id that AWS asks for. Equal errors ' +
        'of an hour are one line. They are kept for 14 days, also those of types that are deleted.',
    )
    .addHelpText(
      'after',
      examples(
        ['provisioner errors', 'What has EC2 refused lately?'],
        ['provisioner errors ci-linux --last 50', 'And for this one in particular?'],
        ['provisioner errors --json', 'With the whole message, all times and the pools.'],
      ),
    )
    .action(async (name: string | undefined, { last }: { last: number }) => {
      const { ports } = await session.connect();
      const query = { count: last, ...(name === undefined ? {} : { workerType: name }) };
      const errors = await ports.errorLog.latest(query);
      // One that has errors may be deleted by now; one that has none, and is not defined, is a mistake.
      if (name !== undefined && errors.length === 0) await requireWorkerType(ports.workerTypes, name);
      session.show({
        data: { errors: errors.map(toErrorData) },
        text:
          errors.length === 0
            ? `EC2 has refused nothing${name === undefined ? '' : ` to ${name}`} for 14 days.`
            : formatErrors(errors, name, ports.clock.now(), session.style),
      });
    });
}
