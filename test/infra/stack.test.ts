import { describe, expect, it } from 'vitest';
import { readCheckConfig, readProvisionConfig, readReapConfig } from '../../lib/control/config.ts';
import { readPolicy } from '../support/iam/policy.ts';
import { arnOf, resolve } from '../support/iam/resolve.ts';
import { type CfnTemplate, logicalId, resourcesOf } from '../support/iam/template.ts';
import { onlyTemplate, synthesize } from './synthesized.ts';

const template = onlyTemplate(synthesize());

/** Properties of the one resource of a type whose logical id begins so, intrinsics resolved, without the code's place. */
function properties(type: string, prefix: string, of: CfnTemplate = template): Record<string, unknown> {
  const { Code: _, ...found } = of.Resources[logicalId(of, type, prefix)]?.Properties ?? {};
  return resolve(found, of) as Record<string, unknown>;
}

const deadLetters = arnOf(template, logicalId(template, 'AWS::SQS::Queue', 'DeadLetters'));

describe('Tables', () => {
  it.each([
    ['WorkerTypes', 'provisionerId', 'workerType'],
    ['State', 'pk', 'sk'],
  ])('%s outlives mistakes, is paid by use and has the keys that the code uses', (name, partitionKey, sortKey) => {
    expect(template.Resources[logicalId(template, 'AWS::DynamoDB::GlobalTable', `Tables${name}`)]).toMatchObject({
      DeletionPolicy: 'Retain',
      UpdateReplacePolicy: 'Retain',
      Properties: {
        TableName: `SpotProvisioner-main-${name}`,
        BillingMode: 'PAY_PER_REQUEST',
        KeySchema: [
          { AttributeName: partitionKey, KeyType: 'HASH' },
          { AttributeName: sortKey, KeyType: 'RANGE' },
        ],
        Replicas: [
          {
            DeletionProtectionEnabled: true,
            PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
          },
        ],
      },
    });
  });

  it('worker types have a stream with both images, the state expires by expiresAt', () => {
    expect(properties('AWS::DynamoDB::GlobalTable', 'TablesWorkerTypes')).toMatchObject({
      StreamSpecification: { StreamViewType: 'NEW_AND_OLD_IMAGES' },
    });
    expect(properties('AWS::DynamoDB::GlobalTable', 'TablesState')).toMatchObject({
      TimeToLiveSpecification: { AttributeName: 'expiresAt', Enabled: true },
    });
  });

  it('are all that a deleted stack leaves behind', () => {
    const retained = Object.values(template.Resources).filter(({ DeletionPolicy }) => DeletionPolicy === 'Retain');
    expect(retained.map(({ Type }) => Type)).toEqual(['AWS::DynamoDB::GlobalTable', 'AWS::DynamoDB::GlobalTable']);
    const named = ['AWS::Logs::LogGroup', 'AWS::Scheduler::ScheduleGroup'].flatMap((type) =>
      resourcesOf(template, type),
    );
    expect(named.map(([, { DeletionPolicy }]) => DeletionPolicy)).toEqual(['Delete', 'Delete', 'Delete', 'Delete']);
  });
});

