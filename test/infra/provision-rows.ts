import { tagKeys } from '../../lib/core/tags.ts';
import { arn } from '../support/iam/resolve.ts';
import { launchingRows } from './launching-rows.ts';
import { type Row, rowsOf } from './permission-row.ts';

const { may, mayNot } = rowsOf('provision');
const ec2 = (resource: string): string => arn('ec2', resource);
const tagged = (owner: string) => ({ [`aws:ResourceTag/${tagKeys.owner}`]: owner });
const templatesAndTags = (provisionerId: string): Row[] => {
  const own = { context: tagged(provisionerId) };
  const tags = (context: object, ...keys: string[]) => ({ context: { ...context, 'aws:TagKeys': keys } });
  return [
    mayNot('delete even its own template', 'ec2:DeleteLaunchTemplate', ec2('launch-template/lt-1'), own),
    may('signal its own worker', 'ec2:CreateTags', ec2('instance/i-1'), tags(tagged(provisionerId), tagKeys.signal)),
    mayNot('signal a foreign instance', 'ec2:CreateTags', ec2('instance/i-1'), tags({}, tagKeys.signal)),
    mayNot(
      "signal another provisioner's worker",
      'ec2:CreateTags',
      ec2('instance/i-1'),
      tags(tagged(`${provisionerId}2`), tagKeys.signal),
    ),
    mayNot('signal a volume', 'ec2:CreateTags', ec2('volume/vol-1'), tags(tagged(provisionerId), tagKeys.signal)),
    mayNot(
      'write any other tag of its own worker',
      'ec2:CreateTags',
      ec2('instance/i-1'),
      tags(tagged(provisionerId), tagKeys.signal, tagKeys.owner),
    ),
    mayNot('tag its own worker without naming a key', 'ec2:CreateTags', ec2('instance/i-1'), own),
    mayNot('terminate even its own worker', 'ec2:TerminateInstances', ec2('instance/i-1'), own),
  ];
};

const reading = (provisionerId: string): Row[] => {
  const region = (name: string) => ({ context: { 'aws:RequestedRegion': name } });
  return [
    ...['DescribeInstances', 'DescribeSpotPriceHistory'].flatMap((action) => [
      may('look around in its region', `ec2:${action}`, '*', region('eu-west-1')),
      mayNot('look around elsewhere', `ec2:${action}`, '*', region('us-east-1')),
    ]),
    may('measure its task queues', 'sqs:GetQueueAttributes', arn('sqs', `${provisionerId}-build`)),
    mayNot('measure another queue', 'sqs:GetQueueAttributes', arn('sqs', `${provisionerId}2-build`)),
    mayNot('take a task', 'sqs:ReceiveMessage', arn('sqs', `${provisionerId}-build`)),
  ];
};

/** What the provision function may and may not do. */
export const provisionRows = (provisionerId: string, { workerRole }: { readonly workerRole: string }): Row[] => [
  ...launchingRows('provision', provisionerId, workerRole),
  ...templatesAndTags(provisionerId),
  ...reading(provisionerId),
  mayNot('change a rule', 'events:PutRule', arn('events', 'rule/bus/wake')),
];
