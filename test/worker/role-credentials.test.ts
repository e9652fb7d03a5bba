import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { RoleCredentials } from '../../worker/role-credentials.ts';

const MINUTE_MS = 60_000;

/** A metadata service that hands out key 1, 2, 3 ..., each good for an hour. */
class CountingMetadata {
  reads = 0;
  fails = false;
  role: string | undefined = 'worker-role\n';

  async get(path: string): Promise<string | undefined> {
    if (this.fails) throw new Error('metadata: status 500');
    if (path.endsWith('/')) return this.role;
    this.reads += 1;
    const Expiration = new Date(Date.now() + 60 * MINUTE_MS).toISOString();
    return JSON.stringify({ AccessKeyId: `key-${this.reads}`, SecretAccessKey: 's', Token: 't', Expiration });
  }
}

describe('role credentials', () => {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['Date'] });
  });
  afterEach(() => {
    vi.useRealTimers();
  });
  const keyOf = async (credentials: RoleCredentials) => (await credentials.current()).accessKeyId;

  it('are read once, and again five minutes before they expire', async () => {
    const credentials = new RoleCredentials(new CountingMetadata());
    expect([await keyOf(credentials), await keyOf(credentials)]).toEqual(['key-1', 'key-1']);
    vi.setSystemTime(Date.now() + 54 * MINUTE_MS);
    expect(await keyOf(credentials)).toBe('key-1');
    vi.setSystemTime(Date.now() + 2 * MINUTE_MS);
    expect(await keyOf(credentials)).toBe('key-2');
  });

  it('are used until they expire when new ones cannot be read', async () => {
    const metadata = new CountingMetadata();
    const credentials = new RoleCredentials(metadata);
    await credentials.current();
    metadata.fails = true;
    vi.setSystemTime(Date.now() + 59 * MINUTE_MS);
    expect(await keyOf(credentials)).toBe('key-1');
    vi.setSystemTime(Date.now() + 2 * MINUTE_MS);
    await expect(credentials.current()).rejects.toThrow('status 500');
  });

  it('are read again after AWS refused them', async () => {
    const credentials = new RoleCredentials(new CountingMetadata());
    await credentials.current();
    credentials.discard();
    expect(await keyOf(credentials)).toBe('key-2');
  });

  it('do not exist without a role', async () => {
    const metadata = new CountingMetadata();
    metadata.role = undefined;
    await expect(new RoleCredentials(metadata).current()).rejects.toThrow('the instance has no role');
  });
});
