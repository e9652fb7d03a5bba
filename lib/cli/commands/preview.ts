import type { Command } from 'commander';
import { Knowledge } from '../../control/knowledge.ts';
import { type DefinitionPreview, observeDefinitions, previewDefinition } from '../../control/preview.ts';
import { poolName } from '../../core/launch-cascade.ts';
import type { MergedRequest } from '../../core/preview.ts';
import { describeProblems } from '../../core/problem.ts';
import type { WorkerType } from '../../core/worker-type-schema.ts';
import { CliError } from '../cli-error.ts';
import { readDefinitions } from '../definitions.ts';
import { requireWorkerType } from '../find-worker-type.ts';
import { formatDefinitionPreview } from '../format/definition-preview.ts';
import { unreadWarnings } from '../format/unread.ts';
import { examples } from '../help.ts';
import { toPlanData } from '../plan-data.ts';
import { toPoolData } from '../pool-view.ts';
import type { CliPorts } from '../ports.ts';
import { exactRequests } from '../preview-requests.ts';
import type { Session } from '../session.ts';

/** What is previewed, and where it comes from. */
export interface PreviewedDefinition {
  readonly definition: WorkerType;
  /** `stored`, or the place in a file. */
  readonly source: string;
}

/** `preview TYPE|FILE...` */
export function addPreviewCommand(parent: Command, session: Session): void {
  parent
    .command('preview')
    .argument('<TYPE|FILE...>', 'stored worker types, or files with definitions (- for standard input)')
    .option('--requests', 'also the exact CreateLaunchTemplate and CreateFleet requests')
    .summary('show what launching a definition would mean')
    .description(
      'Show what launching a definition would mean, saved or not: every launch request after the cascade, capacity ' +
        'pools ranked by price and why some are not used, what a tick would do now, and what it would cost. ' +
        'Reads only: nothing is written, and EC2 is asked for no launch.',
    )
    .addHelpText(
      'after',
      examples(
        ['provisioner preview ci-linux', 'What do ci-linux and its regions, zones and types come to?'],
        ['provisioner preview worker-types/ci-linux.yaml', 'The same for a change that is not applied yet.'],
        ['provisioner preview ci-linux --requests', 'As EC2 would get it.'],
      ),
    )
    .action(async (words: string[], { requests: withRequests = false }: { requests?: boolean }) => {
      const { ports, target } = await session.connect({ launches: withRequests });
      const previewed = await definitionsOf(words, target.provisionerId, ports, session);
      const seen = await observeDefinitions(
        previewed.map(({ definition }) => definition),
        ports,
        target.region,
      );
      const knowledge = new Knowledge(seen, target.regions, ports.clock);
      const all = previewed.map(({ definition, source }) => ({
        source,
        preview: previewDefinition(definition, seen, knowledge),
        prices: seen.prices,
        now: seen.at,
        ...(withRequests ? { exact: exactRequests(definition, target.region, ports.launchPreview) } : {}),
      }));
      const warnings = unreadWarnings(seen.unreadRegions);
      session.show({
        data: {
          workerTypes: all.map(({ source, preview, exact }) => ({
            source,
            ...toData(preview),
            ...(exact === undefined ? {} : { exactRequests: exact }),
          })),
          prices: seen.prices.map(({ readAt, ...book }) => ({ ...book, readAt: new Date(readAt).toISOString() })),
          warnings,
        },
        text: all.map((each) => formatDefinitionPreview(each, session.style)).join('\n\n'),
        warnings,
      });
    });
}

/** The definitions that are meant. Throws when one of them is unknown, invalid or given twice. */
async function definitionsOf(
  words: readonly string[],
  provisionerId: string,
  { workerTypes }: CliPorts,
  { io }: Session,
): Promise<PreviewedDefinition[]> {
  const files = words.filter(isFile);
  const fromFiles = files.length === 0 ? [] : await readDefinitions(files, provisionerId, io);
  const names = [...new Set(words.filter((word) => !isFile(word)))];
  const stored = await Promise.all(
    names.map(async (name) => {
      const { parsed } = await requireWorkerType(workerTypes, name);
      if (parsed.kind === 'valid') return { definition: parsed.definition, source: 'stored' };
      throw new CliError('invalid-input', `${name} is invalid: ${describeProblems(parsed.problems)}`);
    }),
  );
  const both = fromFiles.find(({ definition }) => names.includes(definition.workerType))?.definition.workerType;
  if (both !== undefined) throw new CliError('usage', `${both} is given twice: preview the file or what is stored`);
  return [
    ...stored,
    ...fromFiles.map(({ definition, source }) => ({ definition, source: `${source.file}:${source.line}` })),
  ];
}

/** Names of worker types hold neither dots nor slashes. */
const isFile = (word: string): boolean => word === '-' || /[./\\]/.test(word);

const toData = ({ definition, plan, orders, pools, requests, ...rest }: DefinitionPreview) => ({
  workerType: definition.workerType,
  version: definition.version,
  ...rest,
  plan: toPlanData(plan),
  orders: orders.map((order) => ({ ...order, pools: order.pools.map(poolName) })),
  pools: pools.map(toPoolData),
  requests: requests.map(toRequestData),
});

const toRequestData = ({ pools, ...request }: MergedRequest) => ({ ...request, pools: pools.map(poolName) });
