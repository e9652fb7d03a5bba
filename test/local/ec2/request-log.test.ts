import { describe, expect, it } from 'vitest';
import { type RequestRecord, recordRequest } from '../../../lib/local/ec2/request-log.ts';

describe('the request log', () => {
  it('keeps the latest ten thousand calls', () => {
    const log: RequestRecord[] = [];
    for (let at = 0; at < 10_005; at += 1) recordRequest(log, { action: 'CreateTags', input: {}, outcome: 'ok', at });
    expect([log.length, log[0]?.at, log.at(-1)?.at]).toEqual([10_000, 5, 10_004]);
  });
});
