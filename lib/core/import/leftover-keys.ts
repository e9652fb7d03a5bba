import type { ReportNotes } from './import-report.ts';
import { isJsonObject, type JsonObject } from './json-object.ts';

/** Reports the keys of an old object that nothing here reads. Empty lists and objects lose nothing and are not told. */
export function dropLeftovers(
  object: JsonObject,
  read: readonly string[],
  prefix: string,
  why: Readonly<Record<string, string>>,
  notes: ReportNotes,
): void {
  for (const [key, value] of Object.entries(object)) {
    if (read.includes(key) || isEmpty(value)) continue;
    notes.dropped(`${prefix}${key}`, (Object.hasOwn(why, key) ? why[key] : undefined) ?? 'has no counterpart');
  }
}

const isEmpty = (value: unknown): boolean =>
  value === undefined ||
  value === null ||
  (Array.isArray(value) && value.length === 0) ||
  (isJsonObject(value) && Object.keys(value).length === 0);
