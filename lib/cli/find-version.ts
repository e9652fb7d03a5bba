import { InvalidArgumentError } from 'commander';
import type { VersionHistory, VersionRecord } from '../control/check-ports.ts';
import { CliError } from './cli-error.ts';

/** Parses the number of a version. Throws what commander reports as wrong usage. */
export function versionNumber(text: string): number {
  if (!/^[1-9]\d{0,8}$/.test(text)) throw new InvalidArgumentError('It is a whole number from 1 on, see history.');
  return Number(text);
}

/** A kept version. Throws `not-found`, saying which there are. */
export async function requireVersion(history: VersionHistory, name: string, version: number): Promise<VersionRecord> {
  const record = await history.get(name, version);
  if (record !== undefined) return record;
  const kept = (await history.list(name)).map((each) => each.version);
  const there = kept.length === 0 ? 'none is kept' : `kept are ${kept.slice(-20).join(', ')}`;
  throw new CliError('not-found', `there is no version ${version} of "${name}" in the history (${there})`);
}
