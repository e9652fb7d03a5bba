import {
  type DescribeImagesRequest,
  type DescribeImagesResult,
  type DescribeKeyPairsRequest,
  type DescribeKeyPairsResult,
  PlatformValues,
} from '@aws-sdk/client-ec2';
import type { LocalImage, LocalKeyPair } from '../catalogue.ts';
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
  platform: (image) => (image.platform === 'windows' ? 'windows' : undefined),
};

/** Pages hold 1 to 1000 images (DescribeImages in the API reference). */
const pageLimits: PageLimits = { min: 1, max: 1_000 };

/** Describes images: the ones named, or all; every image is the account's own. */
export function describeImages(world: Ec2World, request: DescribeImagesRequest): DescribeImagesResult {
  const ids = request.ImageIds ?? [];
  const named = ids.map((id) => world.resources.requireImage(id));
  const { accountId } = world.settings;
  const owned = (request.Owners ?? ['self']).some((owner) => owner === 'self' || owner === accountId);
  const candidates = ids.length > 0 ? named : [...world.resources.images.values()];
  const found = applyFilters(owned ? candidates : [], request.Filters, imageFilters, () => new Map());
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
      ...(image.platform === 'windows' ? { Platform: PlatformValues.Windows } : {}),
      PlatformDetails: image.platform === 'windows' ? 'Windows' : 'Linux/UNIX',
      RootDeviceName: rootDevice(image),
      RootDeviceType: 'ebs',
      VirtualizationType: 'hvm',
      EnaSupport: true,
      BlockDeviceMappings: [{ DeviceName: rootDevice(image), Ebs: { VolumeSize: 8, VolumeType: 'gp3' } }],
      Tags: [],
    })),
    NextToken: nextToken,
  };
}

/** As in Amazon's own images. */
const rootDevice = ({ platform }: LocalImage): string => (platform === 'windows' ? '/dev/sda1' : '/dev/xvda');

const keyFilters: FilterFields<LocalKeyPair> = {
  'key-name': (key) => key.keyName,
  'key-pair-id': (key) => key.keyPairId,
};

/** Describes key pairs: the ones named, or all. Throws when one named does not exist. */
export function describeKeyPairs(world: Ec2World, request: DescribeKeyPairsRequest): DescribeKeyPairsResult {
  const names = [...(request.KeyNames ?? []), ...(request.KeyPairIds ?? [])];
  const named = names.map((name) => world.resources.requireKeyPair(name));
  const candidates = names.length > 0 ? named : [...world.resources.keyPairs.values()];
  return {
    KeyPairs: applyFilters(candidates, request.Filters, keyFilters, () => new Map()).map((key) => ({
      KeyPairId: key.keyPairId,
      KeyName: key.keyName,
      KeyType: 'ed25519',
      Tags: [],
    })),
  };
}
