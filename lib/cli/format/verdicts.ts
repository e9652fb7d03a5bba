import type { ReapVerdict } from '../../core/reap-plan.ts';
import type { Style } from '../session.ts';
import { formatDuration } from './duration.ts';
import { formatTable } from './table.ts';

/** The verdict on each worker, with its reason in words. */
export const formatVerdicts = (verdicts: readonly ReapVerdict[], style: Style): string =>
  formatTable<ReapVerdict>(
    [
      { heading: 'WORKER', cell: ({ worker }) => worker.workerId },
      { heading: 'WORKER TYPE', cell: ({ worker }) => worker.workerType ?? '?' },
      { heading: 'STATE', cell: ({ worker }) => worker.state },
      { heading: 'VERDICT', cell: ({ kind }) => (kind === 'reap' ? style.red(kind) : kind) },
      { heading: 'REASON', cell: reasonInWords },
    ],
    verdicts,
    style,
  );

function reasonInWords(verdict: ReapVerdict): string {
  switch (verdict.reason) {
    case 'too-old':
      return `${formatDuration(verdict.ageSeconds)} old, may live ${formatDuration(verdict.limitSeconds)}`;
    case 'within-lifetime':
      return 'within its lifetime';
    case 'already-gone':
      return 'gone already';
    case 'definition-invalid':
      return 'its worker type is invalid, so its lifetime is not known';
    case 'age-unknown':
      return 'EC2 does not say when it was launched';
  }
}
