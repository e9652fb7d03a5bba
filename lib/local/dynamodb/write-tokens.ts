import { createHash } from 'node:crypto';
import { AwsError } from '../aws-json/aws-error.ts';
import type { Json } from './engine.ts';

/** How long a ClientRequestToken is honoured, from the API reference of TransactWriteItems. */
const TOKEN_LIFETIME_MS = 10 * 60_000;

/** Makes TransactWriteItems idempotent by its ClientRequestToken. The tokens do not outlive the process. */
export class WriteTokens {
  readonly #applied = new Map<string, { readonly hash: string; readonly atMs: number }>();

  /** Whether this very request was applied before; throws IdempotentParameterMismatchException for another one. */
  isRepeat(input: Json, nowMs: number): boolean {
    this.#dropExpired(nowMs);
    const earlier = this.#applied.get(String(input['ClientRequestToken']));
    if (earlier === undefined) return false;
    if (earlier.hash === hashOf(input)) return true;
    const problem = 'This token was used with other parameters.';
    throw new AwsError('IdempotentParameterMismatchException', problem);
  }

  /** Remembers a request that was applied. */
  remember(input: Json, nowMs: number): void {
    const token = input['ClientRequestToken'];
    if (typeof token === 'string') this.#applied.set(token, { hash: hashOf(input), atMs: nowMs });
  }

  #dropExpired(nowMs: number): void {
    for (const [token, { atMs }] of this.#applied) {
      if (nowMs - atMs < TOKEN_LIFETIME_MS) return;
      this.#applied.delete(token);
    }
  }
}

function hashOf(input: Json): string {
  return createHash('sha256').update(JSON.stringify(input['TransactItems'])).digest('hex');
}
