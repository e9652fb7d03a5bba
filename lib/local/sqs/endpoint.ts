import { AwsError } from '../aws-json/aws-error.ts';
import { type Fault, FaultTable } from '../aws-json/fault-table.ts';
import { type JsonCall, startJsonServer } from '../aws-json/json-server.ts';
import { RequestLog } from '../aws-json/request-log.ts';
import { openDatabase } from './database.ts';
import * as messageActions from './message-actions.ts';
import * as queueActions from './queue-actions.ts';
import { receiveMessage } from './receive-action.ts';
import { createService, type SqsService } from './service.ts';
import { sqsErrorReply } from './sqs-errors.ts';

/** How to start a local SQS: in memory and on an ephemeral port unless told otherwise; `now` is epoch milliseconds. */
export interface SqsEndpointOptions {
  readonly dataFile?: string;
  readonly port?: number;
  readonly now?: () => number;
  readonly region?: string;
  readonly accountId?: string;
}

/** A call the endpoint has received, whether it succeeded or not; `at` is epoch milliseconds. */
export interface SqsRequest {
  readonly action: string;
  readonly queue?: string;
  readonly at: number;
}

/** A running local SQS; `requests` holds the latest calls, oldest first. */
export interface SqsEndpoint {
  readonly url: string;
  readonly port: number;
  readonly requests: readonly SqsRequest[];
  setFault(fault: Fault): void;
  clearFaults(): void;
  /** Ends all connections and closes the storage; further calls wait for the same end. */
  close(): Promise<void>;
}

type Action = (service: SqsService, call: JsonCall) => Record<string, unknown> | Promise<Record<string, unknown>>;

const ACTIONS: ReadonlyMap<string, Action> = new Map<string, Action>([
  ['CreateQueue', (service, { input }) => queueActions.createQueue(service, input)],
  ['GetQueueUrl', (service, { input }) => queueActions.getQueueUrl(service, input)],
  ['ListQueues', (service, { input }) => queueActions.listQueues(service, input)],
  ['DeleteQueue', (service, { input }) => queueActions.deleteQueue(service, input)],
  ['PurgeQueue', (service, { input }) => queueActions.purgeQueue(service, input)],
  ['GetQueueAttributes', (service, { input }) => queueActions.getQueueAttributes(service, input)],
  ['SetQueueAttributes', (service, { input }) => queueActions.setQueueAttributes(service, input)],
  ['SendMessage', (service, { input, accessKeyId }) => messageActions.sendMessage(service, input, accessKeyId)],
  [
    'SendMessageBatch',
    (service, { input, accessKeyId }) => messageActions.sendMessageBatch(service, input, accessKeyId),
  ],
  ['ReceiveMessage', (service, { input, clientGone }) => receiveMessage(service, input, clientGone)],
  ['DeleteMessage', (service, { input }) => messageActions.deleteMessage(service, input)],
  ['DeleteMessageBatch', (service, { input }) => messageActions.deleteMessageBatch(service, input)],
  ['ChangeMessageVisibility', (service, { input }) => messageActions.changeMessageVisibility(service, input)],
  ['ChangeMessageVisibilityBatch', (service, { input }) => messageActions.changeMessageVisibilityBatch(service, input)],
]);

/**
 * Starts a local SQS with standard queues on 127.0.0.1. Signatures are not verified; the access key id becomes the
 * SenderId. Rejects when the port is taken or another process has the data file open.
 */
export async function startSqsEndpoint(options: SqsEndpointOptions = {}): Promise<SqsEndpoint> {
  const { region = 'us-east-1', accountId = '000000000000', now = Date.now } = options;
  const database = openDatabase(options.dataFile);
  const faults = new FaultTable();
  const log = new RequestLog<SqsRequest>();
  let url = '';
  const service = createService(
    database,
    `arn:aws:sqs:${region}:${accountId}:`,
    now,
    (name) => `${url}/${accountId}/${name}`,
  );

  const server = await startJsonServer(options.port ?? 0, async (call) => {
    log.add(describeCall(call, now()));
    try {
      faults.throwIfSet(call.action, call.input);
      const action = ACTIONS.get(call.action);
      if (action === undefined)
        throw new AwsError('UnknownOperationException', `${call.action} is not supported here.`);
      return { status: 200, body: await action(service, call) };
    } catch (error) {
      return sqsErrorReply(error);
    }
  }).catch((error: unknown) => {
    database.close();
    throw error;
  });
  let closing: Promise<void> | undefined;
  url = `http://127.0.0.1:${server.port}`;

  return {
    url,
    port: server.port,
    requests: log.entries,
    setFault: (fault) => faults.set(fault),
    clearFaults: () => faults.clear(),
    close: () => {
      closing ??= server.close().then(() => database.close());
      return closing;
    },
  };
}

function describeCall({ action, input }: JsonCall, at: number): SqsRequest {
  const queue = input['QueueUrl'] ?? input['QueueName'];
  return typeof queue === 'string' ? { action, queue: queue.slice(queue.lastIndexOf('/') + 1), at } : { action, at };
}
