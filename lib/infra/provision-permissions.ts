import { Stack } from 'aws-cdk-lib';
import type { TableV2 } from 'aws-cdk-lib/aws-dynamodb';
import type { EventBus } from 'aws-cdk-lib/aws-events';
import { PolicyStatement, type Role } from 'aws-cdk-lib/aws-iam';
import { acknowledgeWildcards } from './acknowledge.ts';
import { launchStatements, rehearsalWildcards } from './launch-permissions.ts';
import { workerRegions } from './regions.ts';
import type { InfraSettings } from './settings.ts';
import { taskQueueArns } from './task-queues.ts';

interface ProvisionGrants {
  readonly settings: InfraSettings;
  readonly workerTypes: TableV2;
  readonly state: TableV2;
  readonly bus: EventBus;
  readonly workerRole: Role;
}

/** Grants the provisioner what one tick does: read definitions and queues, remember, launch, signal, tell. */
export function grantProvision(role: Role, { settings, workerTypes, state, bus, workerRole }: ProvisionGrants): void {
  const stack = Stack.of(role);
  const { provisionerId } = settings;
  const queues = taskQueueArns(stack, settings);
  const launch = { stack, provisionerId, regions: workerRegions(stack, settings), workerRoleArn: workerRole.roleArn };
  const statements = [
    ...launchStatements(launch),
    new PolicyStatement({
      sid: 'MeasureTaskQueues',
      actions: ['sqs:GetQueueAttributes'],
      resources: [...queues],
    }),
    new PolicyStatement({
      sid: 'ReadWorkerTypes',
      actions: ['dynamodb:GetItem', 'dynamodb:Query'],
      resources: [workerTypes.tableArn],
    }),
    new PolicyStatement({ sid: 'TellOfChanges', actions: ['events:PutEvents'], resources: [bus.eventBusArn] }),
    // Transactions have no action of their own: each part is checked as the plain operation.
    new PolicyStatement({
      sid: 'KeepState',
      actions: [
        'dynamodb:ConditionCheckItem',
        'dynamodb:DeleteItem',
        'dynamodb:GetItem',
        'dynamodb:PutItem',
        'dynamodb:Query',
        'dynamodb:UpdateItem',
      ],
      resources: [state.tableArn],
    }),
  ];
  for (const statement of statements) role.addToPrincipalPolicy(statement);
  acknowledgeWildcards(role, [
    ...rehearsalWildcards(launch),
    ...queues
      .filter((arn) => /[*?]/.test(arn))
      .map((arn) => [arn, 'Task queues are created after the stack; only their depth can be read.'] as const),
  ]);
}
