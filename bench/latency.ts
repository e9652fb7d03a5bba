/**
 * How long a task waits for the request that launches its worker: `node bench/latency.ts`. Local mode with the bundled
 * function; worker types without workers; tasks told of on the bus, and tasks that nobody told of.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { createTaskQueue, sendTasks } from '../lib/aws/task-queue.ts';
import { tagKeys } from '../lib/core/tags.ts';
import { parseWorkerType } from '../lib/core/worker-type-schema.ts';
import { localImages, localSecurityGroup, localSubnets } from '../lib/local/ec2/catalogue.ts';
import { type LocalMode, startLocalMode } from '../lib/local/local-mode.ts';
import { build } from '../scripts/build.ts';

const { values } = parseArgs({
  options: { types: { type: 'string', default: '60' }, 'tick-seconds': { type: 'string', default: '10' } },
});
const TYPES = Number(values.types);
const TICK_SECONDS = Number(values['tick-seconds']);
const PROVISIONER_ID = 'bench';
const HOUR_MS = 3_600_000;
const LOOK_MS = 10;

/** A worker type that has no worker, and the queue of its tasks. */
async function define({ clients, ports }: LocalMode, workerType: string): Promise<string> {
  const { queueUrl } = await createTaskQueue(clients.sqs, workerType);
  const parsed = parseWorkerType({
    provisionerId: PROVISIONER_ID,
    workerType,
    queueUrls: [queueUrl],
    maxCapacity: 4,
    instanceTypes: [{ instanceType: 'c7g.large' }],
    launchSpec: { imageId: localImages.linuxArm64, securityGroupIds: [localSecurityGroup.groupId] },
    regions: [{ zones: localSubnets.map(({ subnetId, zone }) => ({ subnetId, availabilityZone: zone })) }],
  });
  if (parsed.kind === 'invalid') throw new Error(JSON.stringify(parsed.problems));
  await ports.workerTypes.save(parsed.definition, undefined);
  return queueUrl;
}

/** Milliseconds from the task in the queue to the instance that EC2 launches for its type. */
async function measure(local: LocalMode, workerType: string, queueUrl: string, isTold: boolean): Promise<number> {
  const sentAt = performance.now();
  await sendTasks(local.clients.sqs, queueUrl, [{ command: ['true'] }]);
  if (isTold) await local.ports.bus.put([{ detailType: 'Tasks Waiting', detail: { workerTypes: [workerType] } }]);
  while (!local.world.instances().some(({ tags }) => tags.get(tagKeys.workerType) === workerType))
    await setTimeout(LOOK_MS);
  return performance.now() - sentAt;
}

function describe(what: string, latenciesMs: readonly number[]) {
  const sorted = latenciesMs.toSorted((a, b) => a - b);
  const seconds = (share: number) => ((sorted[Math.ceil(share * sorted.length) - 1] ?? Number.NaN) / 1000).toFixed(2);
  return {
    tasks: what,
    measured: sorted.length,
    'median s': seconds(0.5),
    'p95 s': seconds(0.95),
    'longest s': seconds(1),
  };
}

const folder = mkdtempSync(join(tmpdir(), 'latency-'));
await build(join(folder, 'bundles'));
const bundle = (name: string) => pathToFileURL(join(folder, 'bundles', name, 'index.mjs'));
const local = await startLocalMode({
  folder,
  provisionerId: PROVISIONER_ID,
  region: 'us-east-1',
  bundles: async () => ({ provision: bundle('provision'), reap: bundle('reap'), check: bundle('check') }),
  // The machines never boot: what counts is the request for them.
  world: { bootDelayMs: HOUR_MS, visibilityLagMs: 500 },
  workerCommand: ['true'],
  workerEnvironment: {},
  environment: process.env,
  provisionEverySeconds: 60,
  tickSeconds: TICK_SECONDS,
  reapEverySeconds: 3600,
  onEvent: () => undefined,
});
try {
  const names = Array.from({ length: TYPES }, (_, index) => `type-${String(index).padStart(3, '0')}`);
  const queues = await Promise.all(names.map(async (name) => [name, await define(local, name)] as const));
  // Each type has its first status, and the connections are warm.
  await setTimeout((TICK_SECONDS + 2) * 1000);
  const [told, untold] = [queues.slice(0, TYPES / 2), queues.slice(TYPES / 2)];
  const byEvent: number[] = [];
  for (const [name, queueUrl] of told) byEvent.push(await measure(local, name, queueUrl, true));
  const byTick = await Promise.all(
    untold.map(async ([name, queueUrl], index) => {
      // All through two ticks.
      await setTimeout((index * 2 * TICK_SECONDS * 1000) / untold.length);
      return measure(local, name, queueUrl, false);
    }),
  );
  console.log(`Node ${process.version}, ${TYPES} worker types, a tick each ${TICK_SECONDS} s`);
  console.table([describe('told of by an event', byEvent), describe('found by the next tick', byTick)]);
} finally {
  await local.close();
  rmSync(folder, { recursive: true, force: true });
}
