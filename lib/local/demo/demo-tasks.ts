import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Task } from '../../core/task-schema.ts';

/** One demo task: the file to work on and where its results go (`<result>.json`, `<result>.gz`). */
export interface DemoTask {
  readonly source: string;
  readonly result: string;
}

/** Large enough to be work, small enough that two hundred of them are done within a minute. */
const MIN_BYTES = 20_000;
const MAX_BYTES = 2_000_000;

/** `count` tasks on real files below `sourceFolder`, the same ones each time. Throws when there are too few files. */
export function demoTasks(count: number, sourceFolder: string, resultFolder: string): DemoTask[] {
  const tasks: DemoTask[] = [];
  for (const source of filesBelow(sourceFolder)) {
    if (tasks.length === count) return tasks;
    const { size } = statSync(source);
    if (size < MIN_BYTES || size > MAX_BYTES) continue;
    tasks.push({ source, result: join(resultFolder, `task-${String(tasks.length + 1).padStart(4, '0')}`) });
  }
  if (tasks.length < count) throw new Error(`only ${tasks.length} of ${count} files were found below ${sourceFolder}`);
  return tasks;
}

/** The SQS message of a demo task. */
export const demoMessage = ({ source, result }: DemoTask, program: string): Partial<Task> => ({
  command: [process.execPath, program, source, result],
  maxRunTimeSeconds: 60,
});

function* filesBelow(folder: string): Generator<string> {
  const entries = readdirSync(folder, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1));
  for (const entry of entries) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) yield* filesBelow(path);
    else if (entry.isFile()) yield path;
  }
}
