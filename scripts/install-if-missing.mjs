// Plain JavaScript without imports from node_modules: it runs on the Node that npm itself runs on (20 or later),
// before anything is installed.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const installed = `${root}node_modules/.package-lock.json`;
const stamp = `${root}node_modules/.installed-from`;
const lock = readFileSync(`${root}package-lock.json`, 'utf8');

function isCurrent() {
  return existsSync(installed) && existsSync(stamp) && readFileSync(stamp, 'utf8') === lock;
}

if (!isCurrent()) {
  process.stdout.write('Installing dependencies (npm ci) ...\n');
  const { status } = spawnSync('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: root,
    stdio: 'inherit',
    shell: process.platform === 'win32',
  });
  if (status !== 0) process.exit(status ?? 1);
  writeFileSync(stamp, lock);
}
