import { gunzipSync, gzipSync } from 'node:zlib';
import type { WorkerSettings } from '../core/worker-settings-schema.ts';

/** EC2's limit on user data, counted before base64 (EC2 user guide, "Work with instance user data"). */
const MAX_USER_DATA_BYTES = 16_384;
/** Byte of the gzip header that names the operating system (RFC 1952); 255 is "unknown". */
const GZIP_OS_OFFSET = 9;

const FOLDER = '/opt/spot-worker';
const SETTINGS_FILE = `${FOLDER}/settings.json`;

/**
 * User data of an instance. `image`: the settings as JSON, for images that start their own worker.
 * `amazon-linux-2023`: a gzipped script, which cloud-init unpacks, that installs and starts `workerProgram`.
 * The same input gives the same bytes. Throws when the result is too large for EC2.
 */
export function workerUserData(
  settings: WorkerSettings,
  install: 'image' | 'amazon-linux-2023',
  workerProgram: string,
): Uint8Array {
  const json = JSON.stringify(settings);
  const userData = install === 'image' ? new TextEncoder().encode(json) : gzip(installScript(json, workerProgram));
  if (userData.length > MAX_USER_DATA_BYTES) {
    throw new Error(
      `user data of ${settings.workerType} is ${userData.length} bytes long, EC2 takes ${MAX_USER_DATA_BYTES}: shorten the definition's userData`,
    );
  }
  return userData;
}

/** The settings that an installer made here would write; undefined when the bytes are no such installer. */
export function settingsInInstaller(userData: Uint8Array): string | undefined {
  try {
    const script = gunzipSync(userData).toString('utf8');
    const start = script.indexOf(openingOf(SETTINGS_FILE));
    if (start < 0) return undefined;
    const [, packed = ''] = script.slice(start).split(/\n([A-Za-z0-9+/=\n]+)\nEND\n/, 2);
    return gunzipSync(Buffer.from(packed, 'base64')).toString('utf8');
  } catch {
    return undefined;
  }
}

function gzip(text: string): Uint8Array {
  const bytes = gzipSync(text, { level: 9 });
  bytes[GZIP_OS_OFFSET] = 255;
  return bytes;
}

const openingOf = (file: string): string => `base64 -d <<'END' | gunzip >${file}`;

/** Base64 of gzip: no content can end the here-document early, and packing it a second time makes up for base64. */
const hereDocument = (file: string, content: string): string => `${openingOf(file)}
${Buffer.from(gzip(content))
  .toString('base64')
  .replace(/.{76}(?=.)/g, '$&\n')}
END`;

/**
 * The installer. Amazon Linux locks its repositories to the image's release, so a very old image may lack nodejs24;
 * like every failure here, that powers the machine off instead of leaving it to idle.
 */
const installScript = (settingsJson: string, workerProgram: string): string => `#!/bin/bash
trap 'shutdown -h now' ERR
set -Eeuo pipefail
timeout 600 dnf install -y nodejs24
getent passwd spot-worker >/dev/null || useradd --system --create-home --home-dir /var/lib/spot-worker --shell /sbin/nologin spot-worker
mkdir -p ${FOLDER}
${hereDocument(`${FOLDER}/worker.mjs`, workerProgram)}
${hereDocument(SETTINGS_FILE, settingsJson)}
cat >/etc/systemd/system/spot-worker.service <<'END'
${UNIT}
END
systemctl daemon-reload
systemctl start spot-worker.service
`;

/**
 * The worker's end is the machine's end, whatever its cause: ExecStopPost also follows a start that failed. SIGTERM
 * goes to the worker alone (mixed), which then gives its tasks back.
 */
const UNIT = `[Unit]
Description=Spot worker
Wants=network-online.target
After=network-online.target
[Service]
Type=exec
User=spot-worker
WorkingDirectory=/var/lib/spot-worker
Environment=SPOT_WORKER_SETTINGS_FILE=${SETTINGS_FILE}
ExecStart=/usr/bin/node-24 ${FOLDER}/worker.mjs
ExecStopPost=+/usr/sbin/shutdown -h now
Restart=no
KillMode=mixed
TimeoutStopSec=60`;
