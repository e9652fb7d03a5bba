import { gunzipSync } from 'node:zlib';

/** First two bytes of gzip (RFC 1952). */
const GZIP_MAGIC = [0x1f, 0x8b];
const SETTINGS = /^base64 -d <<'END' \| gunzip >\S*\/settings\.json\n([\s\S]*?)\nEND$/m;

/**
 * The settings that an installer script would write to the machine, undefined when the user data is no script. Local
 * machines have nothing to install: they run the worker that is here, with these settings.
 */
export function installedSettings(userData: Uint8Array): string | undefined {
  if (userData[0] !== GZIP_MAGIC[0] || userData[1] !== GZIP_MAGIC[1]) return undefined;
  const packed = SETTINGS.exec(gunzipSync(userData).toString())?.[1];
  if (packed === undefined) return undefined;
  return gunzipSync(Buffer.from(packed, 'base64')).toString();
}
