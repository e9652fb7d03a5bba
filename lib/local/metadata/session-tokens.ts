import { randomUUID } from 'node:crypto';

/** IMDSv2 session tokens; each is good for one instance and a limited time. */
export class SessionTokens {
  readonly #tokens = new Map<string, { readonly instanceId: string; readonly expiresAtMs: number }>();

  /** `nowMs` is epoch milliseconds. */
  issue(instanceId: string, ttlSeconds: number, nowMs: number): string {
    for (const [token, { expiresAtMs }] of this.#tokens) if (expiresAtMs <= nowMs) this.#tokens.delete(token);
    const token = randomUUID();
    this.#tokens.set(token, { instanceId, expiresAtMs: nowMs + ttlSeconds * 1000 });
    return token;
  }

  isValid(token: string, instanceId: string, nowMs: number): boolean {
    const held = this.#tokens.get(token);
    return held !== undefined && held.instanceId === instanceId && nowMs < held.expiresAtMs;
  }
}
