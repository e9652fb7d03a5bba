/** A task: hashes its own name. Usage: node task.ts FOLDER NAME [hang], which hangs when it runs for the first time. */
import { createHash } from 'node:crypto';
import { appendFileSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const [folder = '', name = '', mode] = process.argv.slice(2);
const starts = join(folder, `${name}.starts`);
appendFileSync(starts, `${process.env['SPOT_WORKER_INSTANCE_ID']} ${process.pid}\n`);
const isFirst = readFileSync(starts, 'utf8').trim().split('\n').length === 1;
if (mode === 'hang' && isFirst) {
  setInterval(() => undefined, 60_000);
} else {
  const draft = join(folder, `${name}.${process.pid}`);
  writeFileSync(draft, createHash('sha256').update(name).digest('hex'));
  renameSync(draft, join(folder, `${name}.result`));
}
