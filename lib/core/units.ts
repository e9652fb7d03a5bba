/** Branded quantities: a number that says what it measures, so that the compiler rejects a mix-up at a seam. */
declare const unit: unique symbol;
type Quantity<Unit extends string> = number & { readonly [unit]: Unit };

/** Milliseconds since 1970-01-01T00:00:00Z. */
export type EpochMillis = Quantity<'epoch-ms'>;

/** Brands a number of milliseconds since the epoch. */
export const epochMillis = (value: number): EpochMillis => value as EpochMillis;

/** The instant `seconds` after `from` (before, when negative). */
export const secondsAfter = (from: EpochMillis, seconds: number): EpochMillis => epochMillis(from + seconds * 1000);

/** Whole and fractional seconds from `from` until `to`; negative when `to` is earlier. */
export const secondsBetween = (from: EpochMillis, to: EpochMillis): number => (to - from) / 1000;
