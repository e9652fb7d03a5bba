import type { Worker } from '../../core/worker.ts';
import type { Style } from '../session.ts';
import { formatDuration } from './duration.ts';
import { formatTable } from './table.ts';

/** A worker as the CLI shows it; what is not known is null. */
export interface WorkerView extends Pick<Worker, 'workerId' | 'state' | 'instanceType' | 'zone' | 'market'> {
  readonly workerType: string | null;
  readonly capacity: number | null;
  readonly launchId: string | null;
  readonly definitionVersion: number | null;
  readonly launchedAt: string | null;
  readonly ageSeconds: number | null;
}

/** The workers, one a line. */
export const formatWorkers = (workers: readonly WorkerView[], style: Style): string =>
  formatTable<WorkerView>(
    [
      { heading: 'WORKER', cell: ({ workerId }) => workerId },
      { heading: 'WORKER TYPE', cell: ({ workerType }) => workerType ?? '?' },
      { heading: 'STATE', cell: ({ state }) => (state === 'running' ? style.green(state) : state) },
      { heading: 'CAPACITY', align: 'right', cell: ({ capacity }) => String(capacity ?? '?') },
      { heading: 'INSTANCE TYPE', cell: ({ instanceType }) => instanceType },
      { heading: 'ZONE', cell: ({ zone }) => zone },
      { heading: 'MARKET', cell: ({ market }) => market },
      {
        heading: 'AGE',
        align: 'right',
        cell: ({ ageSeconds }) => (ageSeconds === null ? '?' : formatDuration(ageSeconds)),
      },
      { heading: 'VERSION', align: 'right', cell: ({ definitionVersion }) => String(definitionVersion ?? '?') },
    ],
    workers,
    style,
  );