describe('Functions', () => {
  it.each([
    ['FunctionsProvision', 90],
    ['FunctionsReap', 120],
    ['FunctionsCheck', 300],
  ])('%s follows the house defaults', (prefix, timeoutSeconds) => {
    const found = properties('AWS::Lambda::Function', prefix);
    expect(found).toMatchObject({
      Runtime: 'nodejs24.x',
      Architectures: ['arm64'],
      Handler: 'index.handler',
      MemorySize: 256,
      Timeout: timeoutSeconds,
      LoggingConfig: { LogFormat: 'JSON' },
      TracingConfig: { Mode: 'Active' },
    });
    // A new account has ten executions in all; a reservation would make the deployment fail there.
    expect(found).not.toHaveProperty('ReservedConcurrentExecutions');
    expect(properties('AWS::Logs::LogGroup', prefix)).toMatchObject({ RetentionInDays: 30 });
    expect(properties('AWS::Lambda::EventInvokeConfig', prefix)).toMatchObject({
      MaximumRetryAttempts: 0,
      MaximumEventAgeInSeconds: 60,
      DestinationConfig: { OnFailure: { Destination: deadLetters } },
    });
  });

  it('take their memory from the setting where it is the provision function, and from nowhere else', () => {
    const large = onlyTemplate(synthesize({ memoryMiB: '1769' }));
    const memoryOf = (prefix: string) => properties('AWS::Lambda::Function', prefix, large)['MemorySize'];
    expect(['FunctionsProvision', 'FunctionsReap', 'FunctionsCheck'].map(memoryOf)).toEqual([1769, 256, 256]);
  });

  it('keep the memory for new objects small', () => {
    for (const prefix of ['FunctionsProvision', 'FunctionsReap', 'FunctionsCheck'])
      expect(properties('AWS::Lambda::Function', prefix)['Environment']).toMatchObject({
        Variables: { NODE_OPTIONS: '--max-semi-space-size=4' },
      });
  });

  it('find the environment that their configuration asks for', () => {
    const environment = (prefix: string) => {
      const { Environment } = properties('AWS::Lambda::Function', prefix);
      const { Variables } = Environment as { Variables: Record<string, string> };
      return { ...Variables, AWS_REGION: 'eu-west-1' };
    };
    const profile = arnOf(template, logicalId(template, 'AWS::IAM::InstanceProfile', 'Workers'));
    const common = { provisionerId: 'main', region: 'eu-west-1', regions: ['eu-west-1'] };
    expect(readProvisionConfig(environment('FunctionsProvision'))).toMatchObject({
      ...common,
      workerInstanceProfileArn: profile,
      tickSeconds: 10,
      typesPerShard: 750,
      quietQueueSeconds: 0,
      invocationSeconds: 59,
    });
    expect(readReapConfig(environment('FunctionsReap'))).toMatchObject(common);
    expect(readCheckConfig(environment('FunctionsCheck'))).toMatchObject({
      ...common,
      workerInstanceProfileArn: profile,
    });
  });
});

describe('Schedules', () => {
  it.each([
    ['SchedulesProvision', 'rate(1 minute)', 'FunctionsProvision'],
    ['SchedulesReap', 'rate(5 minutes)', 'FunctionsReap'],
    ['SchedulesCheck', 'rate(15 minutes)', 'FunctionsCheck'],
  ])('%s starts its loop at %s, once, late by a minute at most', (prefix, rate, target) => {
    expect(properties('AWS::Scheduler::Schedule', prefix)).toMatchObject({
      ScheduleExpression: rate,
      State: 'ENABLED',
      GroupName: 'SpotProvisioner-main',
      Target: {
        Arn: arnOf(template, logicalId(template, 'AWS::Lambda::Function', target)),
        RoleArn: arnOf(template, logicalId(template, 'AWS::IAM::Role', 'Schedules')),
        RetryPolicy: { MaximumRetryAttempts: 0, MaximumEventAgeInSeconds: 60 },
        DeadLetterConfig: { Arn: deadLetters },
        Input: '{"scheduledTime":"<aws.scheduler.scheduled-time>","executionId":"<aws.scheduler.execution-id>"}',
      },
    });
    expect(template.Resources[logicalId(template, 'AWS::Scheduler::Schedule', prefix)]?.DependsOn).toContain(
      logicalId(template, 'AWS::Scheduler::ScheduleGroup', 'Schedules'),
    );
  });
});

