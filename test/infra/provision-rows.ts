import { tagKeys } from '../../lib/core/tags.ts';
import { arn } from '../support/iam/resolve.ts';
import { createdByLaunch, tagContext } from './launch-rows.ts';
import { type Row, rowsOf } from './permission-row.ts';

const { may, mayNot } = rowsOf('provision');
const ec2 = (resource: string): string => arn('ec2', resource);
const elsewhere = (resource: string): string => arn('ec2', resource, { region: 'us-east-1' });
const tagged = (owner: string) => ({ [`aws:ResourceTag/${tagKeys.owner}`]: owner });
const requested = (owner: string) => tagContext([{ Key: tagKeys.owner, Value: owner }]);
const LAUNCHES = ['CreateFleet', 'RunInstances'] as const;

/** What a launch uses but does not make, by AWS's tables of the two actions. */
const USED = [
  ['CreateFleet', arn('ec2', 'image/ami-1', { account: '' })],
  ['CreateFleet', ec2('subnet/subnet-1')],
  ['RunInstances', arn('ec2', 'image/ami-1', { account: '' })],
  ['RunInstances', arn('ec2', 'snapshot/snap-1', { account: '' })],
  ['RunInstances', ec2('subnet/subnet-1')],
  ['RunInstances', ec2('security-group/sg-1')],
  ['RunInstances', ec2('key-pair/debug')],
] as const;

const launching = (provisionerId: string): Row[] => {
  const created = createdByLaunch(provisionerId);
  const others = createdByLaunch(`${provisionerId}2`);
  return [
    ...USED.map(([action, resource]) => may('launch with what a worker type names', `ec2:${action}`, resource)),
    ...created.map(({ action, resource, context }) =>
      may('launch with the tags that it gives', `ec2:${action}`, ec2(resource), { context }),
    ),
    ...created.map(({ action, resource, context }) =>
      may('tag what it creates', 'ec2:CreateTags', ec2(resource), {
        context: { ...context, 'ec2:CreateAction': action },
      }),
    ),
    ...created.map(({ action, resource }) => mayNot('create without tags', `ec2:${action}`, ec2(resource))),
    ...others.map(({ action, resource, context }) =>
      mayNot('create for another provisioner', `ec2:${action}`, ec2(resource), { context }),
    ),
    ...others.map(({ action, resource, context }) =>
      mayNot("tag what it creates as another provisioner's", 'ec2:CreateTags', ec2(resource), {
        context: { ...context, 'ec2:CreateAction': action },
      }),
    ),
    ...created.map(({ action, resource, context }) =>
      mayNot('create in another region', `ec2:${action}`, elsewhere(resource), { context }),
    ),
    ...LAUNCHES.flatMap((action) => [
      may('launch from its own template', `ec2:${action}`, ec2('launch-template/lt-1'), {
        context: tagged(provisionerId),
      }),
      mayNot('launch from a foreign template', `ec2:${action}`, ec2('launch-template/lt-1')),
      mayNot("launch from another provisioner's template", `ec2:${action}`, ec2('launch-template/lt-1'), {
        context: tagged(`${provisionerId}2`),
      }),
      mayNot(
        'launch into a capacity reservation, whatever its tags',
        `ec2:${action}`,
        ec2('capacity-reservation/cr-1'),
        {
          context: { ...tagged(provisionerId), ...requested(provisionerId) },
        },
      ),
    ]),
  ];
};

const templatesAndTags = (provisionerId: string): Row[] => {
  const own = { context: tagged(provisionerId) };
  const tags = (context: object, ...keys: string[]) => ({ context: { ...context, 'aws:TagKeys': keys } });
  return [
    may('delete its own template', 'ec2:DeleteLaunchTemplate', ec2('launch-template/lt-1'), own),
    mayNot('delete a foreign template', 'ec2:DeleteLaunchTemplate', ec2('launch-template/lt-1')),
    mayNot("delete another provisioner's template", 'ec2:DeleteLaunchTemplate', ec2('launch-template/lt-1'), {
      context: tagged(`${provisionerId}2`),
    }),
    mayNot('delete a template elsewhere', 'ec2:DeleteLaunchTemplate', elsewhere('launch-template/lt-1'), own),
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
    mayNot('adopt a foreign instance by tagging it', 'ec2:CreateTags', ec2('instance/i-1'), {
      context: requested(provisionerId),
    }),
    mayNot('tag a security group that it creates', 'ec2:CreateTags', ec2('security-group/sg-1'), {
      context: { ...requested(provisionerId), 'ec2:CreateAction': 'RunInstances' },
    }),
    mayNot('tag what other actions create', 'ec2:CreateTags', ec2('volume/vol-1'), {
      context: { ...requested(provisionerId), 'ec2:CreateAction': 'CreateVolume' },
    }),
    mayNot('terminate even its own worker', 'ec2:TerminateInstances', ec2('instance/i-1'), own),
  ];
};

const reading = (provisionerId: string): Row[] => {
  const parameter = (name: string, account?: string): string =>
    arn('ssm', `parameter/${name}`, account === undefined ? {} : { account });
  const region = (name: string) => ({ context: { 'aws:RequestedRegion': name } });
  return [
    ...['DescribeInstances', 'DescribeLaunchTemplates'].flatMap((action) => [
      may('look around in its region', `ec2:${action}`, '*', region('eu-west-1')),
      mayNot('look around elsewhere', `ec2:${action}`, '*', region('us-east-1')),
    ]),
    may("resolve Amazon's images", 'ssm:GetParameters', parameter('aws/service/ami-amazon-linux-latest/al2023', '')),
    may('resolve its own images', 'ssm:GetParameters', parameter(`spot-provisioner/${provisionerId}/image`)),
    mayNot(
      "read another provisioner's parameters",
      'ssm:GetParameters',
      parameter(`spot-provisioner/${provisionerId}2/x`),
    ),
    mayNot('read other parameters', 'ssm:GetParameters', parameter('database/password')),
    may('measure its task queues', 'sqs:GetQueueAttributes', arn('sqs', `${provisionerId}-build`)),
    mayNot('measure another queue', 'sqs:GetQueueAttributes', arn('sqs', `${provisionerId}2-build`)),
    mayNot('take a task', 'sqs:ReceiveMessage', arn('sqs', `${provisionerId}-build`)),
  ];
};

const passing = (workerRole: string): Row[] => {
  const to = (service: string) => ({ context: { 'iam:PassedToService': service } });
  return [
    may('give its workers their role', 'iam:PassRole', workerRole, to('ec2.amazonaws.com')),
    mayNot('give the worker role to Lambda', 'iam:PassRole', workerRole, to('lambda.amazonaws.com')),
    mayNot('give its workers another role', 'iam:PassRole', `${workerRole}-admin`, to('ec2.amazonaws.com')),
  ];
};

/** What the provision function may and may not do. */
export const provisionRows = (provisionerId: string, workerRole: string): Row[] => [
  ...launching(provisionerId),
  ...templatesAndTags(provisionerId),
  ...reading(provisionerId),
  ...passing(workerRole),
];
