import { tagKeys } from '../../lib/core/tags.ts';
import { arn } from '../support/iam/resolve.ts';
import { createdByLaunch, tagContext } from './launch-rows.ts';
import { type Row, rowsOf } from './permission-row.ts';

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

const launching = (who: Launcher, provisionerId: string): Row[] => {
  const { may, mayNot } = rowsOf(who);
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
    mayNot('adopt a foreign instance by tagging it', 'ec2:CreateTags', ec2('instance/i-1'), {
      context: requested(provisionerId),
    }),
    mayNot('tag a security group that it creates', 'ec2:CreateTags', ec2('security-group/sg-1'), {
      context: { ...requested(provisionerId), 'ec2:CreateAction': 'RunInstances' },
    }),
    mayNot('tag what other actions create', 'ec2:CreateTags', ec2('volume/vol-1'), {
      context: { ...requested(provisionerId), 'ec2:CreateAction': 'CreateVolume' },
    }),
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

const passing = (who: Launcher, workerRole: string): Row[] => {
  const { may, mayNot } = rowsOf(who);
  const to = (service: string) => ({ context: { 'iam:PassedToService': service } });
  return [
    may('give its workers their role', 'iam:PassRole', workerRole, to('ec2.amazonaws.com')),
    mayNot('give the worker role to Lambda', 'iam:PassRole', workerRole, to('lambda.amazonaws.com')),
    mayNot('give its workers another role', 'iam:PassRole', `${workerRole}-admin`, to('ec2.amazonaws.com')),
  ];
};

const resolvingImages = (who: Launcher, provisionerId: string): Row[] => {
  const { may, mayNot } = rowsOf(who);
  const parameter = (name: string, account?: string): string =>
    arn('ssm', `parameter/${name}`, account === undefined ? {} : { account });
  return [
    may("resolve Amazon's images", 'ssm:GetParameters', parameter('aws/service/ami-amazon-linux-latest/al2023', '')),
    may('resolve its own images', 'ssm:GetParameters', parameter(`spot-provisioner/${provisionerId}/image`)),
    mayNot(
      "read another provisioner's parameters",
      'ssm:GetParameters',
      parameter(`spot-provisioner/${provisionerId}2/x`),
    ),
    mayNot('read other parameters', 'ssm:GetParameters', parameter('database/password')),
  ];
};

/** Who has EC2 launch, or judge launches: both need the same. */
type Launcher = 'provision' | 'check';

/** What a launch, or its rehearsal, asks for. */
export const launchingRows = (who: Launcher, provisionerId: string, workerRole: string): Row[] => [
  ...launching(who, provisionerId),
  ...passing(who, workerRole),
  ...resolvingImages(who, provisionerId),
];
