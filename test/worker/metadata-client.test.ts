import { expect, it, onTestFinished } from 'vitest';
import { startMetadataEndpoint } from '../../lib/local/metadata/endpoint.ts';
import { MetadataClient } from '../../worker/metadata-client.ts';

const start = (port?: number) => {
  const view = {
    instanceId: 'i-1',
    instanceType: 'c7g.large',
    imageId: 'ami-1',
    zone: 'us-east-1a',
    userData: new Uint8Array(),
    instanceMetadataTags: false,
    tags: new Map<string, string>(),
  };
  return startMetadataEndpoint({ lookup: () => view, ...(port === undefined ? {} : { port }) });
};

it('a refused token is replaced, a missing value is undefined, silence is an error', async () => {
  const first = await start();
  const client = new MetadataClient(`${first.endpointFor('i-1')}/`);
  expect(await client.get('meta-data/instance-id')).toBe('i-1');
  expect(await client.get('user-data')).toBe(undefined);
  await first.close();
  await expect(client.get('meta-data/instance-id')).rejects.toThrow('fetch failed');
  const second = await start(Number(new URL(first.url).port));
  onTestFinished(() => second.close());
  expect(await client.get('meta-data/instance-id')).toBe('i-1');
});
