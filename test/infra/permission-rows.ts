import { tagKeys } from '../../lib/core/tags.ts';
import { arn, arnOf } from '../support/iam/resolve.ts';
import { type CfnTemplate, logicalId } from '../support/iam/template.ts';
import { checkRows } from './check-rows.ts';
import { type Row, rowsOf } from './permission-row.ts';
import { provisionRows } from './provision-rows.ts';

/** ARNs of what the stack makes. */
function ownResources(template: CfnTemplate) {
  const of = (type: string, prefix: string): string => arnOf(template, logicalId(template, type, prefix));
  return {
    workerTypes: of('AWS::DynamoDB::GlobalTable', 'TablesWorkerTypes'),
    state: of('AWS::DynamoDB::GlobalTable', 'TablesState'),
    deadLetters: of('AWS::SQS::Queue', 'DeadLetters'),
    workerRole: of('AWS::IAM::Role', 'Workers'),
    scheduleGroup: of('AWS::Scheduler::ScheduleGroup', 'Schedules'),
    topic: of('AWS::SNS::Topic', 'Alarms'),
    bus: of('AWS::Events::EventBus', 'Events'),
    wakeRule: of('AWS::Events::Rule', 'RulesWake'),
    noticeRule: of('AWS::Events::Rule', 'RulesNotify'),
    functions: {
      provision: of('AWS::Lambda::Function', 'FunctionsProvision'),
      reap: of('AWS::Lambda::Function', 'FunctionsReap'),
      check: of('AWS::Lambda::Function', 'FunctionsCheck'),
    },
    logs: {
      provision: of('AWS::Logs::LogGroup', 'FunctionsProvision'),
      reap: of('AWS::Logs::LogGroup', 'FunctionsReap'),
      check: of('AWS::Logs::LogGroup', 'FunctionsCheck'),
    },
  };
}
type Own = ReturnType<typeof ownResources>;

const STATE_ACTIONS = {
  provision: ['ConditionCheckItem', 'DeleteItem', 'GetItem', 'PutItem', 'Query', 'UpdateItem'],
  reap: ['GetItem', 'PutItem', 'Query', 'UpdateItem'],
  check: ['DeleteItem', 'GetItem', 'PutItem', 'Query'],
} as const;

/** What the functions share: tables, logs, traces, the dead-letter queue. */
function functionRows(who: 'provision' | 'reap' | 'check', own: Own): Row[] {
  const { may, mayNot } = rowsOf(who);
  const stream = (group: string): string => group.replace(/\*$/, 'log-stream:one');
  const otherLogs = stream(own.logs[who === 'provision' ? 'reap' : 'provision']);
  return [
    ...['GetItem', 'Query'].flatMap((action) => [
      may('read worker types', `dynamodb:${action}`, own.workerTypes),
      mayNot('read another table', `dynamodb:${action}`, arn('dynamodb', 'table/Foreign')),
    ]),
    ...['BatchWriteItem', 'DeleteItem', 'PutItem', 'UpdateItem'].map((action) =>
      mayNot('write worker types', `dynamodb:${action}`, own.workerTypes),
    ),
    ...STATE_ACTIONS[who].flatMap((action) => [
      may('keep its state', `dynamodb:${action}`, own.state),
      mayNot('touch another table', `dynamodb:${action}`, arn('dynamodb', 'table/Foreign')),
    ]),
    mayNot('delete the state table', 'dynamodb:DeleteTable', own.state),
    ...['logs:CreateLogStream', 'logs:PutLogEvents'].flatMap((action) => [
      may('write its own log', action, stream(own.logs[who])),
      mayNot('write another log', action, otherLogs),
    ]),
    may('keep a failed event', 'sqs:SendMessage', own.deadLetters),
    mayNot('send to another queue', 'sqs:SendMessage', arn('sqs', 'main-build')),
    may('trace', 'xray:PutTraceSegments', '*'),
    may('trace', 'xray:PutTelemetryRecords', '*'),
    mayNot('publish metrics by API', 'cloudwatch:PutMetricData', '*'),
    ...(who === 'reap' ? [mayNot('put events on the bus', 'events:PutEvents', own.bus)] : busRows(who, own.bus)),
  ];
}

function busRows(who: 'provision' | 'check', bus: string): Row[] {
  const { may, mayNot } = rowsOf(who);
  return [
    may('put events on its bus', 'events:PutEvents', bus),
    mayNot('put events on another bus', 'events:PutEvents', `${bus}-2`),
    mayNot("put events on the account's own bus", 'events:PutEvents', arn('events', 'event-bus/default')),
  ];
}

