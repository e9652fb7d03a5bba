import { GetInstanceProfileCommand, type IAMClient } from '@aws-sdk/client-iam';
import { GetQueueAttributesCommand, type SQSClient } from '@aws-sdk/client-sqs';
import pMap from 'p-map';
import { type Fact, known, type QueueFact, unknown } from '../core/check/account-facts.ts';
import { describeError } from './aws-errors.ts';

const CONCURRENCY = 16;
/** Codes of 4xx answers that say something about this moment or about the caller's credentials, not about the queue. */
const PASSING_CODES =
  /throttl|expired|InvalidClientTokenId|UnrecognizedClient|InvalidSignature|SignatureDoesNotMatch|RequestTimeout/i;

/** Does each instance profile exist? */
export async function lookUpInstanceProfiles(
  arns: readonly string[],
  iam: IAMClient,
): Promise<Map<string, Fact<boolean>>> {
  const facts = await pMap(
    arns,
    async (arn): Promise<[string, Fact<boolean>]> => [arn, await lookUpProfile(arn, iam)],
    { concurrency: CONCURRENCY },
  );
  return new Map(facts);
}

async function lookUpProfile(arn: string, iam: IAMClient): Promise<Fact<boolean>> {
  // The last part is the name; those before it are a path, which IAM finds by itself.
  const name = arn.slice(arn.lastIndexOf('/') + 1);
  try {
    const { InstanceProfile: profile } = await iam.send(new GetInstanceProfileCommand({ InstanceProfileName: name }));
    return known(profile?.Arn === arn);
  } catch (error) {
    if (error instanceof Error && error.name === 'NoSuchEntityException') return known(false);
    return unknown(describeError(error));
  }
}

/** Can each queue be read? */
export async function lookUpQueues(urls: readonly string[], sqs: SQSClient): Promise<Map<string, Fact<QueueFact>>> {
  const facts = await pMap(
    urls,
    async (url): Promise<[string, Fact<QueueFact>]> => [url, await lookUpQueue(url, sqs)],
    {
      concurrency: CONCURRENCY,
    },
  );
  return new Map(facts);
}

async function lookUpQueue(url: string, sqs: SQSClient): Promise<Fact<QueueFact>> {
  try {
    await sqs.send(new GetQueueAttributesCommand({ QueueUrl: url, AttributeNames: ['ApproximateNumberOfMessages'] }));
    return known({ kind: 'readable' });
  } catch (error) {
    const { name = '', message = '', $metadata: metadata } = error as Partial<SdkError>;
    const status = metadata?.httpStatusCode ?? 0;
    const isAnswer = status >= 400 && status < 500 && !PASSING_CODES.test(name);
    return isAnswer ? known({ kind: 'unreadable', code: name, message }) : unknown(describeError(error));
  }
}

interface SdkError {
  readonly name: string;
  readonly message: string;
  readonly $metadata: { readonly httpStatusCode?: number };
}
