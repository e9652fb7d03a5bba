import { Stack } from 'aws-cdk-lib';
import { Alarm, ComparisonOperator, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import { ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { acknowledge } from './acknowledge.ts';
import { type AlarmDefinition, alarmDefinitions } from './alarm-definitions.ts';
import type { ControlFunctions } from './control-functions.ts';

interface AlarmsProps {
  readonly provisionerId: string;
  readonly alarmEmail: string | undefined;
  readonly spendAlarmUsdPerHour: number | undefined;
  readonly functions: ControlFunctions;
  readonly deadLetters: Queue;
}

/** All alarms and the topic that carries them, to an e-mail address if there is one. */
export class Alarms extends Construct {
  readonly topic: Topic;

  constructor(
    scope: Construct,
    id: string,
    { provisionerId, alarmEmail, functions, deadLetters, spendAlarmUsdPerHour }: AlarmsProps,
  ) {
    super(scope, id);
    this.topic = new Topic(this, 'Topic', { displayName: `Spot provisioner ${provisionerId}`, enforceSSL: true });
    // With enforceSSL the topic's policy holds a Deny and nothing else: unless this is said, alarms fire unheard.
    this.topic.grantPublish(
      new ServicePrincipal('cloudwatch.amazonaws.com', {
        conditions: { StringEquals: { 'aws:SourceAccount': Stack.of(this).account } },
      }),
    );
    if (alarmEmail !== undefined) this.subscribe(alarmEmail);
    const action = new SnsAction(this.topic);
    for (const definition of alarmDefinitions({ provisionerId, functions, deadLetters, spendAlarmUsdPerHour })) {
      const alarm = new Alarm(this, definition.name, {
        alarmName: `spot-provisioner-${provisionerId}-${definition.name}`,
        alarmDescription: describe(definition),
        metric: definition.metric,
        threshold: 1,
        evaluationPeriods: definition.periods,
        datapointsToAlarm: definition.badPeriods,
        ...judgements[definition.watches],
      });
      alarm.addAlarmAction(action);
      alarm.addOkAction(action);
    }
  }

  private subscribe(email: string): void {
    acknowledge(
      this.topic.addSubscription(new EmailSubscription(email)),
      'Serverless::Serverless-SNSRedrivePolicy',
      'The state of an alarm stays readable in CloudWatch; a lost e-mail is nothing to send again later.',
    );
  }
}

const judgements = {
  failures: {
    comparisonOperator: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
    treatMissingData: TreatMissingData.NOT_BREACHING,
  },
  'sign-of-life': {
    comparisonOperator: ComparisonOperator.LESS_THAN_THRESHOLD,
    treatMissingData: TreatMissingData.BREACHING,
  },
} as const;

const describe = ({ meaning, firstStep, name }: AlarmDefinition): string =>
  `${meaning} First: ${firstStep} Runbook: docs/operations.md#${name}`;
