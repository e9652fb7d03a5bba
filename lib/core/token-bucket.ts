import { type EpochMillis, epochMillis } from './units.ts';

/** A bucket of tokens that fills at a steady rate. */
export interface TokenBucket {
  readonly tokens: number;
  readonly at: EpochMillis;
}

export interface BucketLimits {
  readonly maxTokens: number;
  readonly refillPerSecond: number;
}

/** The bucket as it stands at `now`. */
function refilled(
  { tokens, at }: TokenBucket,
  { maxTokens, refillPerSecond }: BucketLimits,
  now: EpochMillis,
): TokenBucket {
  const gained = (Math.max(0, now - at) / 1000) * refillPerSecond;
  // A clock that is behind the one before it must not let the same seconds count twice.
  return { tokens: Math.min(maxTokens, tokens + gained), at: at > now ? at : now };
}

/** One token taken, or when there will be one. */
export function takeToken(
  bucket: TokenBucket,
  limits: BucketLimits,
  now: EpochMillis,
):
  | { readonly kind: 'granted'; readonly bucket: TokenBucket }
  | { readonly kind: 'exhausted'; readonly retryAt: EpochMillis } {
  const full = refilled(bucket, limits, now);
  if (full.tokens >= 1) return { kind: 'granted', bucket: { ...full, tokens: full.tokens - 1 } };
  return {
    kind: 'exhausted',
    retryAt: epochMillis(now + Math.ceil(((1 - full.tokens) / limits.refillPerSecond) * 1000)),
  };
}

/**
 * Launch requests to EC2 in one region. EC2's own bucket for CreateFleet is 50, refilled by 5 a second, for the whole
 * account; a part of it is left to others.
 */
export const LAUNCH_BUDGET: BucketLimits = { maxTokens: 40, refillPerSecond: 4 };
