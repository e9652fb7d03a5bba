import { type Fact, known, unknown } from '../core/check/account-facts.ts';
import { describeError } from './aws-errors.ts';

/** EC2 takes 200 filter values in a request (EC2 API reference, "Filter"). */
export const MAX_FILTER_VALUES = 200;

/**
 * Looks names up in batches. `find` answers those that it found; the others have the value `absent`. A batch that
 * fails makes its own names unknown and no others.
 */
export async function lookUpAll<Value>(
  names: readonly string[],
  batchSize: number,
  find: (batch: readonly string[]) => Promise<ReadonlyMap<string, Value>>,
  absent: Value,
): Promise<Map<string, Fact<Value>>> {
  const batches = Array.from({ length: Math.ceil(names.length / batchSize) }, (_, index) =>
    names.slice(index * batchSize, (index + 1) * batchSize),
  );
  const answers = await Promise.all(batches.map((batch) => factOf(() => find(batch))));
  return new Map(
    batches.flatMap((batch, index) =>
      batch.map((name): [string, Fact<Value>] => {
        const answer = answers[index] ?? unknown('no answer');
        if (answer.kind === 'unknown') return [name, answer];
        return [name, known(answer.value.has(name) ? (answer.value.get(name) as Value) : absent)];
      }),
    ),
  );
}

/** The fact that a call answers, unknown when it fails. */
export async function factOf<Value>(call: () => Promise<Value>): Promise<Fact<Value>> {
  try {
    return known(await call());
  } catch (error) {
    return unknown(describeError(error));
  }
}

/** Values of an EC2 filter, with its wildcards taken literally. */
export const filterValues = (names: readonly string[]): string[] =>
  names.map((name) => name.replace(/[\\*?]/g, '\\$&'));
