import type { Stack } from 'aws-cdk-lib';

/** Resource types of EC2 that permissions name, spelled as in ARNs. */
export type Ec2ResourceType =
  | 'fleet'
  | 'image'
  | 'instance'
  | 'key-pair'
  | 'launch-template'
  | 'network-interface'
  | 'security-group'
  | 'snapshot'
  | 'spot-instances-request'
  | 'subnet'
  | 'volume';

/** EC2 writes these without an account, because they may belong to somebody else. */
const WITHOUT_ACCOUNT: ReadonlySet<Ec2ResourceType> = new Set(['image', 'snapshot']);

/** ARN of every resource of a type, one for each region. */
export const anyOf = (stack: Stack, regions: readonly string[], resource: Ec2ResourceType): string[] =>
  regions.map((region) =>
    stack.formatArn({
      service: 'ec2',
      region,
      ...(WITHOUT_ACCOUNT.has(resource) ? { account: '' } : {}),
      resource,
      resourceName: '*',
    }),
  );
