import { Option } from 'commander';
import type { VersionHistory } from '../control/check-ports.ts';
import type { DefinitionDocument } from '../control/definition-diff.ts';
import type { Clock, WorkerTypes } from '../control/ports.ts';
import { type DefinitionChange, recordChange } from '../control/versions.ts';
import type { WorkerType } from '../core/worker-type-schema.ts';
import { storedVersion } from './definitions.ts';
import { personOf } from './person.ts';
import type { Env } from './target.ts';

/** `--author NAME`, for every command that changes a definition. */
export const authorOption = (): Option =>
  new Option('--author <NAME>', 'who changes it, for the history (env GIT_AUTHOR_NAME, USER, USERNAME)');

/** Writes definitions and their history. */
export interface Keeper {
  readonly clock: Clock;
  readonly workerTypes: WorkerTypes;
  readonly history: VersionHistory;
  readonly author: string | undefined;
}

/** A keeper that writes in the name of the option, else of the environment, else of nobody. */
export function keeperOf(ports: Omit<Keeper, 'author'>, author: string | undefined, env: Env): Keeper {
  return { ...ports, author: personOf(author, env) };
}

/** A definition to write in the place of what is stored. */
export interface DefinitionWrite {
  readonly definition: WorkerType;
  /** The stored version that the change builds on; undefined when nothing is stored. */
  readonly expectedVersion: number | undefined;
  readonly before: DefinitionDocument | undefined;
}

/** Saves a definition unless somebody was faster, and keeps the version; `warning`: written, but not kept. */
export async function saveAndKeep(
  { definition, expectedVersion, before }: DefinitionWrite,
  keeper: Keeper,
): Promise<{ readonly result: 'saved' | 'conflict'; readonly warning?: string }> {
  const result = await keeper.workerTypes.save(definition, expectedVersion);
  if (result === 'conflict') return { result };
  const after = { ...definition, version: (expectedVersion ?? 0) + 1 };
  return { result, ...(await keep({ workerType: definition.workerType, before, after }, keeper)) };
}

/** Deletes a definition unless somebody changed it, and keeps what it was. */
export async function removeAndKeep(
  workerType: string,
  before: DefinitionDocument,
  keeper: Keeper,
): Promise<{ readonly result: 'removed' | 'conflict' | 'absent'; readonly warning?: string }> {
  const result = await keeper.workerTypes.remove(workerType, storedVersion(before));
  if (result !== 'removed') return { result };
  return { result, ...(await keep({ workerType, before, after: undefined }, keeper)) };
}

/** The change is made: a history that cannot be written is worth a warning, and no failure. */
async function keep(
  change: Pick<DefinitionChange, 'workerType' | 'before' | 'after'>,
  { clock, history, author }: Keeper,
): Promise<{ readonly warning?: string }> {
  try {
    const who = author === undefined ? {} : { author };
    await recordChange({ ...change, at: clock.now(), source: 'cli', ...who }, history);
    return {};
  } catch (error) {
    const cause = error instanceof Error ? error.message : String(error);
    return { warning: `${change.workerType} was changed, but the version could not be kept in the history: ${cause}` };
  }
}
