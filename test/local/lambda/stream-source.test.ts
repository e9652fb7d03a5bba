import { describe, expect, it } from 'vitest';
import type { TableChange } from '../../../lib/local/dynamodb/table-changes.ts';
import type { InvocationResult } from '../../../lib/local/lambda/local-function.ts';
import { StreamSource } from '../../../lib/local/lambda/stream-source.ts';

const aChange = (sequence: string): TableChange => ({ table: 'types', sequence, at: 1_500, keys: {}, after: {} });
const fine: InvocationResult = { kind: 'returned', value: { batchItemFailures: [] } };
const failedAt = (itemIdentifier: string): InvocationResult => ({
  kind: 'returned',
  value: { batchItemFailures: [{ itemIdentifier }] },
});

/** Pushes the changes and answers which were in each invocation. */
async function delivered(sequences: readonly string[], answer: (batch: readonly string[]) => InvocationResult) {
  const batches: string[][] = [];
  const source = new StreamSource(async (event) => {
    const { Records } = event as { Records: { dynamodb: { SequenceNumber: string } }[] };
    const batch = Records.map(({ dynamodb }) => dynamodb.SequenceNumber);
    batches.push(batch);
    return answer(batch);
  });
  for (const sequence of sequences) source.push(aChange(sequence));
  await source.drained();
  return batches;
}

describe('a stream that invokes a function', () => {
  it('delivers in order, what came meanwhile together', async () => {
    expect(await delivered(['1', '2', '3'], () => fine)).toEqual([['1'], ['2', '3']]);
  });

  it('takes no more than 50 records along', async () => {
    const batches = await delivered(
      Array.from({ length: 120 }, (_, index) => String(index)),
      () => fine,
    );
    expect(batches.map(({ length }) => length)).toEqual([1, 50, 50, 19]);
  });

  it('goes on at the record that failed', async () => {
    let failures = 2;
    const batches = await delivered(['1', '2', '3'], (batch) => {
      if (!batch.includes('3') || failures === 0) return fine;
      failures -= 1;
      return failedAt('3');
    });
    expect(batches).toEqual([['1'], ['2', '3'], ['3'], ['3']]);
  });

  it.each([
    ['throws', { kind: 'threw', message: 'no' }],
    ['dies', { kind: 'killed', cause: 'out of time' }],
  ] as const)('gives up a record for which the function always %s, and goes on behind it', async (_how, result) => {
    const batches = await delivered(['bad', 'good'], (batch) => (batch.includes('bad') ? result : fine));
    expect(batches.filter((batch) => batch.includes('bad'))).toHaveLength(5);
    expect(batches.at(-1)).toEqual(['good']);
  });
});
