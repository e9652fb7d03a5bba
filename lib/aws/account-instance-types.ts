import {
  type EC2Client,
  type InstanceTypeInfo,
  paginateDescribeInstanceTypeOfferings,
  paginateDescribeInstanceTypes,
} from '@aws-sdk/client-ec2';
import type { Fact, InstanceTypeFact } from '../core/check/account-facts.ts';
import { lookUpAll } from './look-up.ts';

/** DescribeInstanceTypes answers pages of at most 100; one batch is one page. */
const MAX_INSTANCE_TYPES = 100;
/** DescribeInstanceTypeOfferings answers pages of at most 1000. */
const MAX_OFFERINGS = 1000;

/** Instance types of one region. Asked by filter: a name that does not exist is left out and fails nothing. */
export function lookUpInstanceTypes(
  names: readonly string[],
  client: EC2Client,
): Promise<Map<string, Fact<InstanceTypeFact | undefined>>> {
  return lookUpAll<InstanceTypeFact | undefined>(
    names,
    MAX_INSTANCE_TYPES,
    async (batch) => {
      const found = new Map<string, InstanceTypeFact>();
      const input = { Filters: [{ Name: 'instance-type', Values: [...batch] }], MaxResults: MAX_INSTANCE_TYPES };
      for await (const page of paginateDescribeInstanceTypes({ client }, input)) {
        for (const type of page.InstanceTypes ?? []) found.set(type.InstanceType ?? '', toFact(type));
      }
      return found;
    },
    undefined,
  );
}

/** The zones that offer each type. */
export function lookUpOfferings(
  names: readonly string[],
  client: EC2Client,
): Promise<Map<string, Fact<ReadonlySet<string>>>> {
  return lookUpAll<ReadonlySet<string>>(
    names,
    MAX_INSTANCE_TYPES,
    async (batch) => {
      const zones = new Map<string, Set<string>>(batch.map((name) => [name, new Set()]));
      const pages = paginateDescribeInstanceTypeOfferings(
        { client },
        {
          LocationType: 'availability-zone',
          Filters: [{ Name: 'instance-type', Values: [...batch] }],
          MaxResults: MAX_OFFERINGS,
        },
      );
      for await (const page of pages) {
        for (const { InstanceType: type, Location: zone } of page.InstanceTypeOfferings ?? []) {
          zones.get(type ?? '')?.add(zone ?? '');
        }
      }
      return zones;
    },
    new Set(),
  );
}

function toFact(type: InstanceTypeInfo): InstanceTypeFact {
  const vCpus = type.VCpuInfo?.DefaultVCpus;
  if (vCpus === undefined) throw new Error(`EC2 does not say how many vCPUs ${type.InstanceType} has`);
  return {
    architectures: type.ProcessorInfo?.SupportedArchitectures ?? [],
    vCpus,
    isSpotSupported: type.SupportedUsageClasses?.includes('spot') ?? false,
  };
}
