import * as z from 'zod';
import type { Problem } from '../problem.ts';
import { problemsOf } from '../zod-problems-schema.ts';

const object = z.record(z.string(), z.unknown());

const launchConfigSchema = z.looseObject({
  region: z.string(),
  launchConfig: z.looseObject({ ImageId: z.string(), InstanceType: z.string() }),
  // The place of the capacity until 2024; workerManager holds it since.
  capacityPerInstance: z.int().min(1).optional(),
  workerConfig: object.optional(),
  additionalUserData: object.optional(),
  archived: z.boolean().optional(),
  isArchived: z.boolean().optional(),
  workerManager: z
    .looseObject({
      launchConfigId: z.string().optional(),
      capacityPerInstance: z.int().min(1).optional(),
      initialWeight: z.number().min(0).max(1).optional(),
      maxCapacity: z.int().min(0).optional(),
    })
    .optional(),
});

const seconds = z.int().min(0).optional();

/**
 * A worker pool of Taskcluster's worker-manager with an AWS provider (worker-pool-full.yml, config-aws.yml and
 * worker-lifecycle.yml of taskcluster/taskcluster). Unknown keys are kept, to be reported.
 */
const oldWorkerPoolSchema = z.looseObject({
  workerPoolId: z.string().regex(/^[^/]+\/[^/]+$/, 'of the form provisioner/worker'),
  providerId: z.string().default('aws'),
  description: z.string().default(''),
  owner: z.string().default(''),
  config: z.looseObject({
    minCapacity: z.int().min(0),
    maxCapacity: z.int().min(0),
    // Absent means 1 in worker-manager's estimator.
    scalingRatio: z.number().min(0).max(1).default(1),
    lifecycle: z
      .looseObject({ registrationTimeout: seconds, reregistrationTimeout: seconds, queueInactivityTimeout: seconds })
      .default({}),
    launchConfigs: z.array(launchConfigSchema).min(1),
  }),
});
export type OldWorkerPool = z.output<typeof oldWorkerPoolSchema>;
export type OldLaunchConfig = OldWorkerPool['config']['launchConfigs'][number];

/** Reads a worker pool of worker-manager, or says everything that is wrong with it. */
export function parseOldWorkerPool(
  document: unknown,
):
  | { readonly kind: 'valid'; readonly old: OldWorkerPool }
  | { readonly kind: 'invalid'; readonly problems: Problem[] } {
  const result = oldWorkerPoolSchema.safeParse(document);
  if (result.success) return { kind: 'valid', old: result.data };
  return { kind: 'invalid', problems: problemsOf(result.error.issues, document) };
}
