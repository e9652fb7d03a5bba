/** Order -> EC2 requests, without side effects: the same order and settings always give the same requests. */
import { createHash } from 'node:crypto';
import type {
  CreateFleetCommandInput,
  CreateLaunchTemplateCommandInput,
  RequestLaunchTemplateData,
  Tag,
} from '@aws-sdk/client-ec2';
import type { LaunchOrder, OrderedPool } from '../control/ports.ts';
import { type LaunchPool, type LaunchSpec, launchPools } from '../core/launch-cascade.ts';
import { tagKeys } from '../core/tags.ts';
import type { WorkerType } from '../core/worker-type-schema.ts';
import { workerUserData } from './worker-user-data.ts';

/** What the requests need beside the order. */
export interface FleetSettings {
  /** The provisioner's own region: what a definition means by a region that it does not name. */
  readonly homeRegion: string;
  readonly instanceProfileArn: string;
  /** The bundled reference worker, for definitions that install it. */
  readonly workerProgram: string;
}

export interface FleetRequests {
  /** One for each distinct launch spec, user data and capacity among the pools. */
  readonly launchTemplates: readonly CreateLaunchTemplateCommandInput[];
  readonly fleet: CreateFleetCommandInput;
}

/** The launch templates that an order needs and the fleet request that uses them. */
export function fleetRequests(order: LaunchOrder, settings: FleetSettings): FleetRequests {
  const { definition, market } = order;
  const ordered = new Set(order.pools.map(poolKey));
  const pools = launchPools(definition, settings.homeRegion).filter(
    (pool) => pool.region === order.region && ordered.has(poolKey(pool)),
  );
  const byWeight = definition.allocationStrategy === 'capacity-optimized-prioritized';
  // The heaviest has priority 0, the first one. The definition's own weights: an order is repeated as it was.
  const weights = [...new Set(pools.map(({ weight }) => weight))].sort((a, b) => b - a);
  const groups = [...Map.groupBy(pools, (pool) => hash(templateData(order, pool, settings))).values()].flatMap(
    (alike) => {
      const [first] = alike;
      return first === undefined ? [] : [{ template: launchTemplate(order, first, settings), alike }];
    },
  );
  const tags = toTags({ ...identityTags(definition), [tagKeys.launchId]: order.launchId });
  return {
    launchTemplates: groups.map(({ template }) => template),
    fleet: {
      Type: 'instant',
      ClientToken: clientToken(order),
      TargetCapacitySpecification: { TotalTargetCapacity: order.targetCapacity, DefaultTargetCapacityType: market },
      ...(market === 'spot'
        ? {
            SpotOptions: {
              AllocationStrategy: definition.allocationStrategy,
              InstanceInterruptionBehavior: 'terminate',
            },
          }
        : { OnDemandOptions: { AllocationStrategy: byWeight ? 'prioritized' : 'lowest-price' } }),
      LaunchTemplateConfigs: groups.map(({ template, alike }) => ({
        LaunchTemplateSpecification: { LaunchTemplateName: template.LaunchTemplateName, Version: '1' },
        Overrides: alike.map((pool) => ({
          InstanceType: pool.instanceType as never,
          SubnetId: pool.subnetId,
          WeightedCapacity: pool.capacity,
          ...(market === 'spot' ? maxPrice(definition, pool) : {}),
          ...(byWeight ? { Priority: weights.indexOf(pool.weight) } : {}),
        })),
      })),
      TagSpecifications: (['fleet', 'instance', 'volume'] as const).map((resource) => ({
        ResourceType: resource,
        Tags: tags,
      })),
    },
  };
}

const poolKey = ({ subnetId, instanceType }: OrderedPool): string => `${subnetId}/${instanceType}`;

/** At most 64 ASCII characters, the same for each repetition of an order and for no other one. */
const clientToken = ({ definition, launchId }: LaunchOrder): string =>
  hash([definition.provisionerId, definition.workerType, launchId]).slice(0, 64);

