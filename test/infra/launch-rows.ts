import type { Tag } from '@aws-sdk/client-ec2';
import { fleetRequests } from '../../lib/aws/fleet-request.ts';
import { parseWorkerType } from '../../lib/core/worker-type-schema.ts';
import { anOrder } from '../support/builders.ts';
import type { RequestContext } from '../support/iam/evaluate.ts';

/** One resource that EC2 checks in a request, and what IAM sees of the request there. */
export interface CheckedResource {
  readonly action: 'CreateFleet' | 'RunInstances' | 'CreateLaunchTemplate';
  readonly resource: string;
  readonly context: RequestContext;
}

/** A definition that asks for everything that a launch can use. */
const document = (provisionerId: string) => ({
  provisionerId,
  workerType: 'build',
  queueUrls: [`https://sqs.eu-west-1.amazonaws.com/111122223333/${provisionerId}-build`],
  maxCapacity: 10,
  owner: 'somebody@example.org',
  instanceTypes: [{ instanceType: 'c7g.large', capacity: 2 }],
  launchSpec: {
    imageId: 'ami-0123456789abcdef0',
    securityGroupIds: ['sg-0123456789abcdef0'],
    keyName: 'debug',
    rootVolume: { sizeGiB: 20 },
  },
  regions: [{ region: 'eu-west-1', zones: [{ subnetId: 'subnet-0123456789abcdef0' }] }],
  tags: { team: 'builders' },
});

/** The real requests of a launch order of this provisioner. */
function realRequests(provisionerId: string) {
  const parsed = parseWorkerType(document(provisionerId));
  if (parsed.kind === 'invalid') throw new Error(JSON.stringify(parsed.problems));
  const { definition } = parsed;
  const order = anOrder({ definition, region: 'eu-west-1', targetCapacity: 2 });
  const instanceProfileArn = `arn:aws:iam::111122223333:instance-profile/${provisionerId}`;
  const settings = { homeRegion: 'eu-west-1', instanceProfileArn, workerProgram: '' };
  const { launchTemplates, fleet } = fleetRequests(order, settings);
  const [template] = launchTemplates;
  if (template === undefined) throw new Error('a launch needs a template');
  return { template, fleet };
}

type TagSpecifications = readonly { ResourceType?: string | undefined; Tags?: Tag[] | undefined }[] | undefined;

/** What IAM sees of the tags that a request gives to what it creates; nothing where it gives none. */
export function tagContext(tags: readonly Tag[]): RequestContext {
  if (tags.length === 0) return {};
  return {
    ...Object.fromEntries(tags.map(({ Key, Value }) => [`aws:RequestTag/${Key}`, Value ?? ''])),
    'aws:TagKeys': [...new Set(tags.map(({ Key }) => Key ?? ''))],
  };
}

/**
 * Every resource that the real launch requests create, with the tags that they really give it. AWS's tables: CreateFleet
 * is checked for fleet, instance and volume, RunInstances for the rest as well, which the template alone can tag.
 */
export function createdByLaunch(provisionerId: string): CheckedResource[] {
  const { template, fleet } = realRequests(provisionerId);
  const tagsOf = (type: string, ...specifications: TagSpecifications[]): RequestContext =>
    tagContext(specifications.flatMap((list) => list?.find(({ ResourceType }) => ResourceType === type)?.Tags ?? []));
  const ofTemplate = template.LaunchTemplateData?.TagSpecifications;
  const ofFleet = fleet.TagSpecifications;
  return [
    {
      action: 'CreateLaunchTemplate',
      resource: 'launch-template/lt-1',
      context: tagsOf('launch-template', template.TagSpecifications),
    },
    { action: 'CreateFleet', resource: 'fleet/fleet-1', context: tagsOf('fleet', ofFleet) },
    { action: 'CreateFleet', resource: 'instance/i-1', context: tagsOf('instance', ofFleet) },
    { action: 'CreateFleet', resource: 'volume/vol-1', context: tagsOf('volume', ofFleet) },
    { action: 'RunInstances', resource: 'instance/i-1', context: tagsOf('instance', ofTemplate, ofFleet) },
    { action: 'RunInstances', resource: 'volume/vol-1', context: tagsOf('volume', ofTemplate, ofFleet) },
    { action: 'RunInstances', resource: 'network-interface/eni-1', context: tagsOf('network-interface', ofTemplate) },
    {
      action: 'RunInstances',
      resource: 'spot-instances-request/sir-1',
      context: tagsOf('spot-instances-request', ofTemplate),
    },
  ];
}
