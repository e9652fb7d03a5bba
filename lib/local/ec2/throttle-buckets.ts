import { Ec2Error } from './ec2-error.ts';
import type { ThrottleLimit } from './world-settings.ts';

interface Bucket {
  tokens: number;
  at: number;
}

/** EC2's request token buckets, one an action. */
export class ThrottleBuckets {
  readonly #buckets = new Map<string, Bucket>();

  /** Takes one token for a call at `now` (epoch milliseconds). Throws RequestLimitExceeded when the bucket is empty. */
  take(action: string, limit: ThrottleLimit | undefined, now: number): void {
    if (limit === undefined) return;
    const bucket = this.#buckets.get(action) ?? { tokens: limit.maxTokens, at: now };
    const refilled = bucket.tokens + ((now - bucket.at) / 1_000) * limit.refillPerSecond;
    const tokens = Math.min(limit.maxTokens, refilled);
    this.#buckets.set(action, { tokens: tokens >= 1 ? tokens - 1 : tokens, at: now });
    if (tokens < 1) throw new Ec2Error('RequestLimitExceeded', 'Request limit exceeded.');
  }
}
