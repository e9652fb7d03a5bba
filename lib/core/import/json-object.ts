/** A JSON object of unknown content. */
export type JsonObject = Readonly<Record<string, unknown>>;

export const isJsonObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Does the object, or one within it, hold a `null`? Lists are not looked into: they are taken as they are. */
export const holdsNull = (value: unknown): boolean =>
  value === null || (isJsonObject(value) && Object.values(value).some(holdsNull));

/** JSON text that is equal for equal values, whatever the order of their keys; `undefined` is a value of its own. */
export function sameText(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(sameText).join(',')}]`;
  if (!isJsonObject(value)) return JSON.stringify(value) ?? 'undefined';
  const keys = Object.keys(value).sort();
  return `{${keys.map((key) => `${JSON.stringify(key)}:${sameText(value[key])}`).join(',')}}`;
}
