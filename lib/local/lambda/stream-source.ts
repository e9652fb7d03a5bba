import type { TableChange } from '../dynamodb/table-changes.ts';
import type { InvocationResult } from './local-function.ts';

/** Records that one invocation gets at most, as the stack has it. */
const BATCH_SIZE = 50;
/** Tries of one record before those behind it have their turn; on AWS it is tried for an hour. */
const ATTEMPTS = 5;

/** Invokes a function with the changes of a table, in order, as Lambda's event source mapping of a stream does. */
export class StreamSource {
  readonly #invoke: (event: unknown) => Promise<InvocationResult>;
  #waiting: TableChange[] = [];
  #delivery: Promise<void> | undefined;
  #isClosed = false;

  /** @param invoke must not reject; its answer may name records in `batchItemFailures` */
  constructor(invoke: (event: unknown) => Promise<InvocationResult>) {
    this.#invoke = invoke;
  }

  /** Hands over one change. */
  push(change: TableChange): void {
    if (this.#isClosed) return;
    this.#waiting.push(change);
    this.#delivery ??= this.#deliver();
  }

  /** Resolves when nothing waits any more. */
  async drained(): Promise<void> {
    await this.#delivery;
  }

  /** Delivers nothing more. Resolves when no invocation runs. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#waiting = [];
    await this.#delivery;
  }

  async #deliver(): Promise<void> {
    let attempts = 0;
    while (this.#waiting.length > 0) {
      const batch = this.#waiting.slice(0, BATCH_SIZE);
      const done = recordsDone(batch, await this.#invoke({ Records: batch.map(streamRecord) }));
      attempts = done > 0 ? 0 : attempts + 1;
      this.#waiting.splice(0, attempts === ATTEMPTS ? 1 : done);
      if (attempts === ATTEMPTS) attempts = 0;
    }
    this.#delivery = undefined;
  }
}

/** How many records from the first on need not be delivered again. */
function recordsDone(batch: readonly TableChange[], result: InvocationResult): number {
  if (result.kind !== 'returned') return 0;
  const { batchItemFailures = [] } = Object(result.value ?? {}) as {
    batchItemFailures?: readonly { readonly itemIdentifier: string }[];
  };
  const failed = new Set(batchItemFailures.map(({ itemIdentifier }) => itemIdentifier));
  const first = batch.findIndex(({ sequence }) => failed.has(sequence));
  return first === -1 ? batch.length : first;
}

/** A change as Lambda tells of it. */
export function streamRecord({ table, sequence, at, keys, before, after }: TableChange) {
  return {
    eventID: sequence,
    eventName: before === undefined ? 'INSERT' : after === undefined ? 'REMOVE' : 'MODIFY',
    eventVersion: '1.1',
    eventSource: 'aws:dynamodb',
    awsRegion: 'local',
    eventSourceARN: `arn:aws:dynamodb:local:000000000000:table/${table}/stream/local`,
    dynamodb: {
      ApproximateCreationDateTime: Math.floor(at / 1000),
      Keys: keys,
      ...(after === undefined ? {} : { NewImage: after }),
      ...(before === undefined ? {} : { OldImage: before }),
      SequenceNumber: sequence,
      SizeBytes: JSON.stringify([keys, before, after]).length,
      StreamViewType: 'NEW_AND_OLD_IMAGES',
    },
  };
}
