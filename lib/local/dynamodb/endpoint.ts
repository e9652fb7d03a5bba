import { AwsError } from '../aws-json/aws-error.ts';
import { type Fault, FaultTable } from '../aws-json/fault-table.ts';
import { type JsonReply, startJsonServer } from '../aws-json/json-server.ts';
import { RequestLog } from '../aws-json/request-log.ts';
import { Engine } from './engine.ts';
import { Operations } from './operations.ts';
import type { ChangeListener } from './table-changes.ts';

/** How to start a local DynamoDB: in memory and on an ephemeral port unless told otherwise; `now` is epoch milliseconds. */
export interface DynamoDbEndpointOptions {
  readonly dataFolder?: string;
  readonly port?: number;
  readonly now?: () => number;
}

/** A call the endpoint has received, whether it succeeded or not; `at` is epoch milliseconds. */
export interface DynamoDbRequest {
  readonly action: string;
  readonly table?: string;
  readonly at: number;
}

/** A running local DynamoDB; `requests` holds the latest calls, oldest first. */
export interface DynamoDbEndpoint {
  readonly url: string;
  readonly port: number;
  readonly requests: readonly DynamoDbRequest[];
  setFault(fault: Fault): void;
  clearFaults(): void;
  /** Tells of every later change of a table, as its stream would. Answers how to stop that. */
  onChange(table: string, listener: ChangeListener): () => void;
  /** Deletes the items whose TTL has passed, and answers how many; AWS does this within days, here it is on request. */
  sweepExpired(): Promise<number>;
  /** Ends all connections and closes the storage; further calls wait for the same end. */
  close(): Promise<void>;
}

/** Error types that real DynamoDB sends under another name space. */
const NAME_SPACES: Readonly<Record<string, string>> = {
  ValidationException: 'com.amazon.coral.validate',
  SerializationException: 'com.amazon.coral.service',
  UnknownOperationException: 'com.amazon.coral.service',
};

/**
 * Starts a local DynamoDB on 127.0.0.1: dynalite's operations, and transactions, TTL and failed-condition items added.
 * Signatures are not verified. Rejects when the port is taken or another process has the data folder open.
 */
export async function startDynamoDbEndpoint(options: DynamoDbEndpointOptions = {}): Promise<DynamoDbEndpoint> {
  const { now = Date.now } = options;
  const operations = new Operations(await Engine.open(options.dataFolder), now);
  const faults = new FaultTable();
  const log = new RequestLog<DynamoDbRequest>();

  const server = await startJsonServer(options.port ?? 0, async ({ action, input }) => {
    const table = input['TableName'];
    log.add(typeof table === 'string' ? { action, table, at: now() } : { action, at: now() });
    try {
      faults.throwIfSet(action, input);
      return { status: 200, body: await operations.answer(action, input) };
    } catch (error) {
      return errorReply(error);
    }
  }).catch(async (error: unknown) => {
    await operations.close();
    throw error;
  });

  let closing: Promise<void> | undefined;
  return {
    url: `http://127.0.0.1:${server.port}`,
    port: server.port,
    requests: log.entries,
    setFault: (fault) => faults.set(fault),
    clearFaults: () => faults.clear(),
    onChange: (table, listener) => operations.onChange(table, listener),
    sweepExpired: () => operations.sweepExpired(),
    close: () => {
      closing ??= server.close().then(() => operations.close());
      return closing;
    },
  };
}

function errorReply(error: unknown): JsonReply {
  const refusal = error instanceof AwsError ? error : new AwsError('InternalServerError', String(error), 500);
  const nameSpace = NAME_SPACES[refusal.code] ?? 'com.amazonaws.dynamodb.v20120810';
  return {
    status: refusal.status,
    body: { __type: `${nameSpace}#${refusal.code}`, message: refusal.message, ...refusal.details },
  };
}
