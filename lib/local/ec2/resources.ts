import {
  fixturesOf,
  type LocalImage,
  type LocalKeyPair,
  type LocalSecurityGroup,
  type LocalSubnet,
} from './catalogue.ts';
import { Ec2Error } from './ec2-error.ts';

/** What the account has in one Region at this moment: images, subnets, security groups, key pairs. */
export class Resources {
  readonly region: string;
  readonly vpcId: string;
  readonly images = new Map<string, LocalImage>();
  readonly subnets: readonly LocalSubnet[];
  readonly securityGroups = new Map<string, LocalSecurityGroup>();
  readonly keyPairs = new Map<string, LocalKeyPair>();

  constructor(region: string) {
    const { vpcId, images, subnets, securityGroup, keyPair } = fixturesOf(region);
    this.region = region;
    this.vpcId = vpcId;
    this.subnets = subnets;
    for (const image of Object.values(images)) this.images.set(image.imageId, image);
    this.securityGroups.set(securityGroup.groupId, securityGroup);
    this.keyPairs.set(keyPair.keyName, keyPair);
  }

  /** The subnet with this id, or undefined. */
  findSubnet(subnetId: string | undefined): LocalSubnet | undefined {
    return this.subnets.find((subnet) => subnet.subnetId === subnetId);
  }

  /** The subnet with this id. Throws InvalidSubnetID.NotFound. */
  requireSubnet(subnetId: string): LocalSubnet {
    const subnet = this.findSubnet(subnetId);
    if (subnet !== undefined) return subnet;
    throw new Ec2Error('InvalidSubnetID.NotFound', `The subnet ID '${subnetId}' does not exist`);
  }

  /** The image with this id. Throws InvalidAMIID.NotFound, or .Malformed for what is no image id. */
  requireImage(imageId: string): LocalImage {
    const image = this.images.get(imageId);
    if (image !== undefined) return image;
    if (/^ami-[0-9a-f]+$/.test(imageId)) {
      throw new Ec2Error('InvalidAMIID.NotFound', `The image id '[${imageId}]' does not exist`);
    }
    throw new Ec2Error('InvalidAMIID.Malformed', `Invalid id: "${imageId}" (expecting "ami-...")`);
  }

  /** The group with this id or name. Throws InvalidGroup.NotFound. */
  requireSecurityGroup(idOrName: string): LocalSecurityGroup {
    const named = () => [...this.securityGroups.values()].find(({ groupName }) => groupName === idOrName);
    const group = this.securityGroups.get(idOrName) ?? named();
    if (group !== undefined) return group;
    throw new Ec2Error('InvalidGroup.NotFound', `The security group '${idOrName}' does not exist`);
  }

  /** The key pair of that name or id. Throws InvalidKeyPair.NotFound. */
  requireKeyPair(nameOrId: string): LocalKeyPair {
    const byId = () => [...this.keyPairs.values()].find(({ keyPairId }) => keyPairId === nameOrId);
    const keyPair = this.keyPairs.get(nameOrId) ?? byId();
    if (keyPair !== undefined) return keyPair;
    throw new Ec2Error('InvalidKeyPair.NotFound', `The key pair '${nameOrId}' does not exist`);
  }

  /**
   * The id of the image that a reference names: itself, or for `resolve:ssm:PARAMETER` an image of the account, chosen
   * by words in the parameter's name: windows, arm64, else x86-64.
   */
  resolveImageId(reference: string): string {
    const parameter = /^resolve:ssm:(.+)$/.exec(reference)?.[1];
    if (parameter === undefined) return reference;
    const { images } = fixturesOf(this.region);
    if (/windows/i.test(parameter)) return images.windowsX8664.imageId;
    return (/arm64|aarch64/.test(parameter) ? images.linuxArm64 : images.linuxX8664).imageId;
  }
}
