import { Stack } from 'aws-cdk-lib';
import type { TableV2 } from 'aws-cdk-lib/aws-dynamodb';
import { PolicyStatement, type Role } from 'aws-cdk-lib/aws-iam';
import { tagKeys } from '../core/tags.ts';
import { acknowledgeWildcards } from './acknowledge.ts';
import { anyOf } from './ec2-arns.ts';
import { workerRegions } from './regions.ts';
import type { InfraSettings } from './settings.ts';

interface ReapGrants {
  readonly settings: InfraSettings;
  readonly workerTypes: TableV2;
  readonly state: TableV2;
}

/** Grants the reaper the sweep, the end of its own workers, and its records: it can end, never begin. */
export function grantReap(role: Role, { settings, workerTypes, state }: ReapGrants): void {
  const stack = Stack.of(role);
  const regions = workerRegions(stack, settings);
  const instances = anyOf(stack, regions, 'instance');
  const statements = [
    new PolicyStatement({
      sid: 'LookAround',
      actions: ['ec2:DescribeInstances'],
      resources: ['*'],
      conditions: { StringEquals: { 'aws:RequestedRegion': [...regions] } },
    }),
    new PolicyStatement({
      sid: 'TerminateOwnWorker',
      actions: ['ec2:TerminateInstances'],
      resources: instances,
      conditions: { StringEquals: { [`aws:ResourceTag/${tagKeys.owner}`]: settings.provisionerId } },
    }),
    new PolicyStatement({
      sid: 'ReadWorkerTypes',
      actions: ['dynamodb:GetItem', 'dynamodb:Query'],
      resources: [workerTypes.tableArn],
    }),
    new PolicyStatement({
      sid: 'KeepState',
      actions: ['dynamodb:GetItem', 'dynamodb:PutItem', 'dynamodb:Query', 'dynamodb:UpdateItem'],
      resources: [state.tableArn],
    }),
  ];
  for (const statement of statements) role.addToPrincipalPolicy(statement);
  acknowledgeWildcards(role, [
    ['*', 'EC2 offers no resource for DescribeInstances (held to the regions), nor X-Ray for trace segments.'],
    ...instances.map(
      (arn) => [arn, 'Instances come and go; a condition holds each to the tag of this provisioner.'] as const,
    ),
  ]);
}
