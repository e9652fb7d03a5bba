import type { Style } from '../session.ts';
import type { TickPreview, WorkerTypePreview } from '../tick-preview.ts';

/** The decisions of a tick that did not happen, and each request as EC2 would get it. */
export function formatPreview({ openLaunches, workerTypes }: TickPreview, style: Style): string {
  if (workerTypes.length === 0) return 'There are no worker types: nothing would be launched.';
  return [
    ...openLaunches.map(
      ({ launchId, workerType, targetCapacity }) =>
        `${style.bold(workerType)}: launch ${launchId} (capacity ${targetCapacity}) has no answer yet and would be repeated`,
    ),
    ...workerTypes.map((preview) => formatWorkerType(preview, style)),
  ].join('\n');
}

function formatWorkerType({ workerType, kind, decision, requests }: WorkerTypePreview, style: Style): string {
  const words = kind === 'launch' ? style.green(decision) : kind === 'invalid' ? style.red(decision) : decision;
  const lines = requests.map(({ action, input }) =>
    `  ${action} ${JSON.stringify(input, null, 2)}`.replace(/\n/g, '\n  '),
  );
  return [`${style.bold(workerType)}: ${words}`, ...lines].join('\n');
}
