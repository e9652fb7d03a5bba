import * as z from 'zod';
import type { Problem } from '../problem.ts';
import { problemsOf } from '../zod-problems-schema.ts';

const object = z.record(z.string(), z.unknown());
const capacity = z.number().min(0);

/**
 * A worker type of Taskcluster's aws-provisioner, as its API returned it between 2015 and 2019 (create-worker-type-request.yml
 * and get-worker-type-response.yml of taskcluster/aws-provisioner). Unknown keys are kept, to be reported.
 */
const oldWorkerTypeSchema = z.looseObject({
  workerType: z.string().optional(),
  description: z.string().default(''),
  owner: z.string().default(''),
  launchSpec: object,
  userData: object.default({}),
  minCapacity: capacity.default(0),
  maxCapacity: capacity,
  scalingRatio: z.number().min(0),
  maxPrice: z.number().positive(),
  instanceTypes: z
    .array(
      z.looseObject({
        instanceType: z.string(),
        capacity: z.number().positive(),
        utility: z.number().min(0),
        launchSpec: object.default({}),
        userData: object.default({}),
      }),
    )
    .min(1),
  regions: z
    .array(z.looseObject({ region: z.string(), launchSpec: object.default({}), userData: object.default({}) }))
    .min(1),
  availabilityZones: z
    .array(
      z.looseObject({
        availabilityZone: z.string(),
        region: z.string(),
        launchSpec: object.default({}),
        userData: object.default({}),
      }),
    )
    .default([]),
});
export type OldWorkerType = z.output<typeof oldWorkerTypeSchema>;

/** Reads a worker type of the aws-provisioner, or says everything that is wrong with it. */
export function parseOldWorkerType(
  document: unknown,
):
  | { readonly kind: 'valid'; readonly old: OldWorkerType }
  | { readonly kind: 'invalid'; readonly problems: Problem[] } {
  const result = oldWorkerTypeSchema.safeParse(document);
  if (result.success) return { kind: 'valid', old: result.data };
  return { kind: 'invalid', problems: problemsOf(result.error.issues, document) };
}
