import type { Command } from 'commander';
import type { DecisionRecord } from '../../control/decision-record.ts';
import { readTypeFacts } from '../../control/explain.ts';
import { explainDecision } from '../../core/explain-decision.ts';
import { requireWorkerType } from '../find-worker-type.ts';
import { formatExplanation } from '../format/explanation.ts';
import { toPauseData } from '../format/pause.ts';
import { examples } from '../help.ts';
import { lastOption } from '../last.ts';
import { toPoolData } from '../pool-view.ts';
import type { Session } from '../session.ts';

const LAST = { usual: 5, most: 200 };

/** `explain TYPE` */
export function addExplainCommand(parent: Command, session: Session): void {
  parent
    .command('explain')
    .argument('<TYPE>', 'name of the worker type')
    .addOption(lastOption('decisions', LAST))
    .summary('say why nothing, or not enough, is launching')
    .description(
      'Say why nothing, or not enough, is launching for a worker type: how it stands and the way out, the inputs and ' +
        'their age, each step of the formula, the capacity pools and why some are not used, what EC2 was asked and ' +
        'what it said, and what is missing. Decisions are kept when they change. Reads neither queues nor instances.',
    )
    .addHelpText(
      'after',
      examples(
        ['provisioner explain ci-linux', 'Why are there no workers?'],
        ['provisioner explain ci-linux --last 20', 'And how did it come to that?'],
        ['provisioner explain ci-linux --json', 'The records themselves.'],
      ),
    )
    .action(async (name: string, { last }: { last: number }) => {
      const { ports, target } = await session.connect();
      const stored = await requireWorkerType(ports.workerTypes, name);
      const { region: homeRegion, regions } = target;
      const facts = await readTypeFacts(stored, last, ports, { homeRegion, regions });
      const now = ports.clock.now();
      const sections = explainDecision(facts, last, now);
      const { state, decision, hold, pause, pools, prices, lastTickAt, checkedAt, problems } = facts;
      session.show({
        data: {
          workerType: name,
          state,
          decision,
          ...(pause === undefined ? {} : { pause: toPauseData(pause) }),
          ...(hold === undefined ? {} : { hold: { ...hold, since: iso(hold.since), until: iso(hold.until) } }),
          problems,
          lastTickAt: iso(lastTickAt),
          checkedAt: iso(checkedAt),
          prices: prices.map(({ readAt, ...book }) => ({ ...book, readAt: iso(readAt) })),
          pools: pools.map(toPoolData),
          decisions: facts.decisions.slice(0, last).map(toDecisionData),
          sections,
        },
        text: formatExplanation(name, sections, session.style),
      });
    });
}

const toDecisionData = ({ at, ...rest }: DecisionRecord) => ({ at: iso(at), ...rest });

const iso = (at: number | undefined): string | null => (at === undefined ? null : new Date(at).toISOString());
