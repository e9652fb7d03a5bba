import { AwsV4Signer } from 'aws4fetch';
import type { RoleCredentials } from './role-credentials.ts';

/** A message in the worker's hands. */
export interface Message {
  readonly messageId: string;
  readonly receiptHandle: string;
  readonly body: string;
  /** Deliveries so far, this one included. */
  readonly receiveCount: number;
}

/** `gone`: the message is deleted, or somebody else's by now. */
export type Settled = 'done' | 'gone';

const TIMEOUT_MS = 10_000;
/** Names by which SQS says that a receipt handle is of no use any more. */
const GONE = ['ReceiptHandleIsInvalid', 'MessageNotInflight', 'InvalidParameterValue'];

/** One task queue: three operations of SQS over its JSON protocol. Every method throws when there is no answer. */
export class QueueClient {
  readonly url: string;
  readonly #endpoint: string;
  readonly #region: string;
  readonly #credentials: RoleCredentials;

  constructor(queue: { url: string; region: string; endpoint: string | undefined }, credentials: RoleCredentials) {
    this.url = queue.url;
    this.#endpoint = queue.endpoint || new URL(queue.url).origin;
    this.#region = queue.region;
    this.#credentials = credentials;
  }

  /** Up to `maxMessages` (at most 10) within `waitSeconds`; each is invisible to others for `visibilitySeconds`. */
  async receive(
    maxMessages: number,
    waitSeconds: number,
    visibilitySeconds: number,
    abort: AbortSignal,
  ): Promise<Message[]> {
    const input = {
      MaxNumberOfMessages: Math.min(10, maxMessages),
      WaitTimeSeconds: waitSeconds,
      VisibilityTimeout: visibilitySeconds,
      MessageSystemAttributeNames: ['ApproximateReceiveCount'],
    };
    const timeout = AbortSignal.timeout(waitSeconds * 1000 + TIMEOUT_MS);
    const output = await this.#call('ReceiveMessage', input, AbortSignal.any([abort, timeout]));
    const messages: Record<string, Record<string, string> & string>[] = output.Messages ?? [];
    return messages.map(({ MessageId = '', ReceiptHandle = '', Body = '', Attributes }) => ({
      messageId: MessageId,
      receiptHandle: ReceiptHandle,
      body: Body,
      receiveCount: Number(Attributes?.['ApproximateReceiveCount'] ?? 1),
    }));
  }

  async remove({ receiptHandle }: Message): Promise<Settled> {
    return this.#settle('DeleteMessage', { ReceiptHandle: receiptHandle });
  }

  /** The message is visible to others this many seconds from now. */
  async setVisibility({ receiptHandle }: Message, seconds: number): Promise<Settled> {
    return this.#settle('ChangeMessageVisibility', { ReceiptHandle: receiptHandle, VisibilityTimeout: seconds });
  }

  async #settle(operation: string, input: object): Promise<Settled> {
    try {
      await this.#call(operation, input, AbortSignal.timeout(TIMEOUT_MS));
      return 'done';
    } catch (error) {
      if (error instanceof Error && GONE.some((name) => error.message.includes(name))) return 'gone';
      throw error;
    }
  }

  async #call(operation: string, input: object, signal: AbortSignal) {
    const body = JSON.stringify({ QueueUrl: this.url, ...input });
    const { url, headers } = await new AwsV4Signer({
      method: 'POST',
      url: this.#endpoint,
      headers: { 'content-type': 'application/x-amz-json-1.0', 'x-amz-target': `AmazonSQS.${operation}` },
      body,
      service: 'sqs',
      region: this.#region,
      ...(await this.#credentials.current()),
    }).sign();
    const response = await fetch(url, { method: 'POST', headers, body, signal });
    const text = await response.text();
    if (response.ok) return JSON.parse(text || '{}');
    // Refused keys may have been replaced; the next attempt reads them again.
    if (response.status === 403) this.#credentials.discard();
    throw new Error(`${operation}: status ${response.status} ${text.slice(0, 300)}`);
  }
}
