// An example of a task's program: hashes and compresses one file.
// Usage: node hash-and-compress.mjs SOURCE RESULT   writes RESULT.gz and, last, RESULT.json
import { createHash } from 'node:crypto';
import { readFile, rename, writeFile } from 'node:fs/promises';
import { gzipSync } from 'node:zlib';

const [source, result] = process.argv.slice(2);
if (source === undefined || result === undefined) {
  console.error('Usage: node hash-and-compress.mjs SOURCE RESULT');
  process.exit(2);
}

const startedAt = Date.now();
const content = await readFile(source);
const compressed = gzipSync(content, { level: 9 });
const report = {
  source,
  sha256: createHash('sha256').update(content).digest('hex'),
  bytes: content.length,
  compressedBytes: compressed.length,
  worker: process.env.SPOT_WORKER_INSTANCE_ID ?? null,
  startedAt,
  finishedAt: Date.now(),
};

// A task may run twice, and a worker may die in the middle: whole files appear by renaming, the report last.
await writeWhole(`${result}.gz`, compressed);
await writeWhole(`${result}.json`, JSON.stringify(report, null, 2));

async function writeWhole(file, content) {
  const draft = `${file}.${process.pid}`;
  await writeFile(draft, content);
  await rename(draft, file);
}
