import type { ReportNotes } from './import-report.ts';
import { isJsonObject, type JsonObject } from './json-object.ts';

/** Names that root devices have: the device name itself is up to the image. */
const ROOT_DEVICES: ReadonlySet<unknown> = new Set(['/dev/sda1', '/dev/xvda']);

const WHY_DROPPED: ReadonlyMap<string, string> = new Map(
  Object.entries({
    DeleteOnTermination: 'volumes are always deleted with their instance',
    Encrypted: 'volumes are always encrypted',
    SnapshotId: 'the image says what the root volume holds',
  }),
);

/** The root volume of `BlockDeviceMappings`; null when they say nothing of it. */
export function rootVolumeOf(mappings: unknown, path: string, to: string, notes: ReportNotes): JsonObject | null {
  if (!Array.isArray(mappings)) {
    notes.dropped(path, 'is no list of mappings');
    return null;
  }
  const entries = mappings.map((mapping, index) => ({ mapping: isJsonObject(mapping) ? mapping : {}, index }));
  const root = entries.find(({ mapping }) => ROOT_DEVICES.has(mapping['DeviceName']) && isJsonObject(mapping['Ebs']));
  for (const { index } of entries.filter((entry) => entry !== root)) {
    notes.dropped(
      `${path}[${index}]`,
      'only the root volume is kept: use an image with this device, or instance storage',
    );
  }
  if (root === undefined) return null;
  notes.translated(`${path}[${root.index}]`, to);
  return volumeOf(root.mapping, `${path}[${root.index}].Ebs`, notes);
}

function volumeOf({ DeviceName: deviceName, Ebs }: JsonObject, path: string, notes: ReportNotes): JsonObject {
  const { VolumeSize: sizeGiB, VolumeType, Iops: iops, Throughput: throughputMiBps, ...rest } = Ebs as JsonObject;
  const isGp3 = VolumeType === 'gp3';
  if (!isGp3) {
    notes.approximated(`${path}.VolumeType`, `the volume becomes gp3; it was ${String(VolumeType ?? 'standard')}`);
  }
  if (!isGp3 && iops !== undefined) {
    notes.dropped(`${path}.Iops`, 'were for another type of volume; gp3 begins with 3000');
  }
  dropOthers(rest, path, notes);
  const volume = { deviceName, sizeGiB, ...(isGp3 ? { iops, throughputMiBps } : {}) };
  return Object.fromEntries(Object.entries(volume).filter(([, value]) => value !== undefined));
}

function dropOthers(rest: JsonObject, path: string, notes: ReportNotes): void {
  for (const [key, value] of Object.entries(rest)) {
    // What is always so here is not lost.
    if ((key === 'DeleteOnTermination' || key === 'Encrypted') && value === true) continue;
    notes.dropped(`${path}.${key}`, WHY_DROPPED.get(key) ?? 'has no counterpart');
  }
}
