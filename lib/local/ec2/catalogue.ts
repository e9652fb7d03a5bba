import { regionCode } from './region-code.ts';

/** The Region of the fixtures unless a world is told otherwise. */
export const localRegion = 'us-east-1';

/** The Regions of local mode, its home first. */
export const localRegions = [localRegion, 'eu-west-1'] as const;

/** Letters of the Availability Zones in every local Region. */
const zoneLetters = ['a', 'b', 'c'] as const;

/** An image of the local account. */
export interface LocalImage {
  readonly imageId: string;
  readonly name: string;
  readonly architecture: 'arm64' | 'x86_64';
  readonly platform: 'linux' | 'windows';
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

/** A security group; one of another VPC than the subnets' launches nothing. */
export interface LocalSecurityGroup {
  readonly groupId: string;
  readonly groupName: string;
  readonly vpcId: string;
}

export interface LocalKeyPair {
  readonly keyPairId: string;
  readonly keyName: string;
}

/** What the account has in one Region before anybody changes it. No id of one Region exists in another. */
export interface RegionFixtures {
  readonly region: string;
  readonly vpcId: string;
  readonly images: {
    readonly linuxArm64: LocalImage;
    readonly linuxX8664: LocalImage;
    readonly windowsX8664: LocalImage;
  };
  /** One a zone. */
  readonly subnets: readonly LocalSubnet[];
  readonly securityGroup: LocalSecurityGroup;
  readonly keyPair: LocalKeyPair;
}

/** The fixtures of a Region; each of its ids carries the Region's number, which is 0 for us-east-1. */
export function fixturesOf(region: string): RegionFixtures {
  const code = regionCode(region).toString(16).padStart(8, '0');
  const vpcId = `vpc-00000${code}aaaa`;
  return {
    region,
    vpcId,
    images: {
      linuxArm64: image(`ami-000${code}a4464a`, 'local-linux-arm64', 'arm64', 'linux'),
      linuxX8664: image(`ami-0000${code}86640`, 'local-linux-x86_64', 'x86_64', 'linux'),
      windowsX8664: image(`ami-0000${code}d0586`, 'local-windows-x86_64', 'x86_64', 'windows'),
    },
    subnets: zoneLetters.map((letter, index) => ({
      subnetId: `subnet-00000${code}aaa${letter}`,
      zone: `${region}${letter}`,
      zoneId: `${zoneIdPrefix(region)}-az${index + 1}`,
      cidrBlock: `10.0.${index * 16}.0/20`,
      networkOctet: index * 16,
    })),
    securityGroup: { groupId: `sg-00000${code}aaaa`, groupName: 'local-workers', vpcId },
    keyPair: { keyPairId: `key-00000${code}aaaa`, keyName: 'local-key' },
  };
}

const image = (
  imageId: string,
  name: string,
  architecture: LocalImage['architecture'],
  platform: LocalImage['platform'],
): LocalImage => ({ imageId, name, architecture, platform });

/** `us-east-1` -> `use1`, as EC2 abbreviates Regions in zone ids. */
function zoneIdPrefix(region: string): string {
  const [area = '', direction = '', number = ''] = region.split('-');
  return `${area}${direction.charAt(0)}${number}`;
}

/** Addresses of an empty /20 subnet: 4096 less the five that AWS reserves (VPC user guide, subnet sizing). */
export const addressesPerSubnet = 4091;

const home = fixturesOf(localRegion);
/** The one VPC of the home Region. */
export const localVpcId = home.vpcId;
/** Image ids that exist in the home Region. */
export const localImages = {
  linuxArm64: home.images.linuxArm64.imageId,
  linuxX8664: home.images.linuxX8664.imageId,
  windowsX8664: home.images.windowsX8664.imageId,
} as const;
/** The security group of the home Region. */
export const localSecurityGroup = home.securityGroup;
/** The key pair of the home Region. */
export const localKeyPair = home.keyPair;
/** The subnets of the home Region. */
export const localSubnets = home.subnets;
