import { GetQueueAttributesCommand, SQSClient } from '@aws-sdk/client-sqs';
import { mockClient } from 'aws-sdk-client-mock';
import { describe, expect, it } from 'vitest';
import { SqsBacklog } from '../../lib/aws/sqs-backlog.ts';
import { MemoryClock } from '../../lib/memory/memory-clock.ts';
import { useAwsWorld } from '../support/aws-world.ts';
import { NOW } from '../support/builders.ts';

const full = {
  ApproximateNumberOfMessages: '1',
  ApproximateNumberOfMessagesNotVisible: '0',
  ApproximateNumberOfMessagesDelayed: '0',
};

describe('a queue that cannot be read', () => {
  it.each([
    ['RequestThrottled', 403],
    ['AccessDenied', 403],
    ['InternalFailure', 500],
    ['InvalidAddress', 404],
  ])('for %s is unknown, with that cause', async (code, status) => {
    const { ports, sqs, fill } = await useAwsWorld();
    const queueUrl = await fill('build', { pendingTasks: 3 });
    sqs.setFault({ action: 'GetQueueAttributes', code, status });
    expect(await ports.backlog.read(queueUrl)).toEqual({ kind: 'unknown', reason: `${code}: Injected ${code}` });
  });

  it('since nobody listens is unknown', async () => {
    const { ports, sqs, fill } = await useAwsWorld();
    const queueUrl = await fill('build', { pendingTasks: 3 });
    await sqs.close();
    expect(await ports.backlog.read(queueUrl)).toMatchObject({ kind: 'unknown' });
  });

  it.each([
    ['lacks a figure', { ...full, ApproximateNumberOfMessagesNotVisible: undefined }],
    ['has no attributes', undefined],
    ['says nothing', { ...full, ApproximateNumberOfMessages: '' }],
    ['is no number', { ...full, ApproximateNumberOfMessages: 'many' }],
    ['is negative', { ...full, ApproximateNumberOfMessagesDelayed: '-1' }],
  ])('is unknown and not zero when the answer %s', async (_what, attributes) => {
    const client = new SQSClient({ region: 'us-east-1' });
    mockClient(client)
      .on(GetQueueAttributesCommand)
      .resolves(attributes === undefined ? {} : { Attributes: { ...attributes } as Record<string, string> });
    const reading = await new SqsBacklog(client, new MemoryClock(NOW)).read('https://sqs/1/q');
    expect(reading).toMatchObject({ kind: 'unknown', reason: expect.stringContaining('SQS answered Approximate') });
  });
});
