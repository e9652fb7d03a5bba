import { describeProblem } from '../../core/problem.ts';
import type { Style } from '../session.ts';
import type { StatusView, WorkerTypeView } from '../status-view.ts';
import { formatDuration, plural } from './duration.ts';
import { type Column, formatFields, formatTable } from './table.ts';

/** All worker types, one a line, then what is wrong with the invalid ones, then the last runs. */
export function formatStatus(view: StatusView, style: Style): string {
  const { workerTypes } = view;
  return [
    workerTypes.length === 0 ? 'There are no worker types.' : formatTable(columns(style), workerTypes, style),
    ...workerTypes.flatMap(({ workerType, problems = [] }) =>
      problems.map((problem) => `${workerType}: ${style.red(describeProblem(problem))}`),
    ),
    ...workerTypes.flatMap(({ workerType, pause }) =>
      pause === undefined ? [] : [`${workerType}: ${style.yellow(`paused ${pause.words}`)}`],
    ),
    '',
    formatFields([
      ['Last tick', lastTick(view)],
      ['Last reap', lastReap(view)],
    ]),
  ].join('\n');
}

const columns = (style: Style): readonly Column<WorkerTypeView>[] => [
  { heading: 'WORKER TYPE', cell: ({ workerType }) => workerType },
  { heading: 'STATE', cell: ({ state }) => stateWord(state, style) },
  { heading: 'PENDING', align: 'right', cell: ({ pendingTasks }) => figure(pendingTasks) },
  { heading: 'CLAIMED', align: 'right', cell: ({ claimedTasks }) => figure(claimedTasks) },
  { heading: 'TARGET', align: 'right', cell: ({ target }) => figure(target) },
  { heading: 'SUPPLY', align: 'right', cell: ({ supply }) => figure(supply) },
  { heading: 'CAPACITY', cell: capacityInWords },
  { heading: 'MIN-MAX', align: 'right', cell: (view) => limits(view) ?? '' },
  { heading: 'DECISION', cell: ({ decision }) => shorten(decision) },
];

/** One worker type with everything that is known of it. */
export function formatWorkerTypeStatus(view: WorkerTypeView, style: Style): string {
  const { lastLaunch, hold, pause, problems = [] } = view;
  return [
    formatFields([
      ['Worker type', style.bold(view.workerType)],
      ['State', stateWord(view.state, style)],
      ['Version', view.definitionVersion === undefined ? undefined : String(view.definitionVersion)],
      ['Pending tasks', figure(view.pendingTasks)],
      ['Claimed tasks', figure(view.claimedTasks)],
      ['Target', figure(view.target)],
      ['Supply', figure(view.supply)],
      ['Capacity', capacityInWords(view)],
      ['Min-max', limits(view)],
      ['Spend', spendInWords(view)],
      ['Last hour', lastHourInWords(view)],
      ['Decision', view.decision],
      ['Changed at', view.changedAt],
      ['Paused', pause?.words],
      [
        'Waits until',
        hold === undefined ? undefined : `${hold.until ?? 'somebody resumes it'}, because of ${hold.reason}`,
      ],
      ['Spot is short since', view.spotShortSince],
      [
        'Last launch',
        lastLaunch === undefined
          ? undefined
          : `${lastLaunch.at}, asked ${lastLaunch.asked}, launched ${lastLaunch.launched} (${lastLaunch.launchId})`,
      ],
    ]),
    ...(lastLaunch?.refusals ?? []).map((refusal) => `  refused: ${refusal}`),
    ...problems.map((problem) => `  ${style.red(describeProblem(problem))}`),
  ].join('\n');
}

function stateWord(state: WorkerTypeView['state'], style: Style): string {
  switch (state) {
    case 'ok':
      return style.green(state);
    case 'disabled':
    case 'new':
      return style.dim(state);
    case 'paused':
    case 'short':
    case 'unanswered':
    case 'backing-off':
      return style.yellow(state);
    case 'invalid':
    case 'failed':
    case 'suspended':
    case 'workers-die':
    case 'workers-unknown':
    case 'backlog-unknown':
      return style.red(state);
  }
}

/** A figure that is not known is not 0. */
const figure = (value: number | undefined): string => (value === undefined ? '?' : String(value));

const limits = ({ minCapacity, maxCapacity }: WorkerTypeView): string | undefined =>
  minCapacity === undefined || maxCapacity === undefined ? undefined : `${minCapacity}-${maxCapacity}`;

function capacityInWords({ capacity }: WorkerTypeView): string {
  if (capacity === undefined) return '?';
  const parts = Object.entries(capacity).filter(([, tasks]) => tasks > 0);
  return parts.length === 0 ? '0' : parts.map(([state, tasks]) => `${tasks} ${state}`).join(', ');
}

function spendInWords({ workers }: WorkerTypeView): string | undefined {
  if (workers === undefined) return undefined;
  const { spendUsdPerHour, unpricedWorkers } = workers;
  const unpriced = unpricedWorkers === 0 ? '' : `, and ${plural(unpricedWorkers, 'worker')} without a known price`;
  return `${spendUsdPerHour} USD an hour${unpriced}`;
}

function lastHourInWords({ workers }: WorkerTypeView): string | undefined {
  if (workers === undefined) return undefined;
  const { interruptedLastHour, uselessLastHour } = workers;
  return `${interruptedLastHour} interrupted by EC2, ${uselessLastHour} ended before they were of use`;
}

const MOST_CHARS = 100;
const shorten = (text: string): string => (text.length <= MOST_CHARS ? text : `${text.slice(0, MOST_CHARS - 3)}...`);

function lastTick({ tick }: StatusView): string {
  if (tick === null) return 'none yet';
  const failures =
    tick.failures.length === 0 ? '' : `, ${plural(tick.failures.length, 'failure')}: ${tick.failures.join('; ')}`;
  return `${formatDuration(tick.ageSeconds)} ago, launched capacity ${tick.launchedCapacity}${failures}`;
}

function lastReap({ reap }: StatusView): string {
  if (reap === null) return 'none yet';
  const failures = reap.failures.length === 0 ? '' : `, ${plural(reap.failures.length, 'failure')}`;
  return `${formatDuration(reap.ageSeconds)} ago, ${plural(reap.seen, 'worker')} seen, ${reap.reaped.length} terminated${failures}`;
}
