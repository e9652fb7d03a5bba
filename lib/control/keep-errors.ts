import pMap from 'p-map';
import { type ErrorRecord, errorsOf, mergeErrors, type RefusedOrder } from './error-record.ts';
import { noteFailure } from './failures.ts';
import type { ErrorLog } from './ports.ts';
import type { Turn } from './turns.ts';

/** Worker types whose errors are written at once. */
const CONCURRENCY = 16;

/** Everything that EC2 refused in one tick: of launches that were repeated, and of this tick's own. */
export function errorsOfTick(repeated: readonly RefusedOrder[], turns: readonly Turn[]): ErrorRecord[] {
  const own = turns.flatMap(({ definition, sent }) =>
    sent.map(({ launchId, at, attempt }): RefusedOrder => {
      const { region, market } = attempt.order;
      return { order: { launchId, definition, region, market }, refusals: attempt.refusals, at };
    }),
  );
  return mergeErrors([...repeated, ...own].flatMap(errorsOf));
}

/** Keeps errors. Those of a type that cannot be written are a failure of that type and keep no other from it. */
export async function keepErrors(
  errors: readonly ErrorRecord[],
  failures: Map<string, string>,
  { errorLog }: { readonly errorLog: ErrorLog },
): Promise<void> {
  await pMap(
    Map.groupBy(errors, ({ workerType }) => workerType),
    async ([workerType, its]) => {
      try {
        await errorLog.append(its);
      } catch (error) {
        noteFailure(failures, workerType, `its errors could not be kept: ${String(error)}`);
      }
    },
    { concurrency: CONCURRENCY },
  );
}
