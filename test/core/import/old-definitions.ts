import { readFileSync } from 'node:fs';
import type { Imported } from '../../../lib/core/import/finish-import.ts';
import type { ImportOptions } from '../../../lib/core/import/import-options.ts';
import { launchPools } from '../../../lib/core/launch-cascade.ts';
import { parseWorkerType, type WorkerType } from '../../../lib/core/worker-type-schema.ts';

export const QUEUE_URL = 'https://sqs.us-east-1.amazonaws.com/123456789012/ci';

/** Options that leave nothing to ask but what a definition itself lacks. */
export const options = (changes: Partial<ImportOptions> = {}): ImportOptions => ({
  provisionerId: undefined,
  fallbackName: undefined,
  queueUrl: QUEUE_URL,
  queueUrlPrefix: undefined,
  accountId: undefined,
  subnets: new Map(),
  securityGroups: new Map(),
  ...changes,
});

/** A definition of the fixtures. */
export function fixture(name: string): Record<string, unknown> {
  return JSON.parse(readFileSync(`test/fixtures/taskcluster/${name}.json`, 'utf8'));
}

/** The smallest complete worker type of the aws-provisioner, with changes. */
export const anOldWorkerType = (changes: Readonly<Record<string, unknown>> = {}): Record<string, unknown> => ({
  workerType: 'ci',
  description: 'Tests',
  owner: 'team@example.com',
  minCapacity: 0,
  maxCapacity: 10,
  scalingRatio: 0,
  minPrice: 0,
  maxPrice: 0.5,
  scopes: [],
  secrets: {},
  launchSpec: { SecurityGroupIds: ['sg-1111'] },
  userData: {},
  instanceTypes: [{ instanceType: 'c5.large', capacity: 1, utility: 1, launchSpec: {}, userData: {} }],
  regions: [{ region: 'us-east-1', launchSpec: { ImageId: 'ami-1111', SubnetId: 'subnet-1111' }, userData: {} }],
  ...changes,
});

/** A launch config of worker-manager, with changes to what is passed to RunInstances and to the rest. */
export const aLaunchConfig = (
  launchConfig: Readonly<Record<string, unknown>> = {},
  changes: Readonly<Record<string, unknown>> = {},
): Record<string, unknown> => ({
  region: 'us-east-1',
  launchConfig: {
    ImageId: 'ami-1111',
    InstanceType: 'c5.large',
    SubnetId: 'subnet-1111',
    SecurityGroupIds: ['sg-1111'],
    InstanceMarketOptions: { MarketType: 'spot' },
    ...launchConfig,
  },
  workerManager: { capacityPerInstance: 1 },
  ...changes,
});

/** The smallest complete worker pool on AWS, with changes to its config. */
export const aWorkerPool = (
  config: Readonly<Record<string, unknown>> = {},
  changes: Readonly<Record<string, unknown>> = {},
): Record<string, unknown> => ({
  workerPoolId: 'proj/ci',
  providerId: 'aws',
  description: 'Tests',
  owner: 'team@example.com',
  emailOnError: false,
  config: { minCapacity: 0, maxCapacity: 10, scalingRatio: 1, launchConfigs: [aLaunchConfig()], ...config },
  ...changes,
});

/** What was imported. Throws with the problems when nothing was. */
export function imported(result: Imported): Extract<Imported, { kind: 'imported' }> {
  if (result.kind === 'invalid') throw new Error(JSON.stringify(result.problems));
  return result;
}

/** The valid definition that a document is. Throws with the problems when it is none. */
export function definitionOf(document: Readonly<Record<string, unknown>>): WorkerType {
  const parsed = parseWorkerType({ provisionerId: 'acme', ...document });
  if (parsed.kind === 'invalid') throw new Error(JSON.stringify(parsed.problems));
  return parsed.definition;
}

/** The pools of a document by `subnet/instanceType`. */
export const poolsOf = (document: Readonly<Record<string, unknown>>) =>
  new Map(
    launchPools(definitionOf(document), 'us-east-1').map((pool) => [`${pool.subnetId}/${pool.instanceType}`, pool]),
  );
