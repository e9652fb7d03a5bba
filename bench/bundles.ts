/**
 * Size and import time of what is deployed: `node bench/bundles.ts`. Each import happens in a fresh process, because a
 * cold start is what it stands for; the fastest run says what the code costs, the median what the machine adds.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { gzipSync } from 'node:zlib';
import { build } from '../scripts/build.ts';

const RUNS = 15;

/** Milliseconds that one import takes in a process of its own. */
function importMs(file: string): number {
  const program = `
    const before = performance.now();
    await import(${JSON.stringify(pathToFileURL(file).href)});
    process.stdout.write(String(performance.now() - before));`;
  return Number(execFileSync(process.execPath, ['--input-type=module', '-e', program], { encoding: 'utf8' }));
}

function sizes(folder: string): { readonly files: number; readonly bytes: number; readonly gzippedBytes: number } {
  const contents = readdirSync(folder).map((name) => readFileSync(join(folder, name)));
  const sum = (numbers: readonly number[]): number => numbers.reduce((total, each) => total + each, 0);
  return {
    files: contents.length,
    bytes: sum(contents.map((content) => content.length)),
    gzippedBytes: sum(contents.map((content) => gzipSync(content).length)),
  };
}

const kib = (bytes: number): string => `${Math.round(bytes / 1024)} KiB`;
const ms = (milliseconds: number | undefined): string => `${(milliseconds ?? Number.NaN).toFixed(1)} ms`;

const folder = mkdtempSync(join(tmpdir(), 'bundles-'));
try {
  await build(folder);
  const handlers = ['provision', 'reap'];
  const times = new Map<string, number[]>(handlers.map((handler) => [handler, []]));
  // Interleaved, so that a busy moment of the machine hits both.
  for (let run = 0; run < RUNS; run += 1)
    for (const handler of handlers) times.get(handler)?.push(importMs(join(folder, handler, 'index.mjs')));
  const rows = handlers.map((handler) => {
    const { files, bytes, gzippedBytes } = sizes(join(folder, handler));
    const sorted = times.get(handler)?.toSorted((a, b) => a - b) ?? [];
    return {
      handler,
      files,
      size: kib(bytes),
      gzipped: kib(gzippedBytes),
      fastest: ms(sorted[0]),
      median: ms(sorted[Math.floor(sorted.length / 2)]),
    };
  });
  const worker = readFileSync(join(folder, 'provision', 'worker.mjs'));
  console.log(`Node ${process.version}, ${process.platform} ${process.arch}, ${RUNS} imports each`);
  console.table(rows);
  console.log(`worker.mjs (part of provision): ${kib(worker.length)}, gzipped ${kib(gzipSync(worker).length)}`);
} finally {
  rmSync(folder, { recursive: true });
}
