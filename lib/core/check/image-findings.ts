import type { ImageFact, RegionFacts } from './account-facts.ts';
import { about, ifKnown, type Note, poolFails, poolWarning } from './notes.ts';
import type { PlacedPool } from './placed-pools.ts';

type FoundImage = Extract<ImageFact, { kind: 'found' }>;

/** The root device that a definition changes unless it says another one, as in the launch request. */
const USUAL_ROOT_DEVICE = '/dev/xvda';

/** Is the image there, and does it fit the instance type and the root volume? */
export function imageFindings(pool: PlacedPool, facts: RegionFacts): readonly Note[] {
  const { imageId } = pool.launchSpec;
  if (imageId === undefined) return [];
  return about(facts.images.get(imageId), `${pool.region}: image ${imageId}`, (image) => {
    const finding = (message: string) => [poolFails(pool, { path: pool.specPath('imageId'), value: imageId, message })];
    if (image.kind !== 'found') return finding(absence(image.kind, pool.region));
    const name = image.imageId === imageId ? '' : `names ${image.imageId}, which `;
    if (image.state !== 'available') return finding(`${name}is ${image.state}, not available`);
    return [...architectureFindings(pool, image, facts), ...rootVolumeFindings(pool, image)];
  });
}

/** Are the kernel and the RAM disk there? EC2 lists them among the images. */
export function kernelFindings(pool: PlacedPool, facts: RegionFacts): readonly Note[] {
  return (['kernelId', 'ramdiskId'] as const).flatMap((field) => {
    const value = pool.launchSpec[field];
    if (value === undefined) return [];
    return about(facts.images.get(value), `${pool.region}: ${value}`, (image) => {
      if (image.kind === 'found') return [];
      return [poolFails(pool, { path: pool.specPath(field), value, message: `does not exist in ${pool.region}` })];
    });
  });
}

function absence(kind: Exclude<ImageFact['kind'], 'found'>, region: string): string {
  switch (kind) {
    case 'missing':
      return `does not exist in ${region}, or is not shared with this account`;
    case 'deregistered':
      return `was deregistered in ${region}: nothing can be launched from it any more`;
    case 'no-parameter':
      return `there is no such SSM parameter in ${region}`;
  }
}

function architectureFindings(pool: PlacedPool, image: FoundImage, facts: RegionFacts): readonly Note[] {
  const type = ifKnown(facts.instanceTypes.get(pool.instanceType));
  if (type === undefined || type.architectures.includes(image.architecture)) return [];
  const message = `is ${type.architectures.join(' or ')}, image ${image.imageId} is ${image.architecture}`;
  return [poolFails(pool, { path: pool.typePath, value: pool.instanceType, message })];
}

function rootVolumeFindings(pool: PlacedPool, image: FoundImage): readonly Note[] {
  const { rootVolume } = pool.launchSpec;
  if (rootVolume === undefined) return [];
  const path = pool.specPath('rootVolume');
  const { sizeGiB, deviceName = USUAL_ROOT_DEVICE } = rootVolume;
  if (image.rootDeviceName !== undefined && image.rootDeviceName !== deviceName) {
    const message = `is not the root device of ${image.imageId} (${image.rootDeviceName}): a further volume is added`;
    return [poolWarning(pool, { path: `${path}.deviceName`, value: deviceName, message })];
  }
  if (image.rootDeviceType === 'instance-store') {
    const message = `has no effect on the root of ${image.imageId}, which is an instance store`;
    return [poolWarning(pool, { path, value: deviceName, message })];
  }
  if (sizeGiB === undefined || image.rootVolumeGiB === undefined || sizeGiB >= image.rootVolumeGiB) return [];
  const message = `GiB are too few: the root of ${image.imageId} has ${image.rootVolumeGiB}`;
  return [poolFails(pool, { path: `${path}.sizeGiB`, value: String(sizeGiB), message })];
}
