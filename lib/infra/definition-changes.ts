import { Duration } from 'aws-cdk-lib';
import type { TableV2 } from 'aws-cdk-lib/aws-dynamodb';
import { EventSourceMapping, FilterCriteria, FilterRule, StartingPosition } from 'aws-cdk-lib/aws-lambda';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import type { NodeFunction } from './node-function.ts';

interface DefinitionChangesProps {
  readonly provisionerId: string;
  readonly workerTypes: TableV2;
  readonly check: NodeFunction;
  readonly deadLetters: Queue;
}

/** An outage of an hour is waited for; a change that still cannot be kept then gives way to those behind it. */
const MAX_AGE_HOURS = 1;
/** Definitions are edited by hand, or some dozens at once by a tool. */
const BATCH_SIZE = 50;

/** Tells the check of each change of a definition, in order and within a second or so. */
export class DefinitionChanges extends Construct {
  constructor(
    scope: Construct,
    id: string,
    { provisionerId, workerTypes, check, deadLetters }: DefinitionChangesProps,
  ) {
    super(scope, id);
    const mapping = new EventSourceMapping(this, 'Stream', {
      target: check.function,
      eventSourceArn: streamArnOf(workerTypes),
      // From the oldest change that is still there: the history takes one that it knows already only once.
      startingPosition: StartingPosition.TRIM_HORIZON,
      batchSize: BATCH_SIZE,
      bisectBatchOnError: true,
      reportBatchItemFailures: true,
      maxRecordAge: Duration.hours(MAX_AGE_HOURS),
      filters: [
        FilterCriteria.filter({ dynamodb: { Keys: { provisionerId: { S: FilterRule.isEqual(provisionerId) } } } }),
      ],
      // The library's SqsDlq grants more actions than Lambda uses.
      onFailure: { bind: () => ({ destination: deadLetters.queueArn }) },
    });
    // Lambda looks at the stream with the function's role when the mapping is made.
    mapping.node.addDependency(check.role);
  }
}

/** The stream of a table. Throws when it has none. */
export function streamArnOf({ tableStreamArn }: TableV2): string {
  if (tableStreamArn === undefined) throw new Error('the table has no stream');
  return tableStreamArn;
}
