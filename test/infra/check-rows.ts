import { tagKeys } from '../../lib/core/tags.ts';
import { arn } from '../support/iam/resolve.ts';
import { launchingRows } from './launching-rows.ts';
import { type Row, rowsOf } from './permission-row.ts';

const { may, mayNot } = rowsOf('check');
const LOOK_UPS = [
  'ec2:DescribeImages',
  'ec2:DescribeInstanceTypeOfferings',
  'ec2:DescribeInstanceTypes',
  'ec2:DescribeKeyPairs',
  'ec2:DescribeLaunchTemplates',
  'ec2:DescribeSecurityGroups',
  'ec2:DescribeSubnets',
  'servicequotas:GetAWSDefaultServiceQuota',
];

/** What the check function may and may not do. */
export function checkRows(
  provisionerId: string,
  { workerRole, workerTypes, state }: { workerRole: string; workerTypes: string; state: string },
): Row[] {
  const region = (name: string) => ({ context: { 'aws:RequestedRegion': name } });
  const tagged = (owner: string) => ({ context: { [`aws:ResourceTag/${tagKeys.owner}`]: owner } });
  const own = tagged(provisionerId);
  const template = (where = {}) => arn('ec2', 'launch-template/lt-1', where);
  const stream = (table: string) => `${table}/stream/2026-01-02T03:04:05.000`;
  const quota = (service: string, where = {}) => arn('servicequotas', `${service}/L-34B43A08`, where);
  return [
    ...launchingRows('check', provisionerId, workerRole),
    ...LOOK_UPS.flatMap((action) => [
      may('look around in its region', action, '*', region('eu-west-1')),
      mayNot('look around elsewhere', action, '*', region('us-east-1')),
    ]),
    may('read a quota of EC2', 'servicequotas:GetServiceQuota', quota('ec2')),
    mayNot('read a quota elsewhere', 'servicequotas:GetServiceQuota', quota('ec2', { region: 'us-east-1' })),
    mayNot('read a quota of another service', 'servicequotas:GetServiceQuota', quota('lambda')),
    mayNot('ask for a higher quota', 'servicequotas:RequestServiceQuotaIncrease', quota('ec2')),
    may('read instance profiles', 'iam:GetInstanceProfile', arn('iam', 'instance-profile/any/one', { region: '' })),
    mayNot(
      "read another account's profiles",
      'iam:GetInstanceProfile',
      arn('iam', 'instance-profile/x', { region: '', account: '444455556666' }),
    ),
    mayNot('read roles', 'iam:GetRole', workerRole),
    may('measure its task queues', 'sqs:GetQueueAttributes', arn('sqs', `${provisionerId}-build`)),
    mayNot('measure another queue', 'sqs:GetQueueAttributes', arn('sqs', `${provisionerId}2-build`)),
    mayNot('take a task', 'sqs:ReceiveMessage', arn('sqs', `${provisionerId}-build`)),
    ...['DescribeStream', 'GetRecords', 'GetShardIterator'].flatMap((action) => [
      may('follow the changes of worker types', `dynamodb:${action}`, stream(workerTypes)),
      mayNot('follow another table', `dynamodb:${action}`, stream(state)),
    ]),
    may('find streams', 'dynamodb:ListStreams', '*'),
    mayNot('terminate even its own worker', 'ec2:TerminateInstances', arn('ec2', 'instance/i-1'), own),
    mayNot('signal a worker', 'ec2:CreateTags', arn('ec2', 'instance/i-1'), {
      context: { ...own.context, 'aws:TagKeys': [tagKeys.signal] },
    }),
    may('delete its own template', 'ec2:DeleteLaunchTemplate', template(), own),
    mayNot('delete an untagged template', 'ec2:DeleteLaunchTemplate', template()),
    mayNot(
      "delete another provisioner's template",
      'ec2:DeleteLaunchTemplate',
      template(),
      tagged(`${provisionerId}2`),
    ),
    mayNot('delete a template elsewhere', 'ec2:DeleteLaunchTemplate', template({ region: 'us-east-1' }), own),
  ];
}
