import type { LaunchOrder } from '../../lib/control/ports.ts';
import { launchPools } from '../../lib/core/launch-cascade.ts';
import { epochMillis } from '../../lib/core/units.ts';
import type { Worker } from '../../lib/core/worker.ts';
import { parseWorkerType, type WorkerType } from '../../lib/core/worker-type-schema.ts';

/** A fixed instant: 2026-01-02T03:04:05Z. */
export const NOW = epochMillis(Date.UTC(2026, 0, 2, 3, 4, 5));

/** The smallest complete worker type document, with changes to its top-level fields. */
export function aDocument(changes: Readonly<Record<string, unknown>> = {}): Record<string, unknown> {
  return {
    provisionerId: 'acme',
    workerType: 'build',
    schemaVersion: 2,
    queueUrls: ['https://sqs.us-east-1.amazonaws.com/123456789012/acme-build'],
    maxCapacity: 100,
    instanceTypes: [{ instanceType: 'c7g.large' }],
    launchSpec: { imageId: 'ami-0123456789abcdef0', securityGroupIds: ['sg-0123456789abcdef0'] },
    regions: [{ zones: [{ subnetId: 'subnet-0123456789abcdef0' }] }],
    ...changes,
  };
}

/** The same worker type as format version 1 wrote it, with changes. */
export function aVersion1Document(changes: Readonly<Record<string, unknown>> = {}): Record<string, unknown> {
  return {
    provisionerId: 'acme',
    workerType: 'build',
    queueUrl: 'https://sqs.us-east-1.amazonaws.com/123456789012/acme-build',
    maxCapacity: 100,
    instanceTypes: [{ instanceType: 'c7g.large' }],
    imageId: 'ami-0123456789abcdef0',
    subnetIds: ['subnet-0123456789abcdef0'],
    securityGroupIds: ['sg-0123456789abcdef0'],
    ...changes,
  };
}

/** A valid definition, with changes. Throws when the changes make it invalid. */
export function aDefinition(changes: Readonly<Record<string, unknown>> = {}): WorkerType {
  const parsed = parseWorkerType(aDocument(changes));
  if (parsed.kind === 'invalid') throw new Error(JSON.stringify(parsed.problems));
  return parsed.definition;
}

/** A spot order for one task of `build`, from every pool that its definition has in the order's region, with changes. */
export function anOrder(changes: Partial<LaunchOrder> = {}): LaunchOrder {
  const { definition = aDefinition(), region = HOME.homeRegion } = changes;
  const pools = launchPools(definition, HOME.homeRegion)
    .filter((pool) => pool.region === region && pool.weight > 0)
    .map(({ subnetId, instanceType, capacity }) => ({ subnetId, instanceType, capacity }));
  return { launchId: 'launch-1', definition, region, market: 'spot', targetCapacity: 1, pools, ...changes };
}

/** The regions of a provisioner at home in us-east-1 that launches nowhere else. */
export const HOME = { homeRegion: 'us-east-1', regions: ['us-east-1'] } as const;

let workers = 0;

/** A running worker of `build`, capacity 1, launched at NOW, with changes. */
export function aWorker(changes: Partial<Worker> = {}): Worker {
  workers += 1;
  return {
    workerId: `i-${String(workers).padStart(17, '0')}`,
    workerType: 'build',
    launchId: 'launch-1',
    state: 'running',
    capacity: 1,
    instanceType: 'c7g.large',
    zone: 'us-east-1a',
    market: 'spot',
    launchedAt: NOW,
    definitionVersion: 1,
    maxLifetimeSeconds: undefined,
    ...changes,
  };
}

/** `count` workers alike. */
export const someWorkers = (count: number, changes: Partial<Worker> = {}): Worker[] =>
  Array.from({ length: count }, () => aWorker(changes));
