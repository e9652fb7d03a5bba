import { InvalidArgumentError, Option } from 'commander';

/** `--last N`: how many of the newest are listed. */
export const lastOption = (what: string, { usual, most }: { readonly usual: number; readonly most: number }): Option =>
  new Option('--last <N>', `${what} to list`).argParser((text) => parseCount(text, most)).default(usual);

function parseCount(text: string, most: number): number {
  const count = /^\d{1,4}$/.test(text) ? Number(text) : 0;
  if (count < 1 || count > most) throw new InvalidArgumentError(`It is a whole number from 1 to ${most}.`);
  return count;
}
