/**
 * Merging of layers: later ones win, field by field and to any depth; `null` deletes what an earlier layer said; lists
 * are replaced as a whole.
 */

type Json = unknown;

/** Deep-merges layers; see the rules above. The layers are not changed. */
export function mergeLayers(...layers: readonly (Json | undefined)[]): Record<string, Json> {
  return layers.reduce<Record<string, Json>>(
    (merged, layer) => (isObject(layer) ? mergeInto(merged, layer) : merged),
    {},
  );
}

function mergeInto(base: Readonly<Record<string, Json>>, layer: Readonly<Record<string, Json>>): Record<string, Json> {
  // A map, because a field may have any name, `__proto__` too.
  const merged = new Map(Object.entries(base));
  for (const [key, value] of Object.entries(layer)) {
    if (value === undefined) continue;
    const before = merged.get(key);
    if (value === null) merged.delete(key);
    else merged.set(key, isObject(value) ? mergeInto(isObject(before) ? before : {}, value) : value);
  }
  return Object.fromEntries(merged);
}

const isObject = (value: Json): value is Readonly<Record<string, Json>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
