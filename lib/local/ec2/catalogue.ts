/** The Region of the fixtures unless a world is told otherwise. */
export const localRegion = 'us-east-1';

/** Letters of the Availability Zones in every local Region. */
const zoneLetters = ['a', 'b', 'c'] as const;

/** The one VPC of the local account. */
export const localVpcId = 'vpc-0000000000000aaaa';

/** Image ids that exist locally. */
export const localImages = { linuxArm64: 'ami-00000000000a4464a', linuxX8664: 'ami-00000000000086640' } as const;

/** The security group that exists locally. */
export const localSecurityGroup = { groupId: 'sg-0000000000000aaaa', groupName: 'local-workers' } as const;

/** The key pair that exists locally. */
export const localKeyPair = { keyPairId: 'key-0000000000000aaaa', keyName: 'local-key' } as const;

/** An image of the local account. */
export interface LocalImage {
  readonly imageId: string;
  readonly name: string;
  readonly architecture: 'arm64' | 'x86_64';
}

/** Every local image. */
export const allImages: readonly LocalImage[] = [
  { imageId: localImages.linuxArm64, name: 'local-linux-arm64', architecture: 'arm64' },
  { imageId: localImages.linuxX8664, name: 'local-linux-x86_64', architecture: 'x86_64' },
];

/** The image that an id, or a `resolve:ssm:<parameter>` reference, stands for; a parameter named after arm64 gives the arm64 image. */
export function resolveImage(reference: string): LocalImage | undefined {
  const parameter = /^resolve:ssm:(.+)$/.exec(reference)?.[1];
  if (parameter === undefined) return allImages.find((image) => image.imageId === reference);
  const architecture = /arm64|aarch64/.test(parameter) ? 'arm64' : 'x86_64';
  return allImages.find((image) => image.architecture === architecture);
}

/** A subnet of the local VPC. */
export interface LocalSubnet {
  readonly subnetId: string;
  readonly zone: string;
  readonly zoneId: string;
  readonly cidrBlock: string;
  /** Third octet of the first address in the block. */
  readonly networkOctet: number;
}

/** Addresses of an empty /20 subnet: 4096 less the five that AWS reserves (VPC user guide, subnet sizing). */
export const addressesPerSubnet = 4091;

/** The subnets of a Region, one a zone. Their ids are the same in each Region. */
export function subnetsIn(region: string): readonly LocalSubnet[] {
  return zoneLetters.map((letter, index) => ({
    subnetId: `subnet-0000000000000aaa${letter}`,
    zone: `${region}${letter}`,
    zoneId: `${zoneIdPrefix(region)}-az${index + 1}`,
    cidrBlock: `10.0.${index * 16}.0/20`,
    networkOctet: index * 16,
  }));
}

/** `us-east-1` -> `use1`, as EC2 abbreviates Regions in zone ids. */
function zoneIdPrefix(region: string): string {
  const [area = '', direction = '', number = ''] = region.split('-');
  return `${area}${direction.charAt(0)}${number}`;
}

/** The subnets of the default local Region. */
export const localSubnets: readonly LocalSubnet[] = subnetsIn(localRegion);
