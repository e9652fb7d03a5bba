import { isJsonObject, type JsonObject } from './json-object.ts';

/**
 * The old cascade replaces the value of a top-level key as a whole; ours merges objects to any depth. A layer that is
 * to mean the same deletes, with `null`, whatever an earlier layer may have said inside an object.
 *
 * @param layer what the old layer says
 * @param earlier every object that the layers before it can add up to
 */
export function replacingLayer(layer: JsonObject, earlier: readonly JsonObject[]): Record<string, unknown> {
  return fromEntries(
    Object.entries(layer).map(([key, value]) => [
      key,
      replacing(
        value,
        earlier.map((each) => own(each, key)),
      ),
    ]),
  );
}

function replacing(value: unknown, earlier: readonly unknown[]): unknown {
  if (value === null) return earlier.some((each) => each !== undefined && each !== null) ? null : undefined;
  if (!isJsonObject(value)) return value;
  const objects = earlier.filter(isJsonObject);
  const leftovers = new Set(objects.flatMap(Object.keys).filter((key) => own(value, key) === undefined));
  return fromEntries([
    ...Object.entries(value).map(
      ([key, each]) =>
        [
          key,
          replacing(
            each,
            objects.map((object) => own(object, key)),
          ),
        ] as const,
    ),
    ...[...leftovers].map((key) => [key, null] as const),
  ]);
}

const own = (object: JsonObject, key: string): unknown => (Object.hasOwn(object, key) ? object[key] : undefined);

const fromEntries = (entries: readonly (readonly [string, unknown])[]): Record<string, unknown> =>
  Object.fromEntries(entries.filter(([, value]) => value !== undefined));
