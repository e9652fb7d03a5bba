import type { WorkerType } from './worker-type-schema.ts';

/** FNV-1a, 64 bits (Fowler, Noll, Vo): not for secrets, good enough to tell two documents apart. */
const OFFSET = 0xcbf29ce484222325n;
const PRIME = 0x100000001b3n;
const MASK = 0xffffffffffffffffn;

/**
 * Changes with everything about a definition that a launch depends on, and with nothing else: an edit by hand may leave
 * `version` as it was, and a better description mends no launch.
 */
export function definitionKey(definition: WorkerType): string {
  const key = known.get(definition) ?? computeKey(definition);
  known.set(definition, key);
  return key;
}

/** A definition never changes, and its key is asked for several times a tick. */
const known = new WeakMap<WorkerType, string>();

function computeKey({ version: _v, description: _d, owner: _o, ...rest }: WorkerType): string {
  const text = canonicalJson(rest);
  let hash = OFFSET;
  for (let index = 0; index < text.length; index += 1) {
    hash = ((hash ^ BigInt(text.charCodeAt(index))) * PRIME) & MASK;
  }
  return hash.toString(16).padStart(16, '0');
}

/** JSON with sorted keys: a document read back from a table has its fields in another order. */
export const canonicalJson = (value: unknown): string =>
  JSON.stringify(value, (_key, part: unknown) =>
    typeof part === 'object' && part !== null && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)))
      : part,
  );
