/** What runs as a machine in these tests: the reference worker, or a program that will not leave. */
import { MetadataClient } from '../../worker/metadata-client.ts';

process.stdout.write(`${JSON.stringify({ event: 'machine-process', pid: process.pid })}\n`);

const metadata = new MetadataClient(process.env['AWS_EC2_METADATA_SERVICE_ENDPOINT']);
const { userData } = JSON.parse((await metadata.get('user-data')) ?? '{}');
if (userData.wedged) {
  for (const name of ['SIGTERM', 'SIGINT'] as const) process.on(name, () => undefined);
  // Only the death of the test run ends it: nothing may be left on the computer.
  process.stdin.on('close', () => process.exit()).resume();
  setInterval(() => undefined, 60_000);
} else {
  await import('../../worker/main.ts');
}
