/** A parent for the test that kills it: a queue with an endless task, a metadata service, and one worker. */
import { SQS } from '@aws-sdk/client-sqs';
import { ProcessMachines } from '../../../lib/local/machines/process-machines.ts';
import { startMetadataEndpoint } from '../../../lib/local/metadata/endpoint.ts';
import { startSqsEndpoint } from '../../../lib/local/sqs/endpoint.ts';

const sqs = await startSqsEndpoint();
const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
const client = new SQS({ endpoint: sqs.url, region: 'us-east-1', credentials });
const { QueueUrl = '' } = await client.createQueue({ QueueName: 'tasks' });
await client.sendMessage({ QueueUrl, MessageBody: JSON.stringify({ command: ['sleep', '1000'] }) });

const settings = {
  contract: 1,
  provisionerId: 'test',
  workerType: 'unit',
  definitionVersion: 1,
  capacity: 1,
  region: 'us-east-1',
  queueUrls: [QueueUrl],
  idleTimeoutSeconds: 60,
  maxUptimeSeconds: 600,
  userData: {},
};
const metadata = await startMetadataEndpoint({
  lookup: (instanceId) => ({
    instanceId,
    instanceType: 'c7g.large',
    imageId: 'ami-12345678',
    zone: 'us-east-1a',
    userData: new TextEncoder().encode(JSON.stringify(settings)),
    instanceMetadataTags: true,
    tags: new Map(),
  }),
});
const machines = new ProcessMachines({
  command: [process.execPath, 'worker/main.ts'],
  environment: process.env,
  environmentOf: (instanceId) => ({ AWS_EC2_METADATA_SERVICE_ENDPOINT: metadata.endpointFor(instanceId) }),
  onEvent: (_instanceId, event) => process.stdout.write(`${JSON.stringify(event)}\n`),
  onExit: () => undefined,
});
machines.start({ instanceId: 'i-00000000000000001' });
