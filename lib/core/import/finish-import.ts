import type { Problem } from '../problem.ts';
import { parseWorkerType } from '../worker-type-schema.ts';
import type { ImportOptions } from './import-options.ts';
import { askedFor, type ImportReport, placeholder, type ReportNotes } from './import-report.ts';
import { isJsonObject, type JsonObject } from './json-object.ts';

/** A definition that came from another system, or what keeps it from being read. */
export type Imported =
  | {
      readonly kind: 'imported';
      readonly workerType: string;
      /** As people write it: without defaults, and without provisionerId where none is known. */
      readonly document: JsonObject;
      readonly report: ImportReport;
    }
  | { readonly kind: 'invalid'; readonly problems: readonly Problem[] };

/** Stands in for a provisionerId that is only said when the definition is applied. */
const ANY_PROVISIONER_ID = 'any';

/** The longest texts that the fields take. */
const TEXT_LIMITS = { description: 1000, owner: 256 } as const;

/** A text field, cut where ours is shorter. */
export function textOf(field: keyof typeof TEXT_LIMITS, value: string, notes: ReportNotes): string {
  const most = TEXT_LIMITS[field];
  if (value.length <= most) notes.translated(field, field);
  else notes.approximated(field, `cut to its first ${most} characters`);
  return value.slice(0, most);
}

/** The queues of the worker type, or a placeholder. */
export function queueUrlsOf(workerType: string, { queueUrl, queueUrlPrefix }: ImportOptions): string[] {
  if (queueUrl !== undefined) return [queueUrl];
  if (queueUrlPrefix !== undefined) return [`${queueUrlPrefix}${workerType}`];
  return [placeholder('URL of the SQS queue that holds the tasks', '--queue-url or --queue-url-prefix')];
}

/** Judges the new document: its placeholders, and whatever else the schema finds wrong, are needed. */
export function finishImport(workerType: string, document: JsonObject, notes: ReportNotes): Imported {
  const { userData: _, ...fields } = document;
  const places = placeholdersIn(fields, '');
  for (const { path, what } of places) notes.needed(path, what);
  const parsed = parseWorkerType({ provisionerId: ANY_PROVISIONER_ID, ...document });
  for (const { path, message } of parsed.kind === 'invalid' ? parsed.problems : []) {
    if (!places.some((place) => place.path === path)) notes.needed(path, message);
  }
  return { kind: 'imported', workerType, document, report: notes.report() };
}

function placeholdersIn(value: unknown, path: string): { readonly path: string; readonly what: string }[] {
  const what = askedFor(value);
  if (what !== undefined) return [{ path, what }];
  if (Array.isArray(value)) return value.flatMap((item, index) => placeholdersIn(item, `${path}[${index}]`));
  if (!isJsonObject(value)) return [];
  return Object.entries(value).flatMap(([key, each]) => placeholdersIn(each, path === '' ? key : `${path}.${key}`));
}
