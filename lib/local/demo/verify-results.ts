import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { gunzipSync } from 'node:zlib';
import pMap from 'p-map';
import * as z from 'zod';
import type { DemoTask } from './demo-tasks.ts';

const reportSchema = z.object({ sha256: z.string(), startedAt: z.number(), finishedAt: z.number() });

/** A result that was checked against its source, or what is wrong with it. Times in epoch milliseconds. */
export type CheckedResult =
  | { readonly kind: 'correct'; readonly startedAt: number; readonly finishedAt: number }
  | { readonly kind: 'wrong'; readonly task: DemoTask; readonly cause: string };

/** Checks every result on disk against its source file: the hash, and that unpacking gives the file back. */
export function verifyResults(tasks: readonly DemoTask[]): Promise<CheckedResult[]> {
  return pMap(tasks, verify, { concurrency: 8 });
}

async function verify(task: DemoTask): Promise<CheckedResult> {
  try {
    const [source, json, compressed] = await Promise.all([
      readFile(task.source),
      readFile(`${task.result}.json`, 'utf8'),
      readFile(`${task.result}.gz`),
    ]);
    const { sha256, startedAt, finishedAt } = reportSchema.parse(JSON.parse(json));
    if (sha256 !== createHash('sha256').update(source).digest('hex'))
      return { kind: 'wrong', task, cause: 'wrong hash' };
    if (!gunzipSync(compressed).equals(source)) return { kind: 'wrong', task, cause: 'unpacks to something else' };
    return { kind: 'correct', startedAt, finishedAt };
  } catch (error) {
    return { kind: 'wrong', task, cause: String(error) };
  }
}
