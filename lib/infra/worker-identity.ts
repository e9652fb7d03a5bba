import { Stack } from 'aws-cdk-lib';
import { InstanceProfile, ManagedPolicy, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import { acknowledge, acknowledgeWildcards } from './acknowledge.ts';
import type { InfraSettings } from './settings.ts';
import { taskQueueArns } from './task-queues.ts';

/**
 * What a worker may do: take tasks from the task queues and give them back. Everything that runs on the instance can
 * do the same, tasks included, so nothing of the provisioner's own is in reach.
 */
export class WorkerIdentity extends Construct {
  readonly role: Role;
  readonly instanceProfile: InstanceProfile;

  constructor(scope: Construct, id: string, settings: InfraSettings) {
    super(scope, id);
    const queues = taskQueueArns(Stack.of(this), settings);
    this.role = new Role(this, 'Role', {
      assumedBy: new ServicePrincipal('ec2.amazonaws.com'),
      description: `Workers of the spot provisioner ${settings.provisionerId}`,
      managedPolicies: settings.workerManagedPolicyArns.map((arn, index) =>
        ManagedPolicy.fromManagedPolicyArn(this, `Policy${index}`, arn),
      ),
    });
    this.role.addToPrincipalPolicy(
      new PolicyStatement({
        sid: 'TakeTasks',
        actions: ['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:ChangeMessageVisibility', 'sqs:GetQueueAttributes'],
        resources: [...queues],
      }),
    );
    this.instanceProfile = new InstanceProfile(this, 'InstanceProfile', { role: this.role });
    acknowledgeWildcards(
      this.role,
      queues
        .filter((arn) => /[*?]/.test(arn))
        .map((arn) => [arn, 'Task queues are created after the stack; their names carry the provisioner as a prefix.']),
    );
    for (const arn of settings.workerManagedPolicyArns.filter((candidate) => candidate.includes('::aws:policy/'))) {
      acknowledge(
        this.role,
        `AwsSolutions::AwsSolutions-IAM4[Policy::${arn}]`,
        'Asked for by whoever deploys, with workerManagedPolicyArns.',
      );
    }
  }
}
