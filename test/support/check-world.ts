import { onTestFinished } from 'vitest';
import { checkHandler } from '../../lambdas/check.ts';
import type { AccountEndpoints } from '../../lib/aws/account-clients.ts';
import { startAccountServices } from '../../lib/local/account-services.ts';
import type { TableChange } from '../../lib/local/dynamodb/table-changes.ts';
import { streamRecord } from '../../lib/local/lambda/stream-source.ts';
import { type AwsWorld, type AwsWorldOptions, useAwsWorld, WORKER_PROGRAM } from './aws-world.ts';
import { aContext } from './lambda.ts';

/** An AWS world with the services that the check asks, and what its stream of worker types told so far. */
export interface CheckWorld extends AwsWorld {
  readonly accountEndpoints: AccountEndpoints;
  /** Stream records that no invocation was given yet, as Lambda gets them. */
  takeRecords(): unknown[];
  /** One cold invocation by the schedule. */
  check(): Promise<unknown>;
  /** One cold invocation by the stream: with these records, else with all that came since the last one. */
  stream(records?: readonly unknown[]): Promise<unknown>;
}

/** Starts one for the length of the running test. */
export async function useCheckWorld(options: AwsWorldOptions = {}): Promise<CheckWorld> {
  const aws = await useAwsWorld(options);
  const account = await startAccountServices();
  onTestFinished(() => account.close());
  const changes: TableChange[] = [];
  aws.dynamoDb.onChange(aws.config.workerTypesTable, (change) => changes.push(change));
  const takeRecords = () => changes.splice(0).map(streamRecord);
  const invoke = (event: unknown) =>
    checkHandler(aws.envOf(), {
      clients: aws.clients,
      accountEndpoints: account.endpoints,
      workerProgram: WORKER_PROGRAM,
      clock: aws.clock,
    })(event, aContext());
  return {
    ...aws,
    accountEndpoints: account.endpoints,
    takeRecords,
    check: () => invoke({ source: 'schedule' }),
    stream: (records = takeRecords()) => invoke({ Records: records }),
  };
}
