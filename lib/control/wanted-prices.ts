import type { Platform } from '../core/price-book.ts';
import type { WantedPrices } from './ports.ts';

/** Names the prices of a region and platform: `us-east-1#linux`. */
export const pricesKey = ({ region, platform }: { readonly region: string; readonly platform: Platform }): string =>
  `${region}#${platform}`;

/** Each region and platform once, with every type that is wanted of it, each type once; nothing for no type. */
export function mergeWanted(wanted: readonly WantedPrices[]): WantedPrices[] {
  const merged = new Map<string, WantedPrices>();
  for (const { region, platform, instanceTypes } of wanted) {
    const key = pricesKey({ region, platform });
    const types = new Set([...(merged.get(key)?.instanceTypes ?? []), ...instanceTypes]);
    if (types.size > 0) merged.set(key, { region, platform, instanceTypes: [...types] });
  }
  return [...merged.values()];
}
