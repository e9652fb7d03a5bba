import type { Command } from 'commander';
import { type Resumption, resumeWorkerType } from '../../control/resume.ts';
import { requireWorkerType } from '../find-worker-type.ts';
import { plural } from '../format/duration.ts';
import { toPauseData } from '../format/pause.ts';
import { examples } from '../help.ts';
import type { Session } from '../session.ts';

/** `resume TYPE` */
export function addResumeCommand(parent: Command, session: Session): void {
  parent
    .command('resume')
    .argument('<TYPE>', 'name of the worker type')
    .summary('launch again for a worker type')
    .description(
      'End a pause, a suspension or a wait of a worker type, have it try pools again that refused it, and forget its ' +
        'workers that ended too soon. ' +
        'The next tick launches what is missing. Other worker types go on leaving those pools out.',
    )
    .addHelpText('after', examples(['provisioner resume ci-linux', 'The cause is mended: go on.']))
    .action(async (name: string) => {
      const { ports, target } = await session.connect();
      const { parsed } = await requireWorkerType(ports.workerTypes, name);
      const definition = parsed.kind === 'valid' ? parsed.definition : undefined;
      const ended = await resumeWorkerType(name, definition, target.region, ports);
      const { pause, hold, pools } = ended;
      const warnings = [
        ...(definition === undefined ? ['its definition is invalid, so nothing is launched for it'] : []),
        ...(definition?.enabled === false ? ['it is disabled ("enabled": false), so nothing is launched for it'] : []),
      ];
      session.show({
        data: {
          workerType: name,
          pause: pause === undefined ? null : toPauseData(pause),
          hold: hold === undefined ? null : { class: hold.class, reason: hold.reason },
          pools,
          warnings,
        },
        text: [`${name} goes on with the next tick.`, ...endedInWords(ended)].join('\n'),
        warnings,
      });
    });
}

function endedInWords({ pause, hold, pools }: Resumption): string[] {
  const lines = [
    ...(pause === undefined ? [] : [`  ended: the pause by ${pause.by} (${pause.note})`]),
    ...(hold === undefined
      ? []
      : [`  ended: the ${hold.until === undefined ? 'suspension' : 'wait'} because of ${hold.reason}`]),
    ...(pools.length === 0 ? [] : [`  tried again: ${plural(pools.length, 'pool')} (${shown(pools)})`]),
  ];
  return lines.length === 0 ? ['  Nothing held it back.'] : lines;
}

const shown = (pools: readonly string[]): string => `${pools.slice(0, 3).join(', ')}${pools.length > 3 ? ', ...' : ''}`;
