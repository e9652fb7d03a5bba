import type { Command } from 'commander';
import type { TerminateOutcome } from '../../control/ports.ts';
import { isPresent } from '../../core/worker.ts';
import { CliError } from '../cli-error.ts';
import { plural } from '../format/duration.ts';
import { examples } from '../help.ts';
import type { Session } from '../session.ts';

/** `workers terminate ID...` */
export function addTerminateCommand(parent: Command, session: Session): void {
  parent
    .command('terminate')
    .argument('<ID...>', 'instance ids of workers of this provisioner')
    .option('--yes', 'do not ask')
    .summary('terminate workers')
    .description('Terminate workers at once. Their running tasks become visible in the queue again after a while.')
    .addHelpText(
      'after',
      examples(
        ['provisioner workers terminate i-0123456789abcdef0', 'Asks before it terminates.'],
        ['provisioner workers terminate i-0123456789abcdef0 i-0fedcba9876543210 --yes', 'For scripts.'],
      ),
    )
    .action(async (ids: string[], { yes = false }: { yes?: boolean }) => {
      const { ports, target } = await session.connect();
      const wanted = [...new Set(ids)];
      const { workers: listed, unread } = await ports.fleet.list();
      const byId = new Map(listed.map((worker) => [worker.workerId, worker]));
      const unknown = wanted.filter((id) => !byId.has(id));
      if (unknown.length > 0) {
        const names = unknown.join(', ');
        const message = `not a worker of provisioner ${target.provisionerId}: ${names}${unreadInWords(unread)}; nothing was terminated`;
        throw new CliError('invalid-input', message);
      }
      const workers = wanted.flatMap((id) => byId.get(id) ?? []);
      const present = workers.filter(isPresent);
      const preview = workers.map(({ workerId, workerType, state }) => `  ${workerId}  ${workerType ?? '?'}  ${state}`);
      if (present.length > 0) {
        const action = `Terminate ${plural(present.length, 'worker')}`;
        await session.confirm(preview.join('\n'), { yes, action, word: 'yes' });
      }
      const outcome: TerminateOutcome =
        present.length === 0
          ? { terminated: [], failed: [] }
          : await ports.fleet.terminate(present.map(({ workerId }) => workerId));
      const results = wanted.map((id) =>
        resultOf(
          id,
          outcome,
          present.some(({ workerId }) => workerId === id),
        ),
      );
      const ending = endingOf(results);
      session.show({
        data: { workers: results },
        text: results.map(toLine).join('\n'),
        ...(ending === undefined ? {} : { ending }),
      });
    });
}

/** A worker that is not in the list may be in a region that could not be read. */
const unreadInWords = (unread: ReadonlyMap<string, string>): string =>
  unread.size === 0 ? '' : ` (${[...unread.keys()].join(', ')} could not be read)`;

interface TerminateResult {
  readonly workerId: string;
  readonly result: 'terminated' | 'gone-already' | 'failed';
  readonly cause?: string;
}

function resultOf(workerId: string, outcome: TerminateOutcome, wasPresent: boolean): TerminateResult {
  if (!wasPresent) return { workerId, result: 'gone-already' };
  const failure = outcome.failed.find((failed) => failed.workerId === workerId);
  if (failure !== undefined) return { workerId, result: 'failed', cause: `${failure.code} (${failure.message})` };
  if (outcome.terminated.includes(workerId)) return { workerId, result: 'terminated' };
  return { workerId, result: 'failed', cause: 'EC2 did not say what became of it' };
}

function endingOf(results: readonly TerminateResult[]): CliError | undefined {
  const failed = results.filter(({ result }) => result === 'failed').length;
  if (failed === 0) return undefined;
  const message = `${plural(failed, 'worker')} could not be terminated`;
  return new CliError(failed === results.length ? 'failure' : 'partly-failed', message);
}

const toLine = ({ workerId, result, cause }: TerminateResult): string =>
  `${workerId}: ${result === 'gone-already' ? 'gone already' : result}${cause === undefined ? '' : `, ${cause}`}`;
