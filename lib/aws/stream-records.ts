import type { DefinitionDocument } from '../control/definition-diff.ts';
import type { StreamedChange } from '../control/definition-watch.ts';
import { epochMillis } from '../core/units.ts';
import { describeError } from './aws-errors.ts';
import { type Item, showItem } from './dynamo-tables.ts';

/** An invocation by a DynamoDB stream, as far as it is relied on; anything may be inside. */
export interface StreamEvent {
  readonly Records: readonly unknown[];
}

/** Is this an invocation by a stream, and none by a schedule? */
export const isStreamEvent = (event: unknown): event is StreamEvent =>
  isObject(event) && Array.isArray(event['Records']);

/** The changes of one provisioner's definitions, in order. Never throws: what cannot be read says so. */
export const changesOf = ({ Records }: StreamEvent, provisionerId: string): StreamedChange[] =>
  Records.map(readRecord).filter((each) => each.kind === 'unreadable' || each.provisionerId === provisionerId);

function readRecord(record: unknown): StreamedChange {
  const data = isObject(record) && isObject(record['dynamodb']) ? record['dynamodb'] : {};
  const sequence = typeof data['SequenceNumber'] === 'string' ? data['SequenceNumber'] : undefined;
  try {
    if (sequence === undefined) throw new Error('it has no sequence number');
    const [before, after] = [documentOf(data['OldImage']), documentOf(data['NewImage'])];
    const { provisionerId, workerType } = documentOf(data['Keys']) ?? {};
    const seconds = data['ApproximateCreationDateTime'];
    if (typeof provisionerId !== 'string' || typeof workerType !== 'string') throw new Error('its keys are no texts');
    if (typeof seconds !== 'number') throw new Error('it has no time');
    if (before === undefined && after === undefined) throw new Error('it has no image');
    return {
      kind: 'change',
      provisionerId,
      sequence,
      change: { workerType, before, after, at: epochMillis(seconds * 1000), source: 'table', sequence },
    };
  } catch (error) {
    return { kind: 'unreadable', sequence, cause: describeError(error) };
  }
}

const documentOf = (image: unknown): DefinitionDocument | undefined =>
  isObject(image) ? showItem(image as Item) : undefined;

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
