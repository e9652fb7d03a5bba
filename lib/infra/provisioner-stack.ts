import { CfnOutput, RemovalPolicy, Stack, type StackProps } from 'aws-cdk-lib';
import { CfnServiceLinkedRole } from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import { Alarms } from './alarms.ts';
import { BusRules } from './bus-rules.ts';
import { ControlFunctions } from './control-functions.ts';
import { DeadLetters } from './dead-letters.ts';
import { DefinitionChanges } from './definition-changes.ts';
import { ProvisionerBus } from './provisioner-bus.ts';
import { ProvisionerTables } from './provisioner-tables.ts';
import { Schedules } from './schedules.ts';
import type { InfraSettings } from './settings.ts';
import { taskQueuePrefix } from './task-queues.ts';
import { WorkerIdentity } from './worker-identity.ts';

interface ProvisionerStackProps {
  readonly settings: InfraSettings;
  /** Folder with one bundle a handler. */
  readonly bundles: string;
}

/** Everything of one provisioner; several live side by side in one account. */
export class ProvisionerStack extends Stack {
  constructor(scope: Construct, { settings, bundles }: ProvisionerStackProps) {
    const { provisionerId, alarmEmail } = settings;
    super(scope, `SpotProvisioner-${provisionerId}`, stackProps(settings));
    const tables = new ProvisionerTables(this, 'Tables', provisionerId);
    const { bus } = new ProvisionerBus(this, 'Events', provisionerId);
    const workers = new WorkerIdentity(this, 'Workers', settings);
    const { queue: deadLetters } = new DeadLetters(this, 'DeadLetters');
    const functions = new ControlFunctions(this, 'Functions', { settings, tables, bus, workers, deadLetters, bundles });
    const { workerTypes } = tables;
    new DefinitionChanges(this, 'Changes', { provisionerId, workerTypes, check: functions.check, deadLetters });
    new Schedules(this, 'Schedules', { provisionerId, functions, deadLetters });
    const { topic } = new Alarms(this, 'Alarms', {
      provisionerId,
      alarmEmail,
      spendAlarmUsdPerHour: settings.spendAlarmUsdPerHour,
      functions,
      deadLetters,
    });
    const { provision } = functions;
    new BusRules(this, 'Rules', { provisionerId, bus, provision, topic, deadLetters });
    if (settings.createSpotServiceLinkedRole) this.createSpotServiceLinkedRole();

    this.output('WorkerTypesTable', tables.workerTypes.tableName, 'Holds the worker types; people and tools edit it');
    this.output('StateTable', tables.state.tableName, 'Written by the provisioner alone');
    this.output('EventBus', bus.eventBusName, 'Tells of changes, and takes events of waiting tasks');
    this.output(
      'TaskQueuePrefix',
      taskQueuePrefix(provisionerId),
      'How names of task queues begin, unless set otherwise',
    );
    this.output('WorkerRoleArn', workers.role.roleArn, 'What workers may do');
    this.output('WorkerInstanceProfileArn', workers.instanceProfile.instanceProfileArn, 'Carries the worker role');
    this.output('AlarmTopicArn', topic.topicArn, 'Subscribe to it to hear of alarms');
    this.output('DeadLettersUrl', deadLetters.queueUrl, 'Events of failed invocations');
  }

  private output(id: string, value: string, description: string): void {
    new CfnOutput(this, id, { value, description });
  }

  /** One for each account: a second creation fails, and deleting it would stop every other user of spot. */
  private createSpotServiceLinkedRole(): void {
    new CfnServiceLinkedRole(this, 'SpotServiceLinkedRole', {
      awsServiceName: 'spot.amazonaws.com',
    }).applyRemovalPolicy(RemovalPolicy.RETAIN);
  }
}

function stackProps({ provisionerId, account, region }: InfraSettings): StackProps {
  return {
    description: `Spot provisioner ${provisionerId}: launches EC2 spot workers for SQS queues`,
    env: { ...(account === undefined ? {} : { account }), ...(region === undefined ? {} : { region }) },
  };
}
