/** A number of a Region, the same in each run: 0 for us-east-1, for the others the FNV-1a hash of the name, 1 to 2^32 - 1. */
export function regionCode(region: string): number {
  return region === 'us-east-1' ? 0 : hashOf(region) || 1;
}

/** FNV-1a of a text, 0 to 2^32 - 1: equal texts give equal numbers in each run. */
export function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (const byte of Buffer.from(text)) hash = Math.imul(hash ^ byte, 0x01000193) >>> 0;
  return hash;
}
