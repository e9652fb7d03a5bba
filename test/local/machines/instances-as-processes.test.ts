import { SQS } from '@aws-sdk/client-sqs';
import { expect, it, onTestFinished, vi } from 'vitest';
import { workerUserData } from '../../../lib/aws/worker-user-data.ts';
import { tagKeys } from '../../../lib/core/tags.ts';
import type { InstanceLaunch } from '../../../lib/local/ec2/instance-record.ts';
import { Ec2World } from '../../../lib/local/ec2/world.ts';
import type { MachineEvent } from '../../../lib/local/machines/machine-event.ts';
import { ProcessMachines } from '../../../lib/local/machines/process-machines.ts';
import { startMetadataEndpoint } from '../../../lib/local/metadata/endpoint.ts';
import { startSqsEndpoint } from '../../../lib/local/sqs/endpoint.ts';
import { aSettings } from '../../worker/worker-world.ts';

const PATIENCE = { timeout: 20_000, interval: 50 };

/** Local EC2 whose instances are worker processes, with a queue of their own. */
async function startCloud() {
  const sqs = await startSqsEndpoint();
  const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
  const client = new SQS({ endpoint: sqs.url, region: 'us-east-1', credentials });
  const { QueueUrl: queueUrl = '' } = await client.createQueue({ QueueName: 'tasks' });
  const find = (instanceId: string) => world.instances().find((instance) => instance.instanceId === instanceId);
  const metadata = await startMetadataEndpoint({ lookup: find });
  const events: MachineEvent[] = [];
  const machines = new ProcessMachines({
    command: [process.execPath, 'worker/main.ts'],
    environment: { PATH: process.env['PATH'] },
    environmentOf: (instanceId) => ({
      AWS_EC2_METADATA_SERVICE_ENDPOINT: metadata.endpointFor(instanceId),
      AWS_ENDPOINT_URL_SQS: sqs.url,
      SPOT_WORKER_WATCH_SECONDS: '0.1',
      SPOT_WORKER_LONG_POLL_SECONDS: '1',
    }),
    onEvent: (instanceId, event) => events.push({ instanceId, ...event }),
    onExit: (instanceId) => world.instanceExited(instanceId),
  });
  const world: Ec2World = new Ec2World({ timers: true, machines });
  onTestFinished(async () => {
    await machines.closeAll();
    world.close();
    client.destroy();
    await Promise.all([metadata.close(), sqs.close()]);
  });

  const send = (command: string[]) =>
    client.sendMessage({ QueueUrl: queueUrl, MessageBody: JSON.stringify({ command }) });
  const launch = (userData: Uint8Array) => {
    const [instance] = world.instanceStore.launch({ ...LAUNCH, userData }, 1);
    world.tick();
    return instance ?? expect.fail('nothing launched');
  };
  const saw = (name: string) =>
    vi.waitFor(() => events.find(({ event }) => event === name) ?? expect.fail(JSON.stringify(events)), PATIENCE);
  return { world, machines, queueUrl, send, launch, saw };
}

const LAUNCH: Omit<InstanceLaunch, 'userData'> = {
  instanceType: 'c7g.large',
  zone: 'us-east-1a',
  subnetId: 'subnet-0000000000000aaaa',
  market: 'spot',
  imageId: 'ami-00000000000a4464a',
  securityGroupIds: [],
  instanceMetadataTags: true,
  httpTokens: 'required',
  shutdownBehavior: 'terminate',
  terminationProtection: false,
  tags: new Map(),
  volumeTags: new Map(),
};

it('an instance runs tasks as a process, and is terminated when its worker has left', async () => {
  const { launch, queueUrl, send, saw } = await startCloud();
  await send(['true']);
  const settings = aSettings({ queueUrls: [queueUrl], idleTimeoutSeconds: 1 });
  const instance = launch(workerUserData(settings, 'amazon-linux-2023', 'not needed here'));
  expect(await saw('task-finished')).toMatchObject({ instanceId: instance.instanceId, exitCode: 0 });
  expect(await saw('worker-leaving')).toMatchObject({ reason: 'idle' });
  await vi.waitFor(() => expect(instance.state).toBe('terminated'), PATIENCE);
});

it('a changed tag and an interruption reach the worker of the instance', async () => {
  const { launch, queueUrl, saw, send, world } = await startCloud();
  await send(['sleep', '1000']);
  const instance = launch(workerUserData(aSettings({ queueUrls: [queueUrl] }), 'image', ''));
  await saw('task-started');
  instance.tags.set(tagKeys.signal, 'stay');
  expect(await saw('signal')).toMatchObject({ signal: 'stay' });
  world.interrupt(instance.instanceId);
  await saw('task-returned');
  expect(await saw('worker-leaving')).toMatchObject({ reason: 'interrupted' });
  await vi.waitFor(() => expect(instance.state).toBe('terminated'), PATIENCE);
});
