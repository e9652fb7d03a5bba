/** Order -> EC2 requests, without side effects: the same order and settings always give the same requests. */
import { createHash } from 'node:crypto';
import type {
  CreateFleetCommandInput,
  CreateLaunchTemplateCommandInput,
  RequestLaunchTemplateData,
  Tag,
} from '@aws-sdk/client-ec2';
import type { LaunchOrder } from '../control/ports.ts';
import { tagKeys } from '../core/tags.ts';
import type { InstanceTypeOption, WorkerType } from '../core/worker-type-schema.ts';
import { workerUserData } from './worker-user-data.ts';

/** What the requests need beside the order. */
export interface FleetSettings {
  readonly region: string;
  readonly instanceProfileArn: string;
  /** The bundled reference worker, for definitions that install it. */
  readonly workerProgram: string;
}

export interface FleetRequests {
  /** One for each capacity among the instance types, since user data tells the worker its capacity. */
  readonly launchTemplates: readonly CreateLaunchTemplateCommandInput[];
  readonly fleet: CreateFleetCommandInput;
}

/** The launch templates that an order needs and the fleet request that uses them. */
export function fleetRequests(order: LaunchOrder, settings: FleetSettings): FleetRequests {
  const { definition } = order;
  const groups = [...Map.groupBy(order.instanceTypes, ({ capacity }) => capacity)].map(([capacity, instanceTypes]) => ({
    template: launchTemplate(definition, capacity, settings),
    instanceTypes,
  }));
  const tags = toTags({ ...identityTags(definition), [tagKeys.launchId]: order.launchId });
  return {
    launchTemplates: groups.map(({ template }) => template),
    fleet: {
      Type: 'instant',
      ClientToken: clientToken(order),
      TargetCapacitySpecification: {
        TotalTargetCapacity: order.targetCapacity,
        DefaultTargetCapacityType: 'spot',
      },
      SpotOptions: { AllocationStrategy: 'price-capacity-optimized', InstanceInterruptionBehavior: 'terminate' },
      LaunchTemplateConfigs: groups.map(({ template, instanceTypes }) => ({
        LaunchTemplateSpecification: { LaunchTemplateName: template.LaunchTemplateName, Version: '1' },
        Overrides: instanceTypes.flatMap((option) =>
          definition.subnetIds.map((subnetId) => ({
            InstanceType: option.instanceType as never,
            SubnetId: subnetId,
            WeightedCapacity: option.capacity,
            ...maxPrice(definition, option),
          })),
        ),
      })),
      TagSpecifications: (['fleet', 'instance', 'volume'] as const).map((resource) => ({
        ResourceType: resource,
        Tags: tags,
      })),
    },
  };
}

/** At most 64 ASCII characters, the same for each repetition of an order and for no other one. */
const clientToken = ({ definition, launchId }: LaunchOrder): string =>
  hash([definition.provisionerId, definition.workerType, launchId]).slice(0, 64);

/** EC2's MaxPrice is per weighted unit; the definition's is per instance of utility 1. */
function maxPrice({ maxPriceUsdPerHour }: WorkerType, { utility, capacity }: InstanceTypeOption) {
  if (maxPriceUsdPerHour === undefined) return {};
  // Five decimals, rounded down: a ceiling that is rounded up is none.
  return { MaxPrice: (Math.floor(((maxPriceUsdPerHour * utility) / capacity) * 1e5) / 1e5).toString() };
}

function launchTemplate(
  definition: WorkerType,
  capacity: number,
  settings: FleetSettings,
): CreateLaunchTemplateCommandInput {
  const data = templateData(definition, capacity, settings);
  const { provisionerId, workerType } = definition;
  const name = `${provisionerId}-${workerType}-${hash(data).slice(0, 16)}`;
  return {
    // No client token: EC2 would answer a remembered one with a template that was deleted meanwhile.
    LaunchTemplateName: name,
    LaunchTemplateData: data,
    TagSpecifications: [
      {
        ResourceType: 'launch-template',
        Tags: toTags({ [tagKeys.owner]: provisionerId, [tagKeys.workerType]: workerType }),
      },
    ],
  };
}

function templateData(definition: WorkerType, capacity: number, settings: FleetSettings): RequestLaunchTemplateData {
  const tags = toTags({ ...identityTags(definition), [tagKeys.capacity]: String(capacity) });
  return {
    ImageId: definition.imageId,
    SecurityGroupIds: definition.securityGroupIds,
    ...(definition.keyName === undefined ? {} : { KeyName: definition.keyName }),
    IamInstanceProfile: { Arn: settings.instanceProfileArn },
    InstanceInitiatedShutdownBehavior: 'terminate',
    // One hop: a container on the instance has no business with the instance's credentials.
    MetadataOptions: {
      HttpEndpoint: 'enabled',
      HttpTokens: 'required',
      HttpPutResponseHopLimit: 1,
      InstanceMetadataTags: 'enabled',
    },
    ...rootVolume(definition),
    UserData: Buffer.from(userData(definition, capacity, settings)).toString('base64'),
    TagSpecifications: (['instance', 'volume', 'network-interface', 'spot-instances-request'] as const).map(
      (resource) => ({
        ResourceType: resource,
        Tags: tags,
      }),
    ),
  };
}

const userData = (definition: WorkerType, capacity: number, { region, workerProgram }: FleetSettings): Uint8Array =>
  workerUserData(
    {
      contract: 1,
      provisionerId: definition.provisionerId,
      workerType: definition.workerType,
      definitionVersion: definition.version,
      capacity,
      region,
      queueUrl: definition.queueUrl,
      idleTimeoutSeconds: definition.idleTimeoutSeconds,
      maxUptimeSeconds: definition.maxUptimeSeconds,
      userData: sorted(definition.userData),
    },
    definition.workerInstall,
    workerProgram,
  );

function rootVolume({ rootVolume: volume }: WorkerType): Pick<RequestLaunchTemplateData, 'BlockDeviceMappings'> {
  if (volume === undefined) return {};
  const Ebs = { VolumeType: 'gp3', VolumeSize: volume.sizeGiB, Encrypted: true, DeleteOnTermination: true } as const;
  return { BlockDeviceMappings: [{ DeviceName: volume.deviceName, Ebs }] };
}

const identityTags = ({
  provisionerId,
  workerType,
  version,
  owner,
  tags,
  maxLifetimeSeconds,
}: WorkerType): Record<string, string> => ({
  ...tags,
  [tagKeys.name]: `${provisionerId}/${workerType}`,
  [tagKeys.owner]: provisionerId,
  [tagKeys.workerType]: workerType,
  [tagKeys.definitionVersion]: String(version),
  [tagKeys.maxLifetimeSeconds]: String(maxLifetimeSeconds),
  ...(owner === '' ? {} : { [tagKeys.contact]: owner }),
});

const toTags = (tags: Readonly<Record<string, string>>): Tag[] =>
  Object.entries(sorted(tags)).map(([Key, Value]) => ({ Key, Value }));

/** With its keys in order, at every depth: DynamoDB gives a map back in an order of its own. */
function sorted<Value>(value: Value): Value {
  return JSON.parse(
    JSON.stringify(value, (_key, part: unknown) =>
      typeof part === 'object' && part !== null && !Array.isArray(part)
        ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)))
        : part,
    ),
  );
}

const hash = (value: unknown): string => createHash('sha256').update(JSON.stringify(value)).digest('hex');