/** EC2's MaxPrice is per weighted unit; the definition's is per instance of utility 1. */
function maxPrice({ maxPriceUsdPerHour }: WorkerType, { utility, capacity }: LaunchPool) {
  if (maxPriceUsdPerHour === undefined) return {};
  // Five decimals, rounded down: a ceiling that is rounded up is none.
  return { MaxPrice: (Math.floor(((maxPriceUsdPerHour * utility) / capacity) * 1e5) / 1e5).toString() };
}

function launchTemplate(
  order: LaunchOrder,
  pool: LaunchPool,
  settings: FleetSettings,
): CreateLaunchTemplateCommandInput {
  const data = templateData(order, pool, settings);
  const { provisionerId, workerType } = order.definition;
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

function templateData(
  { definition, market }: LaunchOrder,
  pool: LaunchPool,
  settings: FleetSettings,
): RequestLaunchTemplateData {
  const tags = toTags({ ...identityTags(definition), [tagKeys.capacity]: String(pool.capacity) });
  const { launchSpec: spec } = pool;
  // A template that tags spot requests makes on-demand launches fail (InvalidParameterValue; karpenter#5850).
  const resources = [
    'instance',
    'volume',
    'network-interface',
    ...(market === 'spot' ? ['spot-instances-request' as const] : []),
  ] as const;
  return {
    ...(spec.imageId === undefined ? {} : { ImageId: spec.imageId }),
    ...(spec.securityGroupIds === undefined ? {} : { SecurityGroupIds: [...spec.securityGroupIds] }),
    ...(spec.keyName === undefined ? {} : { KeyName: spec.keyName }),
    ...(spec.ebsOptimized === undefined ? {} : { EbsOptimized: spec.ebsOptimized }),
    ...(spec.detailedMonitoring === undefined ? {} : { Monitoring: { Enabled: spec.detailedMonitoring } }),
    ...(spec.kernelId === undefined ? {} : { KernelId: spec.kernelId }),
    ...(spec.ramdiskId === undefined ? {} : { RamDiskId: spec.ramdiskId }),
    IamInstanceProfile: { Arn: spec.instanceProfileArn ?? settings.instanceProfileArn },
    InstanceInitiatedShutdownBehavior: 'terminate',
    // One hop: a container on the instance has no business with the instance's credentials.
    MetadataOptions: {
      HttpEndpoint: 'enabled',
      HttpTokens: 'required',
      HttpPutResponseHopLimit: 1,
      InstanceMetadataTags: 'enabled',
    },
    ...rootVolume(spec),
    UserData: Buffer.from(userData(definition, pool, settings)).toString('base64'),
    TagSpecifications: resources.map((resource) => ({ ResourceType: resource, Tags: tags })),
  };
}

const userData = (definition: WorkerType, pool: LaunchPool, { workerProgram }: FleetSettings): Uint8Array =>
  workerUserData(
    {
      contract: 1,
      provisionerId: definition.provisionerId,
      workerType: definition.workerType,
      definitionVersion: definition.version,
      capacity: pool.capacity,
      region: pool.region,
      queueUrls: definition.queueUrls,
      idleTimeoutSeconds: definition.idleTimeoutSeconds,
      maxUptimeSeconds: definition.maxUptimeSeconds,
      secrets: sorted(definition.secrets),
      userData: sorted(pool.userData) as WorkerType['userData'],
    },
    definition.workerInstall,
    workerProgram,
  );

function rootVolume({ rootVolume: volume }: LaunchSpec): Pick<RequestLaunchTemplateData, 'BlockDeviceMappings'> {
  if (volume === undefined) return {};
  const Ebs = {
    VolumeType: 'gp3',
    Encrypted: true,
    DeleteOnTermination: true,
    ...(volume.sizeGiB === undefined ? {} : { VolumeSize: volume.sizeGiB }),
    ...(volume.iops === undefined ? {} : { Iops: volume.iops }),
    ...(volume.throughputMiBps === undefined ? {} : { Throughput: volume.throughputMiBps }),
  } as const;
  return { BlockDeviceMappings: [{ DeviceName: volume.deviceName ?? '/dev/xvda', Ebs }] };
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
