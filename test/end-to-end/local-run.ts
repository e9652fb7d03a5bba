import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { vi } from 'vitest';
import { createTaskQueue, sendTasks } from '../../lib/aws/task-queue.ts';
import { DEFAULT_TYPES_PER_SHARD } from '../../lib/control/config.ts';
import type { WorkerTypeStatus } from '../../lib/control/status.ts';
import { tagKeys } from '../../lib/core/tags.ts';
import type { Task } from '../../lib/core/task-schema.ts';
import { parseWorkerType, type WorkerType } from '../../lib/core/worker-type-schema.ts';
import { localImages, localSecurityGroup, localSubnets } from '../../lib/local/ec2/catalogue.ts';
import type { InstanceRecord } from '../../lib/local/ec2/instance-record.ts';
import { type LocalEvent, type LocalMode, startLocalMode } from '../../lib/local/local-mode.ts';
import { build } from '../../scripts/build.ts';

const provisionerId = 'test';
/** The longest of all waits; a condition that holds ends its wait at once. */
const PATIENCE_MS = 90_000;

/** Waits until the condition answers something, and answers that. */
export const eventually = <Value>(condition: () => Value | Promise<Value>) =>
  vi.waitUntil(condition, { timeout: PATIENCE_MS, interval: 50 });

/** Local mode in a folder, with what tests ask of it. Start it again to see what survives. */
export class LocalRun {
  readonly events: LocalEvent[] = [];
  readonly #folder: string;
  readonly #provisionEverySeconds: number;
  readonly #typesPerShard: number;
  #local: LocalMode | undefined;

  constructor(folder: string, options: { readonly provisionEverySeconds: number; readonly typesPerShard?: number }) {
    this.#folder = folder;
    this.#provisionEverySeconds = options.provisionEverySeconds;
    this.#typesPerShard = options.typesPerShard ?? DEFAULT_TYPES_PER_SHARD;
    mkdirSync(join(folder, 'results'), { recursive: true });
  }

  get local(): LocalMode {
    if (this.#local === undefined) throw new Error('local mode is not running');
    return this.#local;
  }

  async start(): Promise<void> {
    const bundle = (name: string) => pathToFileURL(join(this.#folder, 'bundles', name, 'index.mjs'));
    this.#local = await startLocalMode({
      folder: this.#folder,
      provisionerId,
      region: 'us-east-1',
      bundles: async () => {
        if (!existsSync(bundle('reap'))) await build(join(this.#folder, 'bundles'));
        return { provision: bundle('provision'), reap: bundle('reap'), check: bundle('check') };
      },
      world: { bootDelayMs: 300, shutdownDelayMs: 200, visibilityLagMs: 300 },
      workerCommand: [process.execPath, resolve('test/end-to-end/machine.ts')],
      workerEnvironment: {
        SPOT_WORKER_WATCH_SECONDS: '1',
        SPOT_WORKER_LONG_POLL_SECONDS: '2',
        SPOT_WORKER_VISIBILITY_SECONDS: '8',
        SPOT_WORKER_EXTEND_SECONDS: '2',
      },
      environment: process.env,
      provisionEverySeconds: this.#provisionEverySeconds,
      tickSeconds: 1,
      typesPerShard: this.#typesPerShard,
      reapEverySeconds: 2,
      onEvent: (event) => this.events.push(event),
    });
  }

  async close(): Promise<void> {
    await this.#local?.close();
    this.#local = undefined;
  }

  /** Stores a worker type with a queue of its own, in which nothing waits. */
  async define(workerType: string, fields: Partial<WorkerType>) {
    const queue = await createTaskQueue(this.local.clients.sqs, workerType);
    const parsed = parseWorkerType({
      provisionerId,
      workerType,
      queueUrls: [queue.queueUrl],
      maxCapacity: 4,
      instanceTypes: [{ instanceType: 'c7g.medium', capacity: 1 }],
      launchSpec: { imageId: localImages.linuxArm64, securityGroupIds: [localSecurityGroup.groupId] },
      regions: [{ zones: localSubnets.map(({ subnetId, zone }) => ({ subnetId, availabilityZone: zone })) }],
      ...fields,
    });
    if (parsed.kind === 'invalid') throw new Error(JSON.stringify(parsed.problems));
    await this.save(parsed.definition, undefined);
    return { ...queue, definition: parsed.definition };
  }

  async save(definition: WorkerType, version: number | undefined): Promise<void> {
    const saved = await this.local.ports.workerTypes.save(definition, version);
    if (saved === 'conflict') throw new Error(`${definition.workerType} was changed by somebody else`);
  }

  /** Sends one task for each name. */
  send(queueUrl: string, names: readonly string[], mode?: 'hang'): Promise<void> {
    const program = resolve('test/end-to-end/task.ts');
    const folder = join(this.#folder, 'results');
    const tasks = names.map<Partial<Task>>((name) => ({
      command: [process.execPath, program, folder, name, ...(mode === undefined ? [] : [mode])],
    }));
    return sendTasks(this.local.clients.sqs, queueUrl, tasks);
  }

  /** Where the task was started, first start first. */
  startsOf(name: string): { readonly workerId: string; readonly pid: number }[] {
    const file = join(this.#folder, 'results', `${name}.starts`);
    if (!existsSync(file)) return [];
    const lines = readFileSync(file, 'utf8').trim().split('\n');
    return lines.map((line) => line.split(' ')).map(([workerId = '', pid]) => ({ workerId, pid: Number(pid) }));
  }

  /** Does the task's result stand there, and is it right? */
  isDone(name: string): boolean {
    const file = join(this.#folder, 'results', `${name}.result`);
    return existsSync(file) && readFileSync(file, 'utf8') === createHash('sha256').update(name).digest('hex');
  }

  /** Messages in a queue, in whatever condition. */
  async depth(queueUrl: string): Promise<number> {
    const backlog = await this.local.ports.backlog.read(queueUrl);
    if (backlog.kind === 'unknown') throw new Error(backlog.reason);
    return backlog.pendingTasks + backlog.claimedTasks + backlog.delayedTasks;
  }

  /** Every instance that was ever launched for the worker type. */
  instancesOf(workerType: string): InstanceRecord[] {
    const all = [...this.local.worlds.values()].flatMap((world) => world.instances());
    return all.filter(({ tags }) => tags.get(tagKeys.workerType) === workerType);
  }

  async statusOf(workerType: string): Promise<WorkerTypeStatus | undefined> {
    const { workerTypes } = await this.local.ports.board.load();
    return workerTypes.find((status) => status.workerType === workerType);
  }

  /** Lets a launch of the worker type go wrong, once. */
  breakLaunchOf(workerType: string, kind: { kind: 'drop-response' } | { kind: 'delay'; delayMs: number }): void {
    // The check rehearses launches: what it only asks is not meant.
    const when = (input: object) =>
      JSON.stringify(input).includes(`"${workerType}"`) && !('DryRun' in input && input.DryRun === true);
    this.local.world.addFault({ action: 'CreateFleet', times: 1, when, ...kind });
  }

  /** Process ids of everything that machines started, themselves included. */
  pids(): number[] {
    return this.events.flatMap((event) =>
      event.source === 'machine' && typeof event.event['pid'] === 'number' ? [event.event['pid']] : [],
    );
  }
}

/** Does a process with this id exist? */
export function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
