import type {
  DescribeImagesRequest,
  DescribeImagesResult,
  DescribeKeyPairsRequest,
  DescribeKeyPairsResult,
} from '@aws-sdk/client-ec2';
import { allImages, type LocalImage, localKeyPair } from '../catalogue.ts';
import { Ec2Error } from '../ec2-error.ts';
import { applyFilters, type FilterFields } from '../filters.ts';
import { type PageLimits, pageOf } from '../pages.ts';
import type { Ec2World } from '../world.ts';

const imageFilters: FilterFields<LocalImage> = {
  'image-id': (image) => image.imageId,
  name: (image) => image.name,
  architecture: (image) => image.architecture,
  state: () => 'available',
  'root-device-type': () => 'ebs',
  'virtualization-type': () => 'hvm',
  'image-type': () => 'machine',
};

/** Pages hold 1 to 1000 images (DescribeImages in the API reference). */
const pageLimits: PageLimits = { min: 1, max: 1_000 };

/** Describes images: the ones named, or all; every image is the account's own. */
export function describeImages(world: Ec2World, request: DescribeImagesRequest): DescribeImagesResult {
  const ids = request.ImageIds ?? [];
  const unknown = ids.find((id) => allImages.every((image) => image.imageId !== id));
  if (unknown !== undefined) {
    throw new Ec2Error('InvalidAMIID.NotFound', `The image id '[${unknown}]' does not exist`);
  }
  const { accountId } = world.settings;
  const owned = (request.Owners ?? ['self']).some((owner) => owner === 'self' || owner === accountId);
  const candidates = owned ? allImages.filter((image) => ids.length === 0 || ids.includes(image.imageId)) : [];
  const found = applyFilters(candidates, request.Filters, imageFilters, () => new Map());
  const { items, nextToken } = pageOf(found, (image) => image.imageId, request, pageLimits);
  return {
    Images: items.map((image) => ({
      ImageId: image.imageId,
      Name: image.name,
      Architecture: image.architecture,
      State: 'available',
      OwnerId: accountId,
      Public: false,
      ImageType: 'machine',
      CreationDate: '2026-01-01T00:00:00.000Z',
      RootDeviceName: '/dev/xvda',
      RootDeviceType: 'ebs',
      VirtualizationType: 'hvm',
      EnaSupport: true,
      BlockDeviceMappings: [{ DeviceName: '/dev/xvda', Ebs: { VolumeSize: 8, VolumeType: 'gp3' } }],
      Tags: [],
    })),
    NextToken: nextToken,
  };
}

const keyFilters: FilterFields<typeof localKeyPair> = {
  'key-name': (key) => key.keyName,
  'key-pair-id': (key) => key.keyPairId,
};

/** Describes the one key pair there is. Throws when another one is named. */
export function describeKeyPairs(_world: Ec2World, request: DescribeKeyPairsRequest): DescribeKeyPairsResult {
  const unknown =
    request.KeyNames?.find((name) => name !== localKeyPair.keyName) ??
    request.KeyPairIds?.find((id) => id !== localKeyPair.keyPairId);
  if (unknown !== undefined) {
    throw new Ec2Error('InvalidKeyPair.NotFound', `The key pair '${unknown}' does not exist`);
  }
  return {
    KeyPairs: applyFilters([localKeyPair], request.Filters, keyFilters, () => new Map()).map((key) => ({
      KeyPairId: key.keyPairId,
      KeyName: key.keyName,
      KeyType: 'ed25519',
      Tags: [],
    })),
  };
}
