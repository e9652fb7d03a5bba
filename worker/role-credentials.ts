import type { MetadataClient } from './metadata-client.ts';

/** Keys of the instance role. */
export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken: string;
}

type Metadata = Pick<MetadataClient, 'get'>;

const PATH = 'meta-data/iam/security-credentials/';
/** EC2 shows new keys at least five minutes before the old ones expire. */
const REFRESH_BEFORE_EXPIRY_MS = 5 * 60_000;

/** The instance role's keys, read again before they expire. */
export class RoleCredentials {
  readonly #metadata: Metadata;
  #held: { readonly keys: Credentials; readonly expiresAtMs: number } | undefined;

  constructor(metadata: Metadata) {
    this.#metadata = metadata;
  }

  /** Keys that are valid now. Throws when there are none. */
  async current(): Promise<Credentials> {
    const held = this.#held;
    if (held !== undefined && Date.now() < held.expiresAtMs - REFRESH_BEFORE_EXPIRY_MS) return held.keys;
    try {
      this.#held = await this.#read();
      return this.#held.keys;
    } catch (error) {
      if (held !== undefined && Date.now() < held.expiresAtMs) return held.keys;
      throw error;
    }
  }

  /** Forgets keys that AWS refused. */
  discard(): void {
    this.#held = undefined;
  }

  async #read(): Promise<{ readonly keys: Credentials; readonly expiresAtMs: number }> {
    const role = (await this.#metadata.get(PATH))?.split('\n')[0];
    if (!role) throw new Error('the instance has no role: no credentials');
    const found = JSON.parse((await this.#metadata.get(PATH + role)) ?? '{}');
    if (!found.AccessKeyId || !found.SecretAccessKey) throw new Error(`no credentials for the role ${role}`);
    return {
      keys: { accessKeyId: found.AccessKeyId, secretAccessKey: found.SecretAccessKey, sessionToken: found.Token },
      expiresAtMs: Date.parse(found.Expiration),
    };
  }
}
