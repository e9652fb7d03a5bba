import { Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import {
  ContextAttribute,
  Schedule,
  ScheduleExpression,
  ScheduleGroup,
  ScheduleTargetInput,
} from 'aws-cdk-lib/aws-scheduler';
import { LambdaInvoke } from 'aws-cdk-lib/aws-scheduler-targets';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import type { ControlFunctions } from './control-functions.ts';
import type { NodeFunction } from './node-function.ts';

/** EventBridge Scheduler knows no shorter rate; within its minute the function ticks by itself. */
const PROVISION_EVERY_MINUTES = 1;
/** Lifetimes are hours: five minutes late is nothing, and the sweep stays cheap. */
const REAP_EVERY_MINUTES = 5;
/** What definitions name changes seldom, and an edit is checked at once. */
const CHECK_EVERY_MINUTES = 15;

interface SchedulesProps {
  readonly provisionerId: string;
  readonly functions: ControlFunctions;
  readonly deadLetters: Queue;
}

/** The clock of the loops. */
export class Schedules extends Construct {
  constructor(scope: Construct, id: string, { provisionerId, functions, deadLetters }: SchedulesProps) {
    super(scope, id);
    // The group's name is fixed: retained, it would keep the stack from being created again.
    const group = new ScheduleGroup(this, 'Group', {
      scheduleGroupName: `SpotProvisioner-${provisionerId}`,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    const role = this.invoker(group, functions, deadLetters);
    const schedule = (scheduleId: string, everyMinutes: number, target: NodeFunction): void => {
      const rate = Duration.minutes(everyMinutes);
      const entry = new Schedule(this, scheduleId, {
        scheduleGroup: group,
        description: `Starts the ${scheduleId.toLowerCase()} loop of the spot provisioner ${provisionerId}`,
        schedule: ScheduleExpression.rate(rate),
        target: new LambdaInvoke(target.function, {
          // The library would add a grant on every version of the function.
          role: role.withoutPolicyUpdates(),
          retryAttempts: 0,
          // The shortest that Scheduler allows; the next run follows anyhow.
          maxEventAge: Duration.seconds(60),
          deadLetterQueue: deadLetters,
          input: ScheduleTargetInput.fromObject({
            scheduledTime: ContextAttribute.scheduledTime,
            executionId: ContextAttribute.executionId,
          }),
        }),
      });
      // The schedule names its group by text alone, from which CloudFormation learns no order.
      entry.node.addDependency(group, role);
    };
    schedule('Provision', PROVISION_EVERY_MINUTES, functions.provision);
    schedule('Reap', REAP_EVERY_MINUTES, functions.reap);
    schedule('Check', CHECK_EVERY_MINUTES, functions.check);
  }

  /** The role that schedules of this group, and no others, take on. */
  private invoker(group: ScheduleGroup, { provision, reap, check }: ControlFunctions, deadLetters: Queue): Role {
    const role = new Role(this, 'Role', {
      assumedBy: new ServicePrincipal('scheduler.amazonaws.com', {
        conditions: {
          StringEquals: { 'aws:SourceAccount': Stack.of(this).account, 'aws:SourceArn': group.scheduleGroupArn },
        },
      }),
    });
    role.addToPrincipalPolicy(
      new PolicyStatement({
        sid: 'StartLoops',
        actions: ['lambda:InvokeFunction'],
        resources: [provision, reap, check].map(({ function: { functionArn } }) => functionArn),
      }),
    );
    role.addToPrincipalPolicy(
      new PolicyStatement({ sid: 'KeepFailures', actions: ['sqs:SendMessage'], resources: [deadLetters.queueArn] }),
    );
    return role;
  }
}