function reapRows(provisionerId: string, own: Own): Row[] {
  const { may, mayNot } = rowsOf('reap');
  const instance = arn('ec2', 'instance/i-1');
  const tagged = (owner: string) => ({ context: { [`aws:ResourceTag/${tagKeys.owner}`]: owner } });
  const region = (name: string) => ({ context: { 'aws:RequestedRegion': name } });
  const created = { context: { [`aws:RequestTag/${tagKeys.owner}`]: provisionerId } };
  return [
    may('list instances', 'ec2:DescribeInstances', '*', region('eu-west-1')),
    mayNot('list instances elsewhere', 'ec2:DescribeInstances', '*', region('us-east-1')),
    may('terminate a worker', 'ec2:TerminateInstances', instance, tagged(provisionerId)),
    mayNot('terminate an instance without our tag', 'ec2:TerminateInstances', instance),
    mayNot("terminate another provisioner's worker", 'ec2:TerminateInstances', instance, tagged(`${provisionerId}2`)),
    mayNot(
      'terminate elsewhere',
      'ec2:TerminateInstances',
      arn('ec2', 'instance/i-1', { region: 'us-east-1' }),
      tagged(provisionerId),
    ),
    mayNot('launch', 'ec2:RunInstances', instance, created),
    mayNot('launch a fleet', 'ec2:CreateFleet', arn('ec2', 'fleet/fleet-1'), created),
    mayNot('create a template', 'ec2:CreateLaunchTemplate', arn('ec2', 'launch-template/lt-1'), created),
    mayNot('tag', 'ec2:CreateTags', instance, tagged(provisionerId)),
    mayNot('pass the worker role', 'iam:PassRole', own.workerRole, {
      context: { 'iam:PassedToService': 'ec2.amazonaws.com' },
    }),
    mayNot('delete state', 'dynamodb:DeleteItem', own.state),
    mayNot('measure task queues', 'sqs:GetQueueAttributes', arn('sqs', `${provisionerId}-build`)),
  ];
}

function workerRows(provisionerId: string, own: Own): Row[] {
  const { may, mayNot } = rowsOf('worker');
  const actions = ['ReceiveMessage', 'DeleteMessage', 'ChangeMessageVisibility', 'GetQueueAttributes'];
  return [
    ...actions.flatMap((action) => [
      may('take tasks', `sqs:${action}`, arn('sqs', `${provisionerId}-build`)),
      mayNot('take from another queue', `sqs:${action}`, arn('sqs', `${provisionerId}2-build`)),
      mayNot(
        'take from a queue in another region',
        `sqs:${action}`,
        arn('sqs', `${provisionerId}-build`, { region: 'us-east-1' }),
      ),
      mayNot('take failed events', `sqs:${action}`, own.deadLetters),
    ]),
    mayNot('send tasks', 'sqs:SendMessage', arn('sqs', `${provisionerId}-build`)),
    mayNot('purge a queue', 'sqs:PurgeQueue', arn('sqs', `${provisionerId}-build`)),
    ...['GetItem', 'Query', 'PutItem', 'UpdateItem', 'DeleteItem'].flatMap((action) => [
      mayNot('touch worker types', `dynamodb:${action}`, own.workerTypes),
      mayNot('touch the state', `dynamodb:${action}`, own.state),
    ]),
    mayNot('terminate instances', 'ec2:TerminateInstances', arn('ec2', 'instance/i-1'), {
      context: { [`aws:ResourceTag/${tagKeys.owner}`]: provisionerId },
    }),
    mayNot('tag instances', 'ec2:CreateTags', arn('ec2', 'instance/i-1'), {
      context: { [`aws:ResourceTag/${tagKeys.owner}`]: provisionerId, 'aws:TagKeys': [tagKeys.signal] },
    }),
    mayNot('start a loop', 'lambda:InvokeFunction', own.functions.provision),
    mayNot('put events on the bus', 'events:PutEvents', own.bus),
  ];
}

