import { describeProblem } from '../../core/problem.ts';
import type { SourceProblem } from '../cli-error.ts';

/** `worker-types/ci.yaml:12 ci-linux: maxCapacity: is missing`. */
export function formatSourceProblem({ file, line, workerType, ...problem }: SourceProblem): string {
  const name = workerType === undefined ? '' : ` ${workerType}:`;
  return `${file}:${line}:${name} ${describeProblem(problem)}`;
}
