import type { FieldChange } from '../../control/definition-diff.ts';
import type { Style } from '../session.ts';

/** One line a field: `+` new, `-` gone, `~` another value. */
export function formatChange(change: FieldChange, style: Style): string {
  const { path, before, after } = change;
  if (!('before' in change)) return style.green(`+ ${path}: ${show(after)}`);
  if (!('after' in change)) return style.red(`- ${path}: ${show(before)}`);
  return style.yellow(`~ ${path}: ${show(before)} -> ${show(after)}`);
}

const show = (value: unknown): string => JSON.stringify(value) ?? 'nothing';
