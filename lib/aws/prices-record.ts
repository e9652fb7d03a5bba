import * as z from 'zod';
import type { WantedPrices } from '../control/ports.ts';
import { type EpochMillis, epochMillis } from '../core/units.ts';
import { type Item, showItem } from './dynamo-tables.ts';

/** Spot prices move slowly: EC2 adjusts them by long-term supply and demand. */
const FRESH_MS = 5 * 60_000;
/** A type that nobody wanted for this long is not read any more. */
const REMEMBER_WANTED_MS = 3_600_000;

const recordSchema = z.object({
  region: z.string(),
  platform: z.enum(['linux', 'windows']),
  readAt: z.number().transform(epochMillis),
  usdPerHour: z.record(z.string(), z.number().positive()),
  /** When each type that was read was last wanted, epoch milliseconds; also of those that are not offered. */
  wantedAt: z.record(z.string(), z.number()),
});

/** The prices of a region and platform as the state table keeps them. */
export type PricesRecord = Readonly<z.output<typeof recordSchema>>;

/** The record in an item; none in an item that is no record, which the next one replaces. */
export function readPricesRecord(item: Item): PricesRecord[] {
  const parsed = recordSchema.safeParse(showItem(item));
  return parsed.success ? [parsed.data] : [];
}

/** Is the record young enough, and was it read for everything that is wanted? */
export function serves(record: PricesRecord | undefined, wanted: WantedPrices, now: EpochMillis): boolean {
  // A time to come is as wrong as one long past: some clock went astray.
  if (record === undefined || Math.abs(now - record.readAt) >= FRESH_MS) return false;
  return wanted.instanceTypes.every((type) => Object.hasOwn(record.wantedAt, type));
}

/** What to read in place of the record: the types wanted now, and those that somebody wanted of late. */
export function wantedTimes(
  record: PricesRecord | undefined,
  wanted: WantedPrices,
  now: EpochMillis,
): PricesRecord['wantedAt'] {
  const remembered = Object.entries(record?.wantedAt ?? {}).filter(([, at]) => now - at < REMEMBER_WANTED_MS);
  return Object.fromEntries([...remembered, ...wanted.instanceTypes.map((type) => [type, now] as const)]);
}
