import { CliError } from './cli-error.ts';
import type { CliIo } from './io.ts';
import { ask } from './io.ts';

/** What is about to be done, and how the person agrees to it. */
export interface Confirmation {
  /** `--yes` was given. */
  readonly yes: boolean;
  /** What will happen, for example `Terminate 2 workers`. */
  readonly action: string;
  /** The word that has to be typed. */
  readonly word: string;
}

/** Returns when the action is agreed to. Throws when it is not, or when nobody is there to be asked. */
export async function confirm(io: CliIo, { yes, action, word }: Confirmation): Promise<void> {
  if (yes) return;
  if (!io.canAsk) throw new CliError('usage', `${action}: this needs a confirmation; add --yes to do it without one`);
  const answer = await ask(io, `${action}. Type ${word} to confirm: `);
  if (answer !== word) throw new CliError('not-confirmed', 'not confirmed, nothing was done');
}
