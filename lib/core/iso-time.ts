import type { EpochMillis } from './units.ts';

/** An instant as people and EventBridge write it: `2026-01-02T03:04:05.000Z`. */
// biome-ignore lint/style/noRestrictedGlobals: writes an instant that it is given, and asks no clock.
export const isoTime = (at: EpochMillis): string => new Date(at).toISOString();