describe('The stream of worker types', () => {
  it('invokes the check with changes of this provisioner, and none that fails blocks those behind it for long', () => {
    const table = arnOf(template, logicalId(template, 'AWS::DynamoDB::GlobalTable', 'TablesWorkerTypes'));
    expect(properties('AWS::Lambda::EventSourceMapping', 'Changes')).toMatchObject({
      EventSourceArn: expect.stringMatching(`^${table}/stream/`),
      FunctionName: logicalId(template, 'AWS::Lambda::Function', 'FunctionsCheck'),
      StartingPosition: 'TRIM_HORIZON',
      BisectBatchOnFunctionError: true,
      FunctionResponseTypes: ['ReportBatchItemFailures'],
      MaximumRecordAgeInSeconds: 3600,
      DestinationConfig: { OnFailure: { Destination: deadLetters } },
      FilterCriteria: { Filters: [{ Pattern: '{"dynamodb":{"Keys":{"provisionerId":{"S":["main"]}}}}' }] },
    });
  });

  it('can be read by the function before Lambda is told to', () => {
    const mapping = template.Resources[logicalId(template, 'AWS::Lambda::EventSourceMapping', 'Changes')];
    expect(mapping?.DependsOn).toContain(logicalId(template, 'AWS::IAM::Policy', 'FunctionsCheck'));
  });
});

describe('The event bus', () => {
  const rule = (prefix: string) => properties('AWS::Events::Rule', prefix);
  const source = ['spot-provisioner.main'];

  it('has a name that producers know, and no policy that lets others in', () => {
    expect(properties('AWS::Events::EventBus', 'Events')).toMatchObject({ Name: 'SpotProvisioner-main' });
    expect(resourcesOf(template, 'AWS::Events::EventBusPolicy')).toEqual([]);
  });

  it.each(['RulesWake', 'RulesNotify'])('%s hears this bus and no other', (prefix) => {
    expect(rule(prefix)).toMatchObject({
      EventBusName: logicalId(template, 'AWS::Events::EventBus', 'Events'),
      State: 'ENABLED',
    });
  });

  it('waiting tasks start the provision function, once, late by a minute at most', () => {
    const provision = arnOf(template, logicalId(template, 'AWS::Lambda::Function', 'FunctionsProvision'));
    expect(rule('RulesWake')).toMatchObject({
      EventPattern: { source, 'detail-type': ['Tasks Waiting', 'Shard Due'] },
      Targets: [
        {
          Arn: provision,
          DeadLetterConfig: { Arn: deadLetters },
          RetryPolicy: { MaximumRetryAttempts: 0, MaximumEventAgeInSeconds: 60 },
        },
      ],
    });
    expect(rule('RulesWake')['Targets']).toHaveLength(1);
    // The function gets the event as it is.
    expect(JSON.stringify(rule('RulesWake'))).not.toContain('Input');
  });

  it('no other rule may start the function, and nothing but EventBridge for this one', () => {
    const permissions = resourcesOf(template, 'AWS::Lambda::Permission').map(([, { Properties }]) =>
      resolve(Properties, template),
    );
    expect(permissions).toEqual([
      {
        Action: 'lambda:InvokeFunction',
        FunctionName: arnOf(template, logicalId(template, 'AWS::Lambda::Function', 'FunctionsProvision')),
        Principal: 'events.amazonaws.com',
        SourceArn: arnOf(template, logicalId(template, 'AWS::Events::Rule', 'RulesWake')),
      },
    ]);
  });

  it('what needs a person, and that it is over, goes to the topic of the alarms in words', () => {
    expect(rule('RulesNotify')).toMatchObject({
      EventPattern: {
        source,
        'detail-type': ['Worker Type State Change'],
        detail: { $or: [{ attention: [true] }, { resolved: [true] }] },
      },
      Targets: [
        {
          Arn: arnOf(template, logicalId(template, 'AWS::SNS::Topic', 'Alarms')),
          DeadLetterConfig: { Arn: deadLetters },
          InputTransformer: {
            InputPathsMap: { 'detail-summary': '$.detail.summary' },
            InputTemplate: '"Spot provisioner main: <detail-summary> More: docs/events.md"',
          },
        },
      ],
    });
  });
});

