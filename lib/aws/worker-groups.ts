import { isSameJson } from '../core/same-json.ts';
import type { Worker } from '../core/worker.ts';

/** Workers that differ in nothing but their ids, as a launch record keeps them: an item holds 400 KB. */
export interface WorkerGroup {
  readonly workerIds: readonly string[];
  readonly alike: Omit<Worker, 'workerId'>;
}

/** The workers of one launch in groups, in the same order. */
export function toWorkerGroups(workers: readonly Worker[]): WorkerGroup[] {
  const groups: { workerIds: string[]; alike: Omit<Worker, 'workerId'> }[] = [];
  for (const { workerId, ...alike } of workers) {
    const last = groups.at(-1);
    if (last !== undefined && isSameJson(last.alike, alike)) last.workerIds.push(workerId);
    else groups.push({ workerIds: [workerId], alike });
  }
  return groups;
}

/** The workers again, each by itself. */
export const fromWorkerGroups = (groups: readonly WorkerGroup[]): Worker[] =>
  groups.flatMap(({ workerIds, alike }) => workerIds.map((workerId) => ({ workerId, ...alike })));
