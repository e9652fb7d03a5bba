import type { Stack } from 'aws-cdk-lib';
import type { InfraSettings } from './settings.ts';

/** Name prefix of the queues that a provisioner serves when no ARNs are given. */
export const taskQueuePrefix = (provisionerId: string): string => `${provisionerId}-`;

/** ARNs, possibly with wildcards, of the task queues: as given, else every queue of the account with the prefix. */
export function taskQueueArns(stack: Stack, { taskQueueArns: given, provisionerId }: InfraSettings): readonly string[] {
  if (given !== undefined) return given;
  return [stack.formatArn({ service: 'sqs', resource: `${taskQueuePrefix(provisionerId)}*` })];
}
