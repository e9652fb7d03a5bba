import type { Context } from 'aws-lambda';
import { provisionHandler } from '../../lambdas/provision.ts';
import { reapHandler } from '../../lambdas/reap.ts';
import type { AwsClients } from '../../lib/aws/clients.ts';
import { type AwsWorld, WORKER_PROGRAM } from './aws-world.ts';

let requests = 0;

/** What Lambda hands to a handler, with a minute left. */
export function aContext(changes: Partial<Context> = {}): Context {
  requests += 1;
  return {
    callbackWaitsForEmptyEventLoop: true,
    functionName: 'provisioner',
    functionVersion: '1',
    invokedFunctionArn: 'arn:aws:lambda:us-east-1:000000000000:function:provisioner',
    memoryLimitInMB: '512',
    awsRequestId: `request-${requests}`,
    logGroupName: 'group',
    logStreamName: 'stream',
    getRemainingTimeInMillis: () => 60_000,
    done: () => undefined,
    fail: () => undefined,
    succeed: () => undefined,
    ...changes,
  };
}

/** Which process runs the handler, and on whose behalf. */
interface Invocation {
  readonly provisionerId?: string;
  readonly clients?: AwsClients;
  readonly env?: Readonly<Record<string, string>>;
}

/** The `provision` handler as a cold start builds it: one tick an invocation. */
export const provisionOf = (aws: AwsWorld, { provisionerId, clients = aws.clients, env = {} }: Invocation = {}) =>
  provisionHandler(
    { ...aws.envOf(provisionerId), ...env },
    { clients, workerProgram: WORKER_PROGRAM, clock: aws.clock },
  );

/** The `reap` handler as a cold start builds it. */
export const reapOf = (aws: AwsWorld, { provisionerId, clients = aws.clients }: Invocation = {}) =>
  reapHandler(aws.envOf(provisionerId), { clients, clock: aws.clock });

/** One cold invocation of the `provision` handler. */
export const provision = (aws: AwsWorld, invocation: Invocation = {}) =>
  provisionOf(aws, invocation)({ source: 'schedule' }, aContext());

/** One cold invocation of the `reap` handler. */
export const reap = (aws: AwsWorld, invocation: Invocation = {}) =>
  reapOf(aws, invocation)({ source: 'schedule' }, aContext());
