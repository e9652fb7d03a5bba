import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SQS } from '@aws-sdk/client-sqs';
import { tagKeys } from '../../lib/core/tags.ts';
import type { WorkerSettings } from '../../lib/core/worker-settings-schema.ts';
import { type MachineEvent, parseMachineLine } from '../../lib/local/machines/machine-event.ts';
import { WorkerProcess } from '../../lib/local/machines/worker-process.ts';
import { startMetadataEndpoint } from '../../lib/local/metadata/endpoint.ts';
import type { MetadataView } from '../../lib/local/metadata/metadata-view.ts';
import { startSqsEndpoint } from '../../lib/local/sqs/endpoint.ts';

const FAST = {
  SPOT_WORKER_LONG_POLL_SECONDS: '1',
  SPOT_WORKER_VISIBILITY_SECONDS: '4',
  SPOT_WORKER_EXTEND_SECONDS: '0.4',
  SPOT_WORKER_RETRY_DELAY_SECONDS: '0',
  SPOT_WORKER_WATCH_SECONDS: '0.1',
  SPOT_WORKER_KILL_GRACE_SECONDS: '0.3',
  SPOT_WORKER_START_SECONDS: '0.5',
};

export const aSettings = (changes: Partial<WorkerSettings> = {}): WorkerSettings => ({
  contract: 1,
  provisionerId: 'test',
  workerType: 'unit',
  definitionVersion: 1,
  capacity: 1,
  region: 'us-east-1',
  queueUrls: ['http://127.0.0.1:1/000000000000/none'],
  idleTimeoutSeconds: 60,
  maxUptimeSeconds: 600,
  userData: {},
  secrets: {},
  ...changes,
});

/** A worker process and what it has said so far. */
export class TestWorker {
  readonly events: MachineEvent[] = [];
  readonly process: WorkerProcess;
  readonly #waiting = new Set<() => void>();

  constructor(environment: Record<string, string>) {
    this.process = new WorkerProcess(
      [process.execPath, 'worker/main.ts'],
      { PATH: process.env['PATH'], ...environment },
      (line) => {
        this.events.push(parseMachineLine(line));
        for (const look of this.#waiting) look();
      },
    );
  }

  all(event: string): MachineEvent[] {
    return this.events.filter((line) => line.event === event);
  }

  /** The nth event of that name; fails when the worker ends without it. */
  async saw(event: string, count = 1): Promise<MachineEvent> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const look = () => this.all(event).length >= count && resolve();
    this.#waiting.add(look);
    look();
    await Promise.race([promise, this.process.ended]);
    this.#waiting.delete(look);
    const found = this.all(event)[count - 1];
    if (found === undefined) throw new Error(`no ${event} in ${JSON.stringify(this.events, null, 1)}`);
    return found;
  }

  /** Exit status and stated reason. */
  async left(): Promise<{ code: number | null; reason: unknown }> {
    const code = await this.process.ended;
    return { code, reason: this.all('worker-leaving')[0]?.['reason'] };
  }
}

/** SQS, a metadata service and workers that use them. */
export async function startWorkerWorld() {
  const sqs = await startSqsEndpoint();
  const views = new Map<string, MetadataView & { readonly tags: Map<string, string> }>();
  const metadata = await startMetadataEndpoint({ lookup: (id) => views.get(id) });
  const client = new SQS({
    endpoint: sqs.url,
    region: 'us-east-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    maxAttempts: 1,
  });
  const folder = mkdtempSync(join(tmpdir(), 'spot-worker-'));
  const workers: TestWorker[] = [];
  let count = 0;

  /** A queue with a dead-letter queue behind it. */
  const createQueue = async (maxReceiveCount = 2) => {
    count += 1;
    const number = count;
    const { QueueUrl: deadUrl = '' } = await client.createQueue({ QueueName: `dead-${number}` });
    const deadLetterTargetArn = `arn:aws:sqs:us-east-1:000000000000:dead-${number}`;
    const { QueueUrl: url = '' } = await client.createQueue({
      QueueName: `tasks-${number}`,
      Attributes: { RedrivePolicy: JSON.stringify({ deadLetterTargetArn, maxReceiveCount }) },
    });
    const send = (body: unknown) =>
      client.sendMessage({ QueueUrl: url, MessageBody: typeof body === 'string' ? body : JSON.stringify(body) });
    const calls = (action: string) =>
      sqs.requests.filter((request) => request.action === action && url.endsWith(`/${request.queue}`)).length;
    return { url, deadUrl, send, calls };
  };

  /** Visible and invisible messages together. */
  const depth = async (url: string) => {
    const { Attributes = {} } = await client.getQueueAttributes({ QueueUrl: url, AttributeNames: ['All'] });
    return {
      visible: Number(Attributes['ApproximateNumberOfMessages']),
      invisible: Number(Attributes['ApproximateNumberOfMessagesNotVisible']),
    };
  };

  /** Starts a worker for an instance of its own. */
  const startWorker = (settings: Partial<WorkerSettings>, environment: Record<string, string> = {}) => {
    const instanceId = `i-${String(views.size).padStart(17, '0')}`;
    const view = {
      instanceId,
      instanceType: 'c7g.large',
      imageId: 'ami-12345678',
      zone: 'us-east-1a',
      userData: new TextEncoder().encode(JSON.stringify(aSettings(settings))),
      instanceMetadataTags: true,
      tags: new Map<string, string>(),
    };
    views.set(instanceId, view);
    const worker = new TestWorker({
      ...FAST,
      AWS_EC2_METADATA_SERVICE_ENDPOINT: metadata.endpointFor(instanceId),
      ...environment,
    });
    workers.push(worker);
    return Object.assign(worker, {
      instanceId,
      signal: (signal: string) => view.tags.set(tagKeys.signal, signal),
      clearSignal: () => view.tags.delete(tagKeys.signal),
      interrupt: () => views.set(instanceId, { ...view, interruption: { terminateAt: Date.now() + 120_000 } }),
    });
  };

  const close = async () => {
    for (const { process } of workers) process.kill();
    await Promise.all(workers.map(({ process }) => process.ended));
    client.destroy();
    await Promise.all([metadata.close(), sqs.close()]);
    rmSync(folder, { recursive: true, force: true });
  };

  return { sqs, client, folder, createQueue, depth, startWorker, close };
}

export type WorkerWorld = Awaited<ReturnType<typeof startWorkerWorld>>;

/** Does the process run? A dead one that nobody has reaped yet does not. */
export function isRunning(pid: number): boolean {
  try {
    return !/^\d+ \(.*\) Z/.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
}
