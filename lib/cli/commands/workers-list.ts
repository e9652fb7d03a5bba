import type { Command } from 'commander';
import { type EpochMillis, secondsBetween } from '../../core/units.ts';
import { isPresent, type Worker } from '../../core/worker.ts';
import { unreadWarnings } from '../format/unread.ts';
import { formatWorkers, type WorkerView } from '../format/workers.ts';
import { examples } from '../help.ts';
import type { Session } from '../session.ts';

/** `workers list` */
export function addWorkersListCommand(parent: Command, session: Session): void {
  parent
    .command('list')
    .option('--worker-type <NAME>', 'only those of this worker type')
    .summary('list the workers')
    .description('List the workers that are present, as EC2 knows them now.')
    .addHelpText(
      'after',
      examples(
        ['provisioner workers list --worker-type ci-linux', 'The workers of one type.'],
        ["provisioner workers list --json | jq -r '.workers[].workerId'", 'All instance ids.'],
      ),
    )
    .action(async ({ workerType }: { workerType?: string }) => {
      const { ports, target } = await session.connect();
      const now = ports.clock.now();
      const { workers: listed, unread } = await ports.fleet.list();
      const warnings = unreadWarnings(unread);
      const workers = listed
        .filter(isPresent)
        .filter((worker) => workerType === undefined || worker.workerType === workerType)
        .map((worker) => toView(worker, now))
        .sort((a, b) => compare(a.workerType ?? '', b.workerType ?? '') || compare(a.workerId, b.workerId));
      const ofType = workerType === undefined ? '' : ` of ${workerType}`;
      session.show({
        data: { provisionerId: target.provisionerId, workers, warnings },
        text: workers.length === 0 ? `There are no workers${ofType}.` : formatWorkers(workers, session.style),
        warnings,
      });
    });
}

function toView(
  { launchedAt, workerType, capacity, launchId, definitionVersion, ...worker }: Worker,
  now: EpochMillis,
) {
  return {
    ...worker,
    workerType: workerType ?? null,
    capacity: capacity ?? null,
    launchId: launchId ?? null,
    definitionVersion: definitionVersion ?? null,
    launchedAt: launchedAt === undefined ? null : new Date(launchedAt).toISOString(),
    ageSeconds: launchedAt === undefined ? null : Math.round(secondsBetween(launchedAt, now)),
  } satisfies WorkerView;
}

const compare = (a: string, b: string): number => (a < b ? -1 : Number(a > b));
