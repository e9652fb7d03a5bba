import { zoneKey } from './factor-layers.ts';
import type { ReportNotes } from './import-report.ts';
import type { LaunchPoint } from './launch-points.ts';

/** `weight` of each zone and instance type; a point's weight is the product. */
export interface PointWeights {
  readonly points: readonly LaunchPoint[];
  readonly zone: (region: string, zone: string) => number;
  readonly type: (instanceType: string) => number;
}

/** Splits the weights of launch configs into those of zones and types. A paused config that cannot be split goes. */
export function splitWeights(all: readonly LaunchPoint[], notes: ReportNotes): PointWeights {
  const path = 'config.launchConfigs[].workerManager.initialWeight';
  const exact = exactSplit(all);
  if (exact !== undefined) {
    if (all.some(({ weight }) => weight !== 1)) notes.translated(path, 'weight');
    return { points: all, ...exact };
  }
  const points = all.filter(({ weight, index }) => {
    if (weight === 0)
      notes.dropped(`config.launchConfigs[${index}]`, 'has weight 0, which no zone or instance type has');
    return weight > 0;
  });
  const rest = exactSplit(points);
  if (rest !== undefined) {
    notes.translated(path, 'weight');
    return { points, ...rest };
  }
  notes.approximated(path, 'differs by place and instance type at once: each zone has the highest of its weights');
  const highest = highestBy(points, zoneKey);
  return { points, zone: (region, zone) => highest.get(zoneKey({ region, zone })) ?? 1, type: () => 1 };
}

/** By type alone, or by zone alone. */
function exactSplit(points: readonly LaunchPoint[]): Omit<PointWeights, 'points'> | undefined {
  const byType = highestBy(points, ({ instanceType }) => instanceType);
  if (points.every(({ instanceType, weight }) => byType.get(instanceType) === weight)) {
    return { zone: () => 1, type: (instanceType) => byType.get(instanceType) ?? 1 };
  }
  const byZone = highestBy(points, zoneKey);
  if (points.every((point) => byZone.get(zoneKey(point)) === point.weight)) {
    return { zone: (region, zone) => byZone.get(zoneKey({ region, zone })) ?? 1, type: () => 1 };
  }
  return undefined;
}

const highestBy = (points: readonly LaunchPoint[], keyOf: (point: LaunchPoint) => string): Map<string, number> =>
  new Map([...Map.groupBy(points, keyOf)].map(([key, group]) => [key, Math.max(...group.map(({ weight }) => weight))]));
