import { AwsError } from '../aws-json/aws-error.ts';
import { type Input, nestedList, optionalText } from './input.ts';
import { queryCode } from './sqs-errors.ts';

/** Entries a batch action takes at most, from the SQS quotas. */
const MAX_ENTRIES = 10;

/** Runs `work` for each entry of a batch; entries fail one by one, and only a malformed batch throws. */
export function runBatch(input: Input, work: (entry: Input) => Record<string, unknown>): Record<string, unknown> {
  const successful: unknown[] = [];
  const failed: unknown[] = [];
  for (const entry of checkedEntries(input)) {
    const id = optionalText(entry, 'Id');
    try {
      successful.push({ Id: id, ...work(entry) });
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      failed.push({ Id: id, SenderFault: true, Code: queryCode(error), Message: error.message });
    }
  }
  return { Successful: successful, Failed: failed };
}

function checkedEntries(input: Input): Input[] {
  const entries = nestedList(input, 'Entries');
  if (entries.length === 0) {
    throw new AwsError('EmptyBatchRequest', 'There should be at least one entry in the request.');
  }
  if (entries.length > MAX_ENTRIES) {
    const problem = `Maximum number of entries per request are ${MAX_ENTRIES}. You have sent ${entries.length}.`;
    throw new AwsError('TooManyEntriesInBatchRequest', problem);
  }
  const ids = entries.map((entry) => optionalText(entry, 'Id') ?? '');
  if (!ids.every((id) => /^[\w-]{1,80}$/.test(id))) {
    const problem = 'A batch entry id can only contain alphanumeric characters, hyphens and underscores.';
    throw new AwsError('InvalidBatchEntryId', problem);
  }
  if (new Set(ids).size < ids.length) throw new AwsError('BatchEntryIdsNotDistinct', 'An id is repeated.');
  return entries;
}
