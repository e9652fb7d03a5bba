import { randomUUID } from 'node:crypto';
import { AwsError } from '../aws-json/aws-error.ts';

/** An event as EventBridge hands it to the targets of a rule. */
export interface DeliveredEvent {
  readonly version: '0';
  readonly id: string;
  readonly 'detail-type': string;
  readonly source: string;
  readonly account: string;
  /** ISO 8601, whole seconds. */
  readonly time: string;
  readonly region: string;
  readonly resources: readonly string[];
  readonly detail: Readonly<Record<string, unknown>>;
}

/** Where events arrive, and when. */
export interface Arrival {
  readonly region: string;
  readonly accountId: string;
  /** Epoch milliseconds. */
  readonly now: number;
}

/** What became of one entry of a call. */
export type EntryResult =
  | { readonly kind: 'accepted'; readonly busName: string; readonly event: DeliveredEvent }
  | { readonly kind: 'refused'; readonly code: string; readonly message: string };

const MAX_ENTRIES = 10;
/** Of all entries of a call, counted as AWS counts them. */
const MAX_BYTES = 256 * 1024;

/** The entries of a PutEvents call. Throws what AWS refuses the whole call with. */
export function readEntries({ Entries: entries }: Readonly<Record<string, unknown>>): Record<string, unknown>[] {
  const found = Array.isArray(entries) ? entries.map((entry) => Object(entry) as Record<string, unknown>) : [];
  if (found.length < 1 || found.length > MAX_ENTRIES)
    throw new AwsError(
      'ValidationException',
      `1 validation error detected: Value at 'entries' failed to satisfy constraint: Member must have length between 1 and ${MAX_ENTRIES}`,
    );
  if (found.reduce((sum, entry) => sum + bytesOf(entry), 0) > MAX_BYTES)
    throw new AwsError('ValidationException', 'Total size of the entries in the request is over the limit.');
  return found;
}

/**
 * Judges one entry. A bus that is not there is an error here: AWS has been seen to accept such an event and drop it,
 * which would hide a mistake.
 */
export function judgeEntry(
  entry: Readonly<Record<string, unknown>>,
  buses: ReadonlySet<string>,
  { region, accountId, now }: Arrival,
): EntryResult {
  for (const field of ['Source', 'DetailType', 'Detail']) {
    if (typeof entry[field] !== 'string' || entry[field] === '')
      return refused('InvalidArgument', `Parameter ${field} is not valid. Reason: ${field} is a required argument.`);
  }
  const source = String(entry['Source']);
  if (source.startsWith('aws.')) return refused('NotAuthorizedForSourceException', 'Not authorized for the source.');
  const detail = parseObject(String(entry['Detail']));
  if (detail === undefined) return refused('MalformedDetail', 'Detail is malformed.');
  const busName = String(entry['EventBusName'] ?? 'default').replace(/^arn:.*:event-bus\//, '');
  if (!buses.has(busName)) return refused('InvalidArgument', `Event bus ${busName} does not exist.`);
  const at = typeof entry['Time'] === 'number' ? entry['Time'] * 1000 : now;
  const event: DeliveredEvent = {
    version: '0',
    id: randomUUID(),
    'detail-type': String(entry['DetailType']),
    source,
    account: accountId,
    time: new Date(at).toISOString().replace(/\.\d+Z$/, 'Z'),
    region,
    resources: Array.isArray(entry['Resources']) ? entry['Resources'].map(String) : [],
    detail,
  };
  return { kind: 'accepted', busName, event };
}

const refused = (code: string, message: string): EntryResult => ({ kind: 'refused', code, message });

function bytesOf(entry: Readonly<Record<string, unknown>>): number {
  const texts = [entry['Source'], entry['DetailType'], entry['Detail'], entry['Resources'] ?? []].flat();
  return texts.reduce((sum: number, text) => sum + Buffer.byteLength(String(text ?? '')), 'Time' in entry ? 14 : 0);
}

function parseObject(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : undefined;
  } catch {
    return undefined;
  }
}
