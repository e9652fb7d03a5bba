import { sameText } from './json-object.ts';
import type { LaunchPoint } from './launch-points.ts';

/** One field of all launch points, said in layers: later ones win. A type that is absent follows the place. */
export interface Factored {
  readonly place:
    | { readonly layer: 'global'; readonly value: unknown }
    | { readonly layer: 'region' | 'zone'; readonly values: ReadonlyMap<string, unknown> };
  /** By instance type. */
  readonly types: ReadonlyMap<string, unknown>;
}

/** The key of a point's zone among all regions. */
export const zoneKey = ({ region, zone }: Pick<LaunchPoint, 'region' | 'zone'>): string => sameText([region, zone]);

/**
 * Finds layers that give each point its own value, as far out as possible; undefined when none do, because the value
 * depends on the place and on the instance type at once.
 *
 * @param isBoundToRegion a value that is right in one region only may not stand at an instance type
 */
export function factorLayers(
  points: readonly LaunchPoint[],
  valueAt: (point: LaunchPoint) => unknown,
  isBoundToRegion: boolean,
): Factored | undefined {
  const byType = Map.groupBy(points, ({ instanceType }) => instanceType);
  // Types in the most zones vary most with the place: they decide what the places say.
  const groups = [...byType.values()].sort((a, b) => b.length - a.length);
  const base = new Map<string, unknown>();
  const basePoints: LaunchPoint[] = [];
  const types = new Map<string, unknown>();
  for (const group of groups) {
    if (group.every((point) => !base.has(zoneKey(point)) || same(base.get(zoneKey(point)), valueAt(point)))) {
      for (const point of group) base.set(zoneKey(point), valueAt(point));
      basePoints.push(...group);
      continue;
    }
    const [first] = group;
    if (first === undefined || !group.every((point) => same(valueAt(point), valueAt(first)))) return undefined;
    if (isBoundToRegion && points.some(({ region }) => region !== first.region)) return undefined;
    types.set(first.instanceType, valueAt(first));
  }
  return { place: placeOf(basePoints, valueAt), types };
}

/** The outermost layer that says the same as the zones do. */
function placeOf(points: readonly LaunchPoint[], valueAt: (point: LaunchPoint) => unknown): Factored['place'] {
  const [first] = points;
  if (first === undefined || points.every((point) => same(valueAt(point), valueAt(first)))) {
    return { layer: 'global', value: first && valueAt(first) };
  }
  const byRegion = new Map(points.map((point) => [point.region, valueAt(point)]));
  if (points.every((point) => same(byRegion.get(point.region), valueAt(point)))) {
    return { layer: 'region', values: byRegion };
  }
  return { layer: 'zone', values: new Map(points.map((point) => [zoneKey(point), valueAt(point)])) };
}

const same = (a: unknown, b: unknown): boolean => sameText(a) === sameText(b);
