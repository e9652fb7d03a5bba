import type { Task } from '../lib/core/task-schema.ts';
import { FieldReader, type Parsed } from './document.ts';

/** Reads the body of a message. Accepts and answers exactly what `taskSchema` does. */
export function parseTask(body: string): Parsed<Task> {
  const read = new FieldReader(body);
  read.only(['command', 'env', 'maxRunTimeSeconds']);
  return read.result({
    command: read.strings('command'),
    env: read.stringMap('env'),
    maxRunTimeSeconds: read.integer('maxRunTimeSeconds', 1, 43_200, 3600),
  });
}
