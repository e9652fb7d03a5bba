import type { SpotQuotaClass } from './spot-quota.ts';

/** Something that was looked up in the account, or why it could not be. Unknown is never taken for missing. */
export type Fact<Value> =
  | { readonly kind: 'known'; readonly value: Value }
  | { readonly kind: 'unknown'; readonly reason: string };

/** A fact that was looked up. */
export const known = <Value>(value: Value): Fact<Value> => ({ kind: 'known', value });

/** A fact that could not be looked up, and why. */
export const unknown = (reason: string): Extract<Fact<never>, { kind: 'unknown' }> => ({ kind: 'unknown', reason });

/** What an image id, or a `resolve:ssm:` reference, stands for. */
export type ImageFact =
  | {
      readonly kind: 'found';
      /** The id itself, also where a parameter names the image. */
      readonly imageId: string;
      /** EC2's word: `available`, `pending`, `disabled`, ... */
      readonly state: string;
      /** EC2's word: `x86_64`, `arm64`, ... */
      readonly architecture: string;
      readonly rootDeviceType: string | undefined;
      readonly rootDeviceName: string | undefined;
      readonly rootVolumeGiB: number | undefined;
    }
  | { readonly kind: 'missing' | 'deregistered' | 'no-parameter' };

/** What EC2 says of an instance type. */
export interface InstanceTypeFact {
  readonly architectures: readonly string[];
  readonly vCpus: number;
  readonly isSpotSupported: boolean;
}

export interface SubnetFact {
  readonly availabilityZone: string;
  readonly vpcId: string;
  /** Addresses that are free at the moment. */
  readonly freeAddresses: number;
}

/** What SQS answered when the queue's attributes were read. */
export type QueueFact =
  | { readonly kind: 'readable' }
  | { readonly kind: 'unreadable'; readonly code: string; readonly message: string };

/** By the name that the definition uses; `undefined` as a value: there is no such thing. */
export type FactMap<Value> = ReadonlyMap<string, Fact<Value>>;

/** What is known of one region. What is in no map was not looked up. */
export interface RegionFacts {
  /** Machine images, kernels and RAM disks. */
  readonly images: FactMap<ImageFact>;
  readonly instanceTypes: FactMap<InstanceTypeFact | undefined>;
  /** Zones that offer an instance type. */
  readonly offerings: FactMap<ReadonlySet<string>>;
  readonly subnets: FactMap<SubnetFact | undefined>;
  /** The VPC of a security group. */
  readonly securityGroupIds: FactMap<string | undefined>;
  /** Does the key pair exist? */
  readonly keyPairs: FactMap<boolean>;
  /** vCPUs that spot instances of a class may use at once. */
  readonly spotVcpuQuotas: ReadonlyMap<SpotQuotaClass, Fact<number>>;
}

/** What is known of an account, as far as some definitions name it. */
export interface AccountFacts {
  readonly regions: ReadonlyMap<string, RegionFacts>;
  /** Does the instance profile exist? By ARN. */
  readonly instanceProfiles: FactMap<boolean>;
  /** By URL. */
  readonly queues: FactMap<QueueFact>;
}