function schedulerRows({ functions, deadLetters, scheduleGroup }: Own): Row[] {
  const { may, mayNot } = rowsOf('scheduler');
  const trust = rowsOf('scheduler trust');
  const by = (principal: string, account: string, source: string) => ({
    principal,
    context: { 'aws:SourceAccount': account, 'aws:SourceArn': source },
  });
  return [
    may('start the provision loop', 'lambda:InvokeFunction', functions.provision),
    may('start the reap loop', 'lambda:InvokeFunction', functions.reap),
    may('start the check', 'lambda:InvokeFunction', functions.check),
    mayNot('start an old version', 'lambda:InvokeFunction', `${functions.reap}:1`),
    may('keep an event that was not delivered', 'sqs:SendMessage', deadLetters),
    mayNot('send to another queue', 'sqs:SendMessage', arn('sqs', 'main-build')),
    trust.may(
      'be taken on by its own schedules',
      'sts:AssumeRole',
      '*',
      by('scheduler.amazonaws.com', '111122223333', scheduleGroup),
    ),
    trust.mayNot(
      'be taken on by other schedules',
      'sts:AssumeRole',
      '*',
      by('scheduler.amazonaws.com', '111122223333', `${scheduleGroup}2`),
    ),
    trust.mayNot(
      'be taken on from another account',
      'sts:AssumeRole',
      '*',
      by('scheduler.amazonaws.com', '444455556666', scheduleGroup),
    ),
    trust.mayNot(
      'be taken on by another service',
      'sts:AssumeRole',
      '*',
      by('events.amazonaws.com', '111122223333', scheduleGroup),
    ),
  ];
}

/** A request of a service on behalf of a rule. */
const byRule = (sourceArn: string, { principal = 'events.amazonaws.com', secure = 'true' } = {}) => ({
  principal,
  context: { 'aws:SourceArn': sourceArn, 'aws:SecureTransport': secure },
});

function deadLetterRows({ deadLetters, wakeRule, noticeRule }: Own): Row[] {
  const { may, mayNot } = rowsOf('dead letters');
  return [wakeRule, noticeRule].flatMap((rule) => [
    may('be sent what its rule could not deliver', 'sqs:SendMessage', deadLetters, byRule(rule)),
    mayNot('be sent events of another rule', 'sqs:SendMessage', deadLetters, byRule(`${rule}-2`)),
    mayNot(
      'be sent anything by another service',
      'sqs:SendMessage',
      deadLetters,
      byRule(rule, { principal: 'sns.amazonaws.com' }),
    ),
    mayNot('be sent events without TLS', 'sqs:SendMessage', deadLetters, byRule(rule, { secure: 'false' })),
    mayNot('be read by EventBridge', 'sqs:ReceiveMessage', deadLetters, byRule(rule)),
  ]);
}

function topicRows({ topic, wakeRule, noticeRule }: Own): Row[] {
  const { may, mayNot } = rowsOf('topic');
  const publish = (principal: string, account: string, secure = 'true') => ({
    principal,
    context: { 'aws:SourceAccount': account, 'aws:SecureTransport': secure },
  });
  const cloudWatch = 'cloudwatch.amazonaws.com';
  return [
    may('be published to by CloudWatch', 'sns:Publish', topic, publish(cloudWatch, '111122223333')),
    mayNot("be published to by another account's alarms", 'sns:Publish', topic, publish(cloudWatch, '444455556666')),
    mayNot('be published to by another service', 'sns:Publish', topic, publish('events.amazonaws.com', '111122223333')),
    mayNot('be published to without TLS', 'sns:Publish', topic, publish(cloudWatch, '111122223333', 'false')),
    may('be published to by the rule of notices', 'sns:Publish', topic, byRule(noticeRule)),
    mayNot('be published to by another rule', 'sns:Publish', topic, byRule(wakeRule)),
    mayNot(
      'be published to by another service in its name',
      'sns:Publish',
      topic,
      byRule(noticeRule, { principal: 's3.amazonaws.com' }),
    ),
    mayNot('be published to by its rule without TLS', 'sns:Publish', topic, byRule(noticeRule, { secure: 'false' })),
  ];
}

/** Every question, for a stack of this provisioner. */
export function permissionRows(provisionerId: string, template: CfnTemplate): Row[] {
  const own = ownResources(template);
  const workerTrust = rowsOf('worker trust');
  const functionTrust = rowsOf('function trust');
  return [
    ...provisionRows(provisionerId, own),
    ...functionRows('provision', own),
    ...functionRows('reap', own),
    ...functionRows('check', own),
    ...checkRows(provisionerId, own),
    ...reapRows(provisionerId, own),
    ...workerRows(provisionerId, own),
    ...schedulerRows(own),
    ...topicRows(own),
    ...deadLetterRows(own),
    functionTrust.may('be taken on by Lambda', 'sts:AssumeRole', '*', { principal: 'lambda.amazonaws.com' }),
    functionTrust.mayNot('be taken on by EC2', 'sts:AssumeRole', '*', { principal: 'ec2.amazonaws.com' }),
    workerTrust.may('be taken on by EC2', 'sts:AssumeRole', '*', { principal: 'ec2.amazonaws.com' }),
    workerTrust.mayNot('be taken on by Lambda', 'sts:AssumeRole', '*', { principal: 'lambda.amazonaws.com' }),
  ];
}
