import { type Command, Option } from 'commander';
import type { TypeControl } from '../../control/ports.ts';
import { CliError } from '../cli-error.ts';
import { requireWorkerType } from '../find-worker-type.ts';
import { pauseInWords, toPauseData } from '../format/pause.ts';
import { examples } from '../help.ts';
import { personOf } from '../person.ts';
import type { Session } from '../session.ts';
import { endOf, parseUntil, type Until } from '../until.ts';

/** `pause TYPE` */
export function addPauseCommand(parent: Command, session: Session): void {
  parent
    .command('pause')
    .argument('<TYPE>', 'name of the worker type')
    .requiredOption('--note <TEXT>', 'why, for those who wonder')
    .addOption(
      new Option('--until <TIME>', 'when it ends by itself: 30min, 2h, 1d, or 2026-01-02T03:04:05Z').argParser(
        parseUntil,
      ),
    )
    .option('--by <NAME>', 'who pauses it (env GIT_AUTHOR_NAME, USER, USERNAME)')
    .summary('launch nothing for a worker type')
    .description(
      'Launch nothing for a worker type, until a time or until somebody resumes it. Its workers go on working. ' +
        'The definition stays as it is.',
    )
    .addHelpText(
      'after',
      examples(
        ['provisioner pause ci-linux --note "broken image, see #123"', 'Until somebody resumes it.'],
        ['provisioner pause ci-linux --note "migration of the queue" --until 2h', 'For two hours.'],
      ),
    )
    .action(async (name: string, { note, until, by }: { note: string; until?: Until; by?: string }) => {
      if (note.trim() === '') throw new CliError('usage', '--note says nothing: those who wonder want to know why');
      const { ports } = await session.connect();
      const now = ports.clock.now();
      const end = until === undefined ? undefined : endOf(until, now);
      if (until !== undefined && end === undefined) throw new CliError('usage', '--until is over already');
      await requireWorkerType(ports.workerTypes, name);
      const control = (await ports.controls.load()).find(({ workerType }) => workerType === name);
      const pause: NonNullable<TypeControl['pause']> = {
        note: note.trim(),
        by: personOf(by, session.env) ?? 'unknown',
        at: now,
        ...(end === undefined ? {} : { until: end }),
      };
      await ports.controls.save({ ...control, workerType: name, pause });
      session.show({
        data: { workerType: name, pause: toPauseData(pause) },
        text: [
          `${name} is paused ${pauseInWords(pause, now)}`,
          `From the next tick on nothing is launched for it; its workers stay. Way back: provisioner resume ${name}`,
        ].join('\n'),
      });
    });
}
