import { type Factored, factorLayers, zoneKey } from './factor-layers.ts';
import type { ReportNotes } from './import-report.ts';
import type { JsonObject } from './json-object.ts';
import { type LaunchPoint, poolKey } from './launch-points.ts';
import { replacingLayer } from './replacing-layer.ts';

/** Ids that mean nothing in another region. */
const REGIONAL: ReadonlySet<string> = new Set(['imageId', 'securityGroupIds', 'kernelId', 'ramdiskId']);
const PARTS = ['launchSpec', 'userData'] as const;
type Part = (typeof PARTS)[number];

/** Layers of a definition, for the parts that cascade. */
export interface PointCascade {
  readonly global: JsonObject;
  readonly region: (region: string) => JsonObject;
  readonly zone: (region: string, zone: string) => JsonObject;
  readonly type: (instanceType: string) => JsonObject;
}

/**
 * The points that one cascade can say, in the old order. The others are dropped: a launch config that is said
 * twice, or whose settings depend on place and instance type at once.
 */
export function expressiblePoints(points: readonly LaunchPoint[], notes: ReportNotes): LaunchPoint[] {
  const kept: LaunchPoint[] = [];
  const pools = new Map<string, number>();
  for (const point of points) {
    const path = `config.launchConfigs[${point.index}]`;
    const twin = pools.get(poolKey(point));
    if (twin !== undefined) {
      notes.dropped(path, `launches the same instance type in the same place as config.launchConfigs[${twin}]`);
      continue;
    }
    const fields = inexpressibleFields([...kept, point]);
    if (fields.length > 0) {
      const why = `its ${fields.join(', ')} depends on place and instance type at once: make it a worker type of its own`;
      notes.dropped(path, why);
      continue;
    }
    pools.set(poolKey(point), point.index);
    kept.push(point);
  }
  return kept;
}

const inexpressibleFields = (points: readonly LaunchPoint[]): string[] => [
  ...(oneCapacity(points) ? [] : ['capacityPerInstance']),
  ...PARTS.flatMap((part) =>
    keysOf(points, part)
      .filter((key) => factored(points, part, key) === undefined)
      .map((key) => `${part}.${key}`),
  ),
];

/** Capacity belongs to the instance type alone. */
const oneCapacity = (points: readonly LaunchPoint[]): boolean =>
  [...Map.groupBy(points, ({ instanceType }) => instanceType).values()].every(
    (group) => new Set(group.map(({ capacity }) => capacity)).size === 1,
  );

/** Launch specs and user data of expressible points, in layers. */
export function cascadeOfPoints(points: readonly LaunchPoint[]): PointCascade {
  const fields = PARTS.flatMap((part) =>
    keysOf(points, part).flatMap((key) => {
      const found = factored(points, part, key);
      return found === undefined ? [] : [{ part, key, found }];
    }),
  );
  const layer = (valueAt: (found: Factored) => unknown): JsonObject =>
    Object.fromEntries(
      PARTS.flatMap((part) => {
        const entries = fields
          .filter((field) => field.part === part)
          .map(({ key, found }) => [key, valueAt(found)] as const)
          .filter(([, value]) => value !== undefined);
        return entries.length === 0 ? [] : [[part, Object.fromEntries(entries)] as const];
      }),
    );
  return {
    global: layer(({ place }) => (place.layer === 'global' ? ownValue(place.value) : undefined)),
    region: (region) =>
      layer(({ place }) => (place.layer === 'region' ? ownValue(place.values.get(region)) : undefined)),
    zone: (region, zone) =>
      layer(({ place }) =>
        place.layer === 'zone' ? ownValue(place.values.get(zoneKey({ region, zone }))) : undefined,
      ),
    type: (instanceType) => layer((found) => typeValue(found, instanceType)),
  };
}

/** A value with nothing before it. */
const ownValue = (value: unknown): unknown => replacingLayer({ value }, [])['value'];

/** A type's value on top of everything that places say; `null` where the type has none. */
function typeValue({ place, types }: Factored, instanceType: string): unknown {
  if (!types.has(instanceType)) return undefined;
  const earlier = (place.layer === 'global' ? [place.value] : [...place.values.values()]).map((value) => ({ value }));
  return replacingLayer({ value: types.get(instanceType) ?? null }, earlier)['value'];
}

const keysOf = (points: readonly LaunchPoint[], part: Part): string[] => [
  ...new Set(points.flatMap((point) => Object.keys(point[part]))),
];

const factored = (points: readonly LaunchPoint[], part: Part, key: string): Factored | undefined =>
  factorLayers(
    points,
    (point) => (Object.hasOwn(point[part], key) ? (point[part][key] ?? undefined) : undefined),
    part === 'launchSpec' && REGIONAL.has(key),
  );
