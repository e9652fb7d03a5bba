import * as z from 'zod';

/**
 * What a worker finds in its user data: identity and settings, never a secret. With `workerInstall: image` the user
 * data is this JSON document and nothing else.
 */
export const workerSettingsSchema = z.object({
  contract: z.literal(1).describe('Version of this document.'),
  provisionerId: z.string(),
  workerType: z.string(),
  definitionVersion: z.int(),
  capacity: z.int().min(1).describe('Tasks to run at once on this instance.'),
  region: z.string(),
  queueUrls: z.array(z.string()).min(1).describe('Queues to serve, the first one first.'),
  idleTimeoutSeconds: z.number().positive(),
  maxUptimeSeconds: z.number().positive(),
  userData: z.record(z.string(), z.json()).describe("The definition's own `userData`."),
  secrets: z
    .record(z.string(), z.string())
    .default({})
    .describe('Names of secrets and where they are kept (`ssm:/...`, `secretsmanager:...`); never their values.'),
});
export type WorkerSettings = z.output<typeof workerSettingsSchema>;
