import { AwsError } from '../aws-json/aws-error.ts';
import type { JsonReply } from '../aws-json/json-server.ts';

/** Codes that the older query protocol spells differently; SDKs read them from the header `x-amzn-query-error`. */
const QUERY_CODES: Readonly<Record<string, string>> = {
  QueueDoesNotExist: 'AWS.SimpleQueueService.NonExistentQueue',
  QueueNameExists: 'QueueAlreadyExists',
  MessageNotInflight: 'AWS.SimpleQueueService.MessageNotInflight',
  BatchEntryIdsNotDistinct: 'AWS.SimpleQueueService.BatchEntryIdsNotDistinct',
  BatchRequestTooLong: 'AWS.SimpleQueueService.BatchRequestTooLong',
  EmptyBatchRequest: 'AWS.SimpleQueueService.EmptyBatchRequest',
  InvalidBatchEntryId: 'AWS.SimpleQueueService.InvalidBatchEntryId',
  TooManyEntriesInBatchRequest: 'AWS.SimpleQueueService.TooManyEntriesInBatchRequest',
  UnsupportedOperation: 'AWS.SimpleQueueService.UnsupportedOperation',
};

/** The code of an error in the query protocol, which batch results also use. */
export function queryCode(error: AwsError): string {
  return QUERY_CODES[error.code] ?? error.code;
}

/** The HTTP answer for a refusal; anything but an AwsError is a fault of this server and answers 500. */
export function sqsErrorReply(error: unknown): JsonReply {
  const refusal = error instanceof AwsError ? error : new AwsError('InternalError', String(error), 500);
  const blame = refusal.status >= 500 ? 'Receiver' : 'Sender';
  return {
    status: refusal.status,
    body: { __type: `com.amazonaws.sqs#${refusal.code}`, message: refusal.message, ...refusal.details },
    headers: { 'x-amzn-query-error': `${queryCode(refusal)};${blame}` },
  };
}

/** The queue of a URL or name is unknown here. */
export function queueDoesNotExist(): AwsError {
  return new AwsError('QueueDoesNotExist', 'The specified queue does not exist.');
}

/** A required member of the request is absent or empty. */
export function missingParameter(name: string): AwsError {
  return new AwsError('MissingParameter', `The request must contain the parameter ${name}.`);
}

/** A member of the request has a value out of range. */
export function invalidParameter(name: string, value: unknown, reason: string): AwsError {
  return new AwsError('InvalidParameterValue', `Value ${value} for parameter ${name} is invalid. Reason: ${reason}`);
}

/** The name of a queue attribute is not known for standard queues. */
export function invalidAttributeName(name: string): AwsError {
  return new AwsError('InvalidAttributeName', `Unknown Attribute ${name}.`);
}

/** A queue attribute has a value out of range. */
export function invalidAttributeValue(name: string): AwsError {
  return new AwsError('InvalidAttributeValue', `Invalid value for the parameter ${name}.`);
}

/** A receipt handle that this queue never gave out. */
export function receiptHandleIsInvalid(handle: string): AwsError {
  return new AwsError('ReceiptHandleIsInvalid', `The input receipt handle "${handle}" is not a valid receipt handle.`);
}
