import { Stack } from 'aws-cdk-lib';
import type { TableV2 } from 'aws-cdk-lib/aws-dynamodb';
import type { EventBus } from 'aws-cdk-lib/aws-events';
import { PolicyStatement, type Role } from 'aws-cdk-lib/aws-iam';
import { acknowledgeWildcards } from './acknowledge.ts';
import { deleteTemplatesStatement, rehearsalStatements, rehearsalWildcards } from './launch-permissions.ts';
import { workerRegions } from './regions.ts';
import type { InfraSettings } from './settings.ts';
import { taskQueueArns } from './task-queues.ts';

interface CheckGrants {
  readonly settings: InfraSettings;
  readonly workerTypes: TableV2;
  /** ARN of the stream of worker types. */
  readonly changes: string;
  readonly state: TableV2;
  readonly bus: EventBus;
  readonly workerRole: Role;
}

/**
 * Grants the check what it looks up, where it keeps what it found, and the deletion of unused launch templates. It launches
 * nothing, but it has EC2 judge launches as dry runs, and EC2 judges them by the caller's permissions: those of a launch.
 */
export function grantCheck(role: Role, { settings, workerTypes, changes, state, bus, workerRole }: CheckGrants): void {
  const stack = Stack.of(role);
  const { provisionerId } = settings;
  const regions = workerRegions(stack, settings);
  const launch = { stack, provisionerId, regions, workerRoleArn: workerRole.roleArn };
  const queues = taskQueueArns(stack, settings);
  const quotas = regions.map((region) =>
    stack.formatArn({ service: 'servicequotas', region, resource: 'ec2', resourceName: '*' }),
  );
  const profiles = stack.formatArn({ service: 'iam', region: '', resource: 'instance-profile', resourceName: '*' });
  const statements = [
    ...rehearsalStatements(launch),
    deleteTemplatesStatement(launch),
    new PolicyStatement({
      sid: 'LookAround',
      actions: [
        'ec2:DescribeImages',
        'ec2:DescribeInstanceTypeOfferings',
        'ec2:DescribeInstanceTypes',
        'ec2:DescribeKeyPairs',
        'ec2:DescribeLaunchTemplates',
        'ec2:DescribeSecurityGroups',
        'ec2:DescribeSubnets',
        // Has no resource, unlike the quota of this account.
        'servicequotas:GetAWSDefaultServiceQuota',
      ],
      resources: ['*'],
      conditions: { StringEquals: { 'aws:RequestedRegion': [...regions] } },
    }),
    new PolicyStatement({ sid: 'ReadQuotas', actions: ['servicequotas:GetServiceQuota'], resources: quotas }),
    new PolicyStatement({ sid: 'ReadProfiles', actions: ['iam:GetInstanceProfile'], resources: [profiles] }),
    new PolicyStatement({ sid: 'MeasureTaskQueues', actions: ['sqs:GetQueueAttributes'], resources: [...queues] }),
    new PolicyStatement({
      sid: 'ReadWorkerTypes',
      actions: ['dynamodb:GetItem', 'dynamodb:Query'],
      resources: [workerTypes.tableArn],
    }),
    new PolicyStatement({
      sid: 'FollowChanges',
      actions: ['dynamodb:DescribeStream', 'dynamodb:GetRecords', 'dynamodb:GetShardIterator'],
      resources: [changes],
    }),
    new PolicyStatement({ sid: 'TellOfEdits', actions: ['events:PutEvents'], resources: [bus.eventBusArn] }),
    // Lambda finds the stream with it; it has no resource.
    new PolicyStatement({ sid: 'FindStreams', actions: ['dynamodb:ListStreams'], resources: ['*'] }),
    new PolicyStatement({
      sid: 'KeepState',
      actions: ['dynamodb:DeleteItem', 'dynamodb:GetItem', 'dynamodb:PutItem', 'dynamodb:Query'],
      resources: [state.tableArn],
    }),
  ];
  for (const statement of statements) role.addToPrincipalPolicy(statement);
  acknowledgeWildcards(role, [
    ...rehearsalWildcards(launch),
    ...quotas.map((arn) => [arn, 'Instance types of worker types decide which quotas count; they are read.'] as const),
    [profiles, 'Worker types name their instance profile at run time; whether it exists is read.'],
    ...queues
      .filter((arn) => /[*?]/.test(arn))
      .map((arn) => [arn, 'Task queues are created after the stack; only their depth can be read.'] as const),
  ]);
}
