import type {
  DescribeInstanceTypeOfferingsRequest,
  DescribeInstanceTypeOfferingsResult,
  DescribeInstanceTypesRequest,
  DescribeInstanceTypesResult,
  InstanceTypeInfo,
  InstanceTypeOffering,
} from '@aws-sdk/client-ec2';
import { Ec2Error } from '../ec2-error.ts';
import { applyFilters, type FilterFields } from '../filters.ts';
import { findInstanceType, type LocalInstanceType, localInstanceTypes } from '../instance-type-catalogue.ts';
import { isOffered } from '../offerings.ts';
import { type PageLimits, pageOf } from '../pages.ts';
import type { Ec2World } from '../world.ts';

const typeFilters: FilterFields<LocalInstanceType> = {
  'instance-type': (type) => type.instanceType,
  'processor-info.supported-architecture': (type) => type.architecture,
  'supported-usage-class': () => ['on-demand', 'spot'],
  'current-generation': () => 'true',
  'burstable-performance-supported': (type) => String(type.burstable),
  'vcpu-info.default-vcpus': (type) => String(type.vCpus),
  'memory-info.size-in-mib': (type) => String(type.memoryMib),
};

/** Pages hold 5 to 100 types (DescribeInstanceTypes in the API reference). */
const typePageLimits: PageLimits = { min: 5, max: 100 };

/** Describes instance types: the ones named, or all. */
export function describeInstanceTypes(
  _world: Ec2World,
  request: DescribeInstanceTypesRequest,
): DescribeInstanceTypesResult {
  const named = request.InstanceTypes ?? [];
  const unknown = named.filter((name) => findInstanceType(name) === undefined);
  if (unknown.length > 0) {
    throw new Ec2Error('InvalidInstanceType', `The following supplied instance types do not exist: [${unknown}]`);
  }
  const candidates =
    named.length > 0
      ? localInstanceTypes.filter((type) => named.some((name) => name === type.instanceType))
      : localInstanceTypes;
  const found = applyFilters(candidates, request.Filters, typeFilters);
  const { items, nextToken } = pageOf(found, (type) => type.instanceType, request, typePageLimits);
  return { InstanceTypes: items.map(typeView), NextToken: nextToken };
}

function typeView(type: LocalInstanceType): InstanceTypeInfo {
  return {
    InstanceType: type.instanceType as NonNullable<InstanceTypeInfo['InstanceType']>,
    CurrentGeneration: true,
    SupportedUsageClasses: ['on-demand', 'spot'],
    BareMetal: false,
    Hypervisor: 'nitro',
    ProcessorInfo: { SupportedArchitectures: [type.architecture] },
    VCpuInfo: { DefaultVCpus: type.vCpus },
    MemoryInfo: { SizeInMiB: type.memoryMib },
    InstanceStorageSupported: false,
    BurstablePerformanceSupported: type.burstable,
    ...(type.gpus > 0 ? { GpuInfo: { Gpus: [{ Name: 'A10G', Manufacturer: 'NVIDIA', Count: type.gpus }] } } : {}),
  };
}

interface Offering {
  readonly instanceType: string;
  readonly location: string;
}

const offeringFilters: FilterFields<Offering> = {
  'instance-type': (offering) => offering.instanceType,
  location: (offering) => offering.location,
};

/** Pages hold 5 to 1000 offerings (DescribeInstanceTypeOfferings in the API reference). */
const offeringPageLimits: PageLimits = { min: 5, max: 1_000 };

/** Lists where each instance type is offered: in the Region, or in which zones. */
export function describeInstanceTypeOfferings(
  world: Ec2World,
  request: DescribeInstanceTypeOfferingsRequest,
): DescribeInstanceTypeOfferingsResult {
  const locationType = request.LocationType ?? 'region';
  const offerings = localInstanceTypes.flatMap(({ instanceType }) => {
    const subnets = world.resources.subnets.filter(({ zone }) => isOffered(world.settings, instanceType, zone));
    if (subnets.length === 0) return [];
    if (locationType === 'region') return [{ instanceType, location: world.settings.region }];
    return subnets.map(({ zone, zoneId }) => ({
      instanceType,
      location: locationType === 'availability-zone-id' ? zoneId : zone,
    }));
  });
  const found = applyFilters(offerings, request.Filters, offeringFilters);
  const keyOf = ({ instanceType, location }: Offering) => `${instanceType}/${location}`;
  const { items, nextToken } = pageOf(found, keyOf, request, offeringPageLimits);
  return {
    InstanceTypeOfferings: items.map(({ instanceType, location }) => ({
      InstanceType: instanceType as NonNullable<InstanceTypeOffering['InstanceType']>,
      LocationType: locationType,
      Location: location,
    })),
    NextToken: nextToken,
  };
}
