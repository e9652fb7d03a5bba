import { fork } from 'node:child_process';
import { once } from 'node:events';
import {
  CreateQueueCommand,
  GetQueueAttributesCommand,
  type Message,
  ReceiveMessageCommand,
  type ReceiveMessageCommandInput,
  SendMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { onTestFinished } from 'vitest';
import { type SqsEndpoint, type SqsEndpointOptions, startSqsEndpoint } from '../../../lib/local/sqs/endpoint.ts';

/** A clock that moves only when told to. */
export interface ManualClock {
  (): number;
  advance(ms: number): void;
}

/** Starts at a fixed instant. */
export function manualClock(): ManualClock {
  let nowMs = Date.UTC(2026, 10, 24);
  return Object.assign(() => nowMs, {
    advance: (ms: number) => {
      nowMs += ms;
    },
  });
}

/** The real SDK client, signing with made-up keys. */
export function sqsClient(endpoint: string, accessKeyId = 'LOCAL'): SQSClient {
  const client = new SQSClient({
    endpoint,
    region: 'us-east-1',
    credentials: { accessKeyId, secretAccessKey: 'local' },
    maxAttempts: 1,
  });
  onTestFinished(() => client.destroy());
  return client;
}

/** An endpoint with a client, both closed when the test ends. */
export async function startSqs(options: SqsEndpointOptions = {}): Promise<{ sqs: SqsEndpoint; client: SQSClient }> {
  const sqs = await startSqsEndpoint(options);
  onTestFinished(() => sqs.close());
  return { sqs, client: sqsClient(sqs.url) };
}

/** Creates a queue and returns its URL. */
export async function createQueue(client: SQSClient, name: string, attributes = {}): Promise<string> {
  const { QueueUrl = '' } = await client.send(new CreateQueueCommand({ QueueName: name, Attributes: attributes }));
  return QueueUrl;
}

/** Sends a message and returns its id. */
export async function send(client: SQSClient, queueUrl: string, body: string, delaySeconds?: number): Promise<string> {
  const command = new SendMessageCommand({
    QueueUrl: queueUrl,
    MessageBody: body,
    ...(delaySeconds !== undefined && { DelaySeconds: delaySeconds }),
  });
  return (await client.send(command)).MessageId ?? '';
}

/** Receives up to ten messages with their system attributes. */
export async function receive(
  client: SQSClient,
  queueUrl: string,
  options: Partial<ReceiveMessageCommandInput> = {},
): Promise<Message[]> {
  const answer = await client.send(
    new ReceiveMessageCommand({
      QueueUrl: queueUrl,
      MaxNumberOfMessages: 10,
      MessageSystemAttributeNames: ['All'],
      ...options,
    }),
  );
  return answer.Messages ?? [];
}

/** Visible / in flight / delayed, as in `8/0/2`. */
export async function depth(client: SQSClient, queueUrl: string): Promise<string> {
  const { Attributes } = await client.send(
    new GetQueueAttributesCommand({ QueueUrl: queueUrl, AttributeNames: ['All'] }),
  );
  const counts: Readonly<Record<string, string>> = Attributes ?? {};
  return ['', 'NotVisible', 'Delayed'].map((state) => counts[`ApproximateNumberOfMessages${state}`]).join('/');
}

/** An endpoint in a process of its own, to be killed without warning. */
export async function startSqsProcess(dataFile: string): Promise<{ url: string; kill: () => Promise<void> }> {
  const child = fork(new URL('endpoint-process.ts', import.meta.url), [dataFile], { execArgv: [] });
  onTestFinished(() => void child.kill('SIGKILL'));
  const [url] = await once(child, 'message');
  return {
    url: String(url),
    kill: async () => {
      child.kill('SIGKILL');
      await once(child, 'exit');
    },
  };
}
