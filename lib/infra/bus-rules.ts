import { Duration } from 'aws-cdk-lib';
import { type EventBus, EventField, type IRuleTarget, Rule, RuleTargetInput } from 'aws-cdk-lib/aws-events';
import { LambdaFunction } from 'aws-cdk-lib/aws-events-targets';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { Topic } from 'aws-cdk-lib/aws-sns';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { type BusEventType, busSource } from '../core/bus-names.ts';
import type { NodeFunction } from './node-function.ts';

interface BusRulesProps {
  readonly provisionerId: string;
  readonly bus: EventBus;
  readonly provision: NodeFunction;
  readonly topic: Topic;
  readonly deadLetters: Queue;
}

const WAKING: readonly BusEventType[] = ['Tasks Waiting', 'Shard Due'];
const CHANGE: BusEventType = 'Worker Type State Change';

/** What becomes of the events on the bus: some start the provision function, some are mailed to whoever hears alarms. */
export class BusRules extends Construct {
  constructor(scope: Construct, id: string, props: BusRulesProps) {
    super(scope, id);
    this.wake(props);
    this.notify(props);
  }

  private wake({ provisionerId, bus, provision, deadLetters }: BusRulesProps): void {
    new Rule(this, 'Wake', {
      eventBus: bus,
      description: `Starts the provision loop of the spot provisioner ${provisionerId} when tasks wait`,
      eventPattern: { source: [busSource(provisionerId)], detailType: [...WAKING] },
      targets: [
        new LambdaFunction(provision.function, {
          // The schedule comes within a minute anyhow.
          retryAttempts: 0,
          maxEventAge: Duration.seconds(60),
          deadLetterQueue: deadLetters,
        }),
      ],
    });
  }

  private notify({ provisionerId, bus, topic, deadLetters }: BusRulesProps): void {
    const text = `Spot provisioner ${provisionerId}: ${EventField.fromPath('$.detail.summary')} More: docs/events.md`;
    // The library's SnsTopic would let every rule of every account publish.
    const target: IRuleTarget = {
      bind: () => ({
        arn: topic.topicArn,
        input: RuleTargetInput.fromText(text),
        deadLetterConfig: { arn: deadLetters.queueArn },
      }),
    };
    const rule = new Rule(this, 'Notify', {
      eventBus: bus,
      description: `Mails what needs a person, and that it is over, for the spot provisioner ${provisionerId}`,
      eventPattern: {
        source: [busSource(provisionerId)],
        detailType: [CHANGE],
        detail: { $or: [{ attention: [true] }, { resolved: [true] }] },
      },
      targets: [target],
    });
    const forThisRule = {
      principals: [new ServicePrincipal('events.amazonaws.com')],
      conditions: { ArnEquals: { 'aws:SourceArn': rule.ruleArn } },
    };
    topic.addToResourcePolicy(
      new PolicyStatement({
        sid: 'MailNotices',
        actions: ['sns:Publish'],
        resources: [topic.topicArn],
        ...forThisRule,
      }),
    );
    deadLetters.addToResourcePolicy(
      new PolicyStatement({
        sid: 'KeepLostNotices',
        actions: ['sqs:SendMessage'],
        resources: [deadLetters.queueArn],
        ...forThisRule,
      }),
    );
  }
}
