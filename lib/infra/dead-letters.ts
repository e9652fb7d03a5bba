import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { acknowledge } from './acknowledge.ts';

/** Where invocations go that never ran or ended in an error. Nothing reads it; an alarm counts it. */
export class DeadLetters extends Construct {
  readonly queue: Queue;

  constructor(scope: Construct, id: string) {
    super(scope, id);
    this.queue = new Queue(this, 'Queue', {
      encryption: QueueEncryption.SQS_MANAGED,
      enforceSSL: true,
      retentionPeriod: Duration.days(14),
      removalPolicy: RemovalPolicy.DESTROY,
    });
    const reason = 'This is the dead-letter queue itself.';
    acknowledge(this.queue, 'AwsSolutions::AwsSolutions-SQS3', reason);
    acknowledge(this.queue, 'Serverless::Serverless-SQSRedrivePolicy', reason);
  }
}
