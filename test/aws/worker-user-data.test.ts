import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { settingsInInstaller, workerUserData } from '../../lib/aws/worker-user-data.ts';
import { type WorkerSettings, workerSettingsSchema } from '../../lib/core/worker-settings-schema.ts';
import { bundleWorker } from '../../scripts/worker-bundle.ts';

const aSettings = (userData: WorkerSettings['userData'] = {}): WorkerSettings => ({
  contract: 1,
  provisionerId: 'production',
  workerType: 'thumbnails',
  definitionVersion: 7,
  capacity: 4,
  region: 'eu-central-1',
  queueUrls: ['https://sqs.eu-central-1.amazonaws.com/111122223333/thumbnails'],
  idleTimeoutSeconds: 300,
  maxUptimeSeconds: 259_200,
  userData,
  secrets: { NPM_TOKEN: 'ssm:/ci/npm-token' },
});

const AWKWARD = {
  shell: `$(reboot) \`id\` "double" 'single' \\ $HOME !! EOF\nEND\nEND_OF_FILE\n`,
  unicode: 'Grüße, 世界 \u0000 \u2028 😀',
  __nested: [null, { 'key with $': true }],
};

describe('user data of an image with its own worker', () => {
  it('is the settings as JSON and nothing else', () => {
    const bytes = workerUserData(aSettings(AWKWARD), 'image', 'unused');
    expect(workerSettingsSchema.parse(JSON.parse(new TextDecoder().decode(bytes)))).toEqual(aSettings(AWKWARD));
  });

  it('that is too large for EC2 is refused with its size', () => {
    const large = aSettings({ text: 'x'.repeat(16_384) });
    expect(() => workerUserData(large, 'image', '')).toThrow(/user data of thumbnails is 16\d{3} bytes long/);
  });
});

describe('user data that installs the worker on Amazon Linux 2023', () => {
  let program: string;
  let folder: string;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'user-data-'));
    program = await bundleWorker(join(folder, 'bundle.mjs'));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const scriptFor = (settings: WorkerSettings) =>
    gunzipSync(workerUserData(settings, 'amazon-linux-2023', program)).toString('utf8');

  /** Runs the script with its folders moved and every command that changes a machine only noted. */
  const dryInstall = (name: string, script: string, failing = 'none') => {
    const root = mkdtempSync(join(folder, `${name}-`));
    const stubs = ['shutdown', 'timeout', 'useradd', 'systemctl'].map(
      (command) => `${command}() { echo "${command} $*"; [ ${command} != ${failing} ]; }`,
    );
    const moved = script.replaceAll('/opt/spot-worker', `${root}/opt`).replace('/etc/systemd/system', root);
    const { stdout, stderr } = spawnSync('bash', ['-c', `${stubs.join('\n')}\n${moved}`], { encoding: 'utf8' });
    return { root, commands: stdout.trim().split('\n'), stderr };
  };

  it('is a script that bash can read', () => {
    const file = join(folder, 'script.sh');
    writeFileSync(file, scriptFor(aSettings(AWKWARD)));
    expect(spawnSync('bash', ['-n', file], { encoding: 'utf8' })).toMatchObject({ status: 0, stderr: '' });
    expect(readFileSync(file, 'utf8')).toMatch(/^#!\/bin\/bash\ntrap 'shutdown -h now' ERR\n/);
  });

  it('writes the worker byte for byte, the settings whatever they hold, and a unit that powers off', () => {
    const { root, commands, stderr } = dryInstall('whole', scriptFor(aSettings(AWKWARD)));
    expect(stderr).toBe('');
    expect(commands).toEqual([
      'timeout 600 dnf install -y nodejs24',
      expect.stringMatching(/^useradd --system .* spot-worker$/),
      'systemctl daemon-reload',
      'systemctl start spot-worker.service',
    ]);
    expect(readFileSync(join(root, 'opt/worker.mjs'), 'utf8')).toBe(program);
    expect(JSON.parse(readFileSync(join(root, 'opt/settings.json'), 'utf8'))).toEqual(aSettings(AWKWARD));
    const unit = readFileSync(join(root, 'spot-worker.service'), 'utf8').split('\n');
    expect(unit).toEqual(
      expect.arrayContaining([
        'User=spot-worker',
        expect.stringMatching(/^ExecStart=\/usr\/bin\/node-24 .*\/worker\.mjs$/),
        'ExecStopPost=+/usr/sbin/shutdown -h now',
        'Restart=no',
      ]),
    );
  });

  it.each(['timeout', 'useradd', 'systemctl'])('powers the machine off when %s fails', (failing) => {
    const { commands } = dryInstall('failing', scriptFor(aSettings()), failing);
    expect(commands.at(-1)).toBe('shutdown -h now');
    expect(commands).not.toContain('systemctl start spot-worker.service');
  });

  it('is the same bytes for the same input', () => {
    const [first, second] = [1, 2].map(() => workerUserData(aSettings(), 'amazon-linux-2023', program));
    expect(first).toEqual(second);
  });

  it('leaves room for the settings of any definition', () => {
    expect(gzipSync(program).length).toBeLessThan(11_000);
    // 8192 characters is the most that a definition may hold; this text hardly packs at all.
    const userData = { incompressible: randomBytes(6120).toString('base64') };
    expect(workerUserData(aSettings(userData), 'amazon-linux-2023', program).length).toBeLessThanOrEqual(16_384);
  });

  it('that is too large for EC2 is refused with its size', () => {
    const userData = { incompressible: randomBytes(20_000).toString('base64') };
    expect(() => workerUserData(aSettings(userData), 'amazon-linux-2023', program)).toThrow(/EC2 takes 16384/);
  });

  it('tells the settings back, and nothing for other bytes', () => {
    const installer = workerUserData(aSettings(AWKWARD), 'amazon-linux-2023', program);
    expect(JSON.parse(settingsInInstaller(installer) ?? '')).toEqual(aSettings(AWKWARD));
    const others = [gzipSync('#!/bin/bash'), new TextEncoder().encode('{}'), new Uint8Array()];
    expect(others.map(settingsInInstaller)).toEqual([undefined, undefined, undefined]);
  });

  it('carries a bundle that runs by itself', () => {
    const { status, stdout } = spawnSync(process.execPath, [join(folder, 'bundle.mjs')], {
      encoding: 'utf8',
      cwd: '/',
      env: { SPOT_WORKER_SETTINGS_FILE: '/no/such/file' },
    });
    expect(status).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({ event: 'worker-leaving', reason: 'failed-to-start' });
  });
});
