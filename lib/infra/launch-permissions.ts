import type { Stack } from 'aws-cdk-lib';
import { type Conditions, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { tagKeys } from '../core/tags.ts';
import { anyOf, type Ec2ResourceType } from './ec2-arns.ts';

/** What a launch uses but does not create. Worker types name them, so they are not known when the stack is deployed. */
const USED: readonly Ec2ResourceType[] = ['image', 'key-pair', 'security-group', 'snapshot', 'subnet'];
/** What a launch creates. */
const CREATED: readonly Ec2ResourceType[] = [
  'fleet',
  'instance',
  'network-interface',
  'spot-instances-request',
  'volume',
];

/** The request creates something and tags it as this provisioner's. */
const requestIsOwn = (provisionerId: string): Conditions => ({
  StringEquals: { [`aws:RequestTag/${tagKeys.owner}`]: provisionerId },
});

/** The resource exists and is this provisioner's. */
const resourceIsOwn = (provisionerId: string): Conditions => ({
  StringEquals: { [`aws:ResourceTag/${tagKeys.owner}`]: provisionerId },
});

/** Whose launches, where, and with which role. */
interface LaunchGrants {
  readonly stack: Stack;
  readonly provisionerId: string;
  readonly regions: readonly string[];
  readonly workerRoleArn: string;
}

const any = ({ stack, regions }: LaunchGrants, types: readonly Ec2ResourceType[]): string[] =>
  types.flatMap((type) => anyOf(stack, regions, type));

/**
 * What EC2 asks of a launch, after Karpenter's policy: what it creates must carry the provisioner's tag, what it uses of
 * its own must carry it already, and nothing else can be tagged with it afterwards. An instant fleet launches under both
 * actions, and each resource of a request is checked by itself. A dry run needs the same.
 */
export function rehearsalStatements(grants: LaunchGrants): PolicyStatement[] {
  const { provisionerId, workerRoleArn } = grants;
  const launch = ['ec2:CreateFleet', 'ec2:RunInstances'];
  return [
    new PolicyStatement({ sid: 'LaunchWith', actions: launch, resources: any(grants, USED) }),
    new PolicyStatement({
      sid: 'LaunchFromOwnTemplate',
      actions: launch,
      resources: any(grants, ['launch-template']),
      conditions: resourceIsOwn(provisionerId),
    }),
    new PolicyStatement({
      sid: 'LaunchTagged',
      actions: launch,
      resources: any(grants, CREATED),
      conditions: requestIsOwn(provisionerId),
    }),
    new PolicyStatement({
      sid: 'CreateTaggedTemplate',
      actions: ['ec2:CreateLaunchTemplate'],
      resources: any(grants, ['launch-template']),
      conditions: requestIsOwn(provisionerId),
    }),
    new PolicyStatement({
      sid: 'TagWhatIsCreated',
      actions: ['ec2:CreateTags'],
      resources: any(grants, [...CREATED, 'launch-template']),
      conditions: {
        StringEquals: {
          [`aws:RequestTag/${tagKeys.owner}`]: provisionerId,
          'ec2:CreateAction': ['CreateFleet', 'CreateLaunchTemplate', 'RunInstances'],
        },
      },
    }),
    // `resolve:ssm:` images: EC2 reads the parameter with the caller's permissions.
    new PolicyStatement({ sid: 'ResolveImage', actions: ['ssm:GetParameters'], resources: imageParameters(grants) }),
    new PolicyStatement({
      sid: 'PassWorkerRole',
      actions: ['iam:PassRole'],
      resources: [workerRoleArn],
      conditions: { StringEquals: { 'iam:PassedToService': 'ec2.amazonaws.com' } },
    }),
  ];
}

/** What the provisioner itself does in EC2: it looks, launches and signals. */
export function launchStatements(grants: LaunchGrants): PolicyStatement[] {
  const { provisionerId, regions } = grants;
  return [
    ...rehearsalStatements(grants),
    new PolicyStatement({
      sid: 'SignalOwnWorker',
      actions: ['ec2:CreateTags'],
      resources: any(grants, ['instance']),
      conditions: {
        ...resourceIsOwn(provisionerId),
        'ForAllValues:StringEquals': { 'aws:TagKeys': [tagKeys.signal] },
        // ForAllValues is true of a request without any tag key.
        Null: { 'aws:TagKeys': 'false' },
      },
    }),
    new PolicyStatement({
      sid: 'LookAround',
      actions: ['ec2:DescribeInstances', 'ec2:DescribeSpotPriceHistory'],
      resources: ['*'],
      conditions: { StringEquals: { 'aws:RequestedRegion': [...regions] } },
    }),
  ];
}

/** Deletes launch templates that carry the provisioner's tag, and no others. */
export const deleteTemplatesStatement = (grants: LaunchGrants): PolicyStatement =>
  new PolicyStatement({
    sid: 'DeleteOwnTemplate',
    actions: ['ec2:DeleteLaunchTemplate'],
    resources: any(grants, ['launch-template']),
    conditions: resourceIsOwn(grants.provisionerId),
  });

/** Wildcards among those resources, and why each of them stands. */
export function rehearsalWildcards(grants: LaunchGrants): (readonly [resource: string, reason: string])[] {
  const because = (types: readonly Ec2ResourceType[], reason: string) =>
    any(grants, types).map((arn) => [arn, reason] as const);
  return [
    ['*', 'There is no resource for Describe actions (held to the regions), for ListStreams and for trace segments.'],
    ...because(USED, 'Worker types name these at run time; a launch uses them and cannot change them.'),
    ...because(CREATED, 'Ids exist only after the launch; a condition holds each to the tag of this provisioner.'),
    ...because(['launch-template'], 'Templates come and go with definitions; a condition holds each to our tag.'),
    ...imageParameters(grants).map(
      (arn) => [arn, 'Worker types name the parameter of their image at run time; it can only be read.'] as const,
    ),
  ];
}

/** Amazon's public parameters, and those that belong to this provisioner. */
const imageParameters = ({ stack, regions, provisionerId }: LaunchGrants): string[] =>
  regions.flatMap((region) => [
    stack.formatArn({ service: 'ssm', region, account: '', resource: 'parameter', resourceName: 'aws/service/*' }),
    stack.formatArn({
      service: 'ssm',
      region,
      resource: 'parameter',
      resourceName: `spot-provisioner/${provisionerId}/*`,
    }),
  ]);
