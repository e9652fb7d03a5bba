import * as z from 'zod';

/** The body of an SQS message that the reference worker runs: one child process. */
export const taskSchema = z.strictObject({
  command: z.array(z.string()).min(1).describe('Program and arguments; no shell is involved.'),
  env: z.record(z.string(), z.string()).default({}).describe('Added to the environment of the worker.'),
  maxRunTimeSeconds: z.int().min(1).max(43_200).default(3600).describe('The task is killed and fails after this time.'),
});
export type Task = z.output<typeof taskSchema>;
