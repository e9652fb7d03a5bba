import type { StoredWorkerType, WorkerTypes } from '../control/ports.ts';
import { CliError } from './cli-error.ts';

/** The stored worker type of this name. Throws `not-found`, naming those that exist. */
export async function requireWorkerType(workerTypes: WorkerTypes, name: string): Promise<StoredWorkerType> {
  const stored = await workerTypes.get(name);
  if (stored !== undefined) return stored;
  throw unknownWorkerType(
    name,
    (await workerTypes.list()).map(({ workerType }) => workerType),
  );
}

const MOST_NAMES = 20;

/** The error for a name that nobody has defined. */
export function unknownWorkerType(name: string, existing: readonly string[]): CliError {
  const shown = existing.slice(0, MOST_NAMES).join(', ');
  const more = existing.length > MOST_NAMES ? ` and ${existing.length - MOST_NAMES} more` : '';
  const there = existing.length === 0 ? 'there are none' : `there are: ${shown}${more}`;
  return new CliError('not-found', `there is no worker type "${name}" (${there})`);
}