describe('Several regions', () => {
  const chosen = onlyTemplate(synthesize({ regions: 'us-east-1,us-west-2' }));

  it.each(['Provision', 'Reap', 'Check'])('reach %s by its environment, its own region first', (name) => {
    const { Environment } = properties('AWS::Lambda::Function', `Functions${name}`, chosen);
    expect(Environment).toMatchObject({ Variables: { REGIONS: 'eu-west-1,us-east-1,us-west-2' } });
  });

  it.each(['Provision', 'Reap', 'Check'])('are covered by every statement of %s that names a region', (name) => {
    const { PolicyDocument } = properties('AWS::IAM::Policy', `Functions${name}`, chosen);
    const { statements } = readPolicy(PolicyDocument);
    const regional = statements.flatMap(({ resources }) =>
      resources.filter((arn) => /:(ec2|ssm|servicequotas):/.test(arn)),
    );
    const without = (arn: string) => arn.replace(/^(arn:aws:\w+:)[^:]+/, '$1REGION');
    for (const region of ['eu-west-1', 'us-east-1', 'us-west-2']) {
      const its = regional.filter((arn) => arn.split(':')[3] === region).map(without);
      expect(new Set(its)).toEqual(new Set(regional.map(without)));
    }
    const requested = statements.flatMap(({ conditions }) =>
      conditions.filter(({ key }) => key === 'aws:RequestedRegion'),
    );
    expect(requested.length).toBeGreaterThan(0);
    for (const { values } of requested) expect(values).toEqual(['eu-west-1', 'us-east-1', 'us-west-2']);
  });
});

describe('What a deployment may choose', () => {
  it('nobody is subscribed and no service-linked role is made unless asked for', () => {
    expect(resourcesOf(template, 'AWS::SNS::Subscription')).toEqual([]);
    expect(resourcesOf(template, 'AWS::IAM::ServiceLinkedRole')).toEqual([]);
  });

  it('takes effect', () => {
    const queue = 'arn:aws:sqs:eu-west-1:111122223333:somewhere-else';
    const policy = 'arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore';
    const chosen = onlyTemplate(
      synthesize({
        provisionerId: 'acme',
        alarmEmail: 'ops@example.org',
        createSpotServiceLinkedRole: 'true',
        logRetentionDays: '90',
        tickSeconds: '20',
        taskQueueArns: queue,
        workerManagedPolicyArns: policy,
        account: '111122223333',
        region: 'eu-west-1',
      }),
    );
    expect(properties('AWS::SNS::Subscription', 'Alarms', chosen)).toMatchObject({ Endpoint: 'ops@example.org' });
    expect(properties('AWS::IAM::ServiceLinkedRole', '', chosen)).toMatchObject({
      AWSServiceName: 'spot.amazonaws.com',
    });
    expect(properties('AWS::Logs::LogGroup', 'FunctionsReap', chosen)).toMatchObject({ RetentionInDays: 90 });
    expect(properties('AWS::Lambda::Function', 'FunctionsProvision', chosen)).toMatchObject({
      Environment: { Variables: { PROVISIONER_ID: 'acme', TICK_SECONDS: '20' } },
    });
    expect(properties('AWS::IAM::Role', 'Workers', chosen)).toMatchObject({ ManagedPolicyArns: [policy] });
    expect(properties('AWS::IAM::Policy', 'Workers', chosen)).toMatchObject({
      PolicyDocument: { Statement: [{ Resource: queue }] },
    });
  });

  it('the outputs name what people and tools need', () => {
    expect(Object.keys(template.Outputs ?? {}).toSorted()).toEqual([
      'AlarmTopicArn',
      'DeadLettersUrl',
      'EventBus',
      'StateTable',
      'TaskQueuePrefix',
      'WorkerInstanceProfileArn',
      'WorkerRoleArn',
      'WorkerTypesTable',
    ]);
  });
});
