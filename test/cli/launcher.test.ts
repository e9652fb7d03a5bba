import { spawnSync } from 'node:child_process';
import { chmodSync, cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

describe('bin/provisioner', () => {
  let folder = '';
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'launcher-'));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  const run = (file: string, args: readonly string[], env: Record<string, string> = {}) =>
    spawnSync(file, args, { cwd: folder, encoding: 'utf8', env: { PATH: '/usr/bin:/bin', ...env } });

  it('runs from any folder and through a symbolic link, and hands the exit code on', () => {
    const link = join(folder, 'linked');
    symlinkSync(resolve('bin/provisioner'), link);
    const help = run(link, ['--help']);
    expect(help).toMatchObject({ status: 0, stderr: '' });
    expect(help.stdout).toContain('Usage: provisioner');
    expect(run(link, ['stauts']).status).toBe(2);
  });

  it('answers AWS being out of reach with exit code 1 and no stack trace', () => {
    const { status, stderr } = run(resolve('bin/provisioner'), ['worker-types', 'list', '--json'], {
      PROVISIONER_ID: 'ci',
      AWS_REGION: 'us-east-1',
      AWS_ACCESS_KEY_ID: 'x',
      AWS_SECRET_ACCESS_KEY: 'x',
      // Nothing listens on the discard port.
      AWS_ENDPOINT_URL: 'http://127.0.0.1:9',
    });
    expect(status).toBe(1);
    expect(JSON.parse(stderr)).toMatchObject({ error: { kind: 'failure', exitCode: 1 } });
  });

  it('refuses a Node.js that cannot run it, and says what to do', () => {
    mkdirSync(join(folder, 'copy/bin'), { recursive: true });
    mkdirSync(join(folder, 'path'));
    cpSync('bin/provisioner', join(folder, 'copy/bin/provisioner'));
    writeFileSync(join(folder, 'path/node'), '#!/bin/sh\necho v20.1.0\n');
    chmodSync(join(folder, 'path/node'), 0o755);
    const { status, stderr } = run(join(folder, 'copy/bin/provisioner'), [], {
      PATH: `${join(folder, 'path')}:/usr/bin:/bin`,
    });
    expect(status).toBe(1);
    expect(stderr).toMatch(/Node\.js 24 or later is needed, found v20\.1\.0; run "npm ci"/);
  });
});
