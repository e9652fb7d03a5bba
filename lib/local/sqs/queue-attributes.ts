import { AwsError } from '../aws-json/aws-error.ts';
import { invalidAttributeName, invalidAttributeValue } from './sqs-errors.ts';

/** Ranges and defaults as in the SQS API reference of SetQueueAttributes; the size limit is 1 MiB since August 2025. */
const NUMBERS: Readonly<Record<string, { min: number; max: number; initial: number }>> = {
  DelaySeconds: { min: 0, max: 900, initial: 0 },
  MaximumMessageSize: { min: 1024, max: 1_048_576, initial: 1_048_576 },
  MessageRetentionPeriod: { min: 60, max: 1_209_600, initial: 345_600 },
  ReceiveMessageWaitTimeSeconds: { min: 0, max: 20, initial: 0 },
  VisibilityTimeout: { min: 0, max: 43_200, initial: 30 },
};

/** Kept and given back, without any effect on a local queue. An empty value removes RedrivePolicy and these. */
const TEXTS = [
  'Policy',
  'RedriveAllowPolicy',
  'KmsMasterKeyId',
  'KmsDataKeyReusePeriodSeconds',
  'SqsManagedSseEnabled',
];

const MAX_RECEIVE_COUNT_LIMIT = 1000;

/** The attributes of a queue by name; every value is a string, as on the wire. */
export type QueueAttributes = Readonly<Record<string, string>>;

/** Where messages go that were received too often. */
export interface RedrivePolicy {
  readonly deadLetterTargetArn: string;
  readonly maxReceiveCount: number;
}

/** Checks what CreateQueue or SetQueueAttributes was given; throws InvalidAttributeName, -Value, UnsupportedOperation. */
export function checkedAttributes(given: Readonly<Record<string, unknown>>): QueueAttributes {
  const entries = Object.entries(given).map(([name, raw]): [string, string] => [name, String(raw)]);
  for (const [name, value] of entries) checkAttribute(name, value);
  return Object.fromEntries(entries);
}

function checkAttribute(name: string, value: string): void {
  if (name === 'FifoQueue') {
    throw new AwsError(
      'UnsupportedOperation',
      'This local endpoint has standard queues only: FifoQueue must be absent.',
    );
  }
  if (name === 'RedrivePolicy') {
    if (value !== '') parseRedrivePolicy(value);
    return;
  }
  if (TEXTS.includes(name)) return;
  const range = NUMBERS[name];
  if (range === undefined) throw invalidAttributeName(name);
  if (!/^\d+$/.test(value) || Number(value) < range.min || Number(value) > range.max) throw invalidAttributeValue(name);
}

/** What is in force: AWS's defaults overlaid with what was set, without attributes set to nothing. */
export function attributesInForce(set: QueueAttributes): QueueAttributes {
  const initial = Object.entries(NUMBERS).map(([name, range]): [string, string] => [name, String(range.initial)]);
  const all = { ...Object.fromEntries(initial), SqsManagedSseEnabled: 'true', ...set };
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== ''));
}

/** Reads a RedrivePolicy; throws InvalidAttributeValue when it is no JSON object with a target and a count of 1-1000. */
export function parseRedrivePolicy(json: string): RedrivePolicy {
  const policy = parseJson(json);
  const maxReceiveCount = Number(policy['maxReceiveCount']);
  const deadLetterTargetArn = policy['deadLetterTargetArn'];
  const isCountValid = Number.isInteger(maxReceiveCount) && maxReceiveCount >= 1;
  if (!isCountValid || maxReceiveCount > MAX_RECEIVE_COUNT_LIMIT || typeof deadLetterTargetArn !== 'string') {
    throw invalidAttributeValue('RedrivePolicy');
  }
  return { deadLetterTargetArn, maxReceiveCount };
}

function parseJson(json: string): Record<string, unknown> {
  try {
    return { ...JSON.parse(json) };
  } catch {
    throw invalidAttributeValue('RedrivePolicy');
  }
}
