import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { workerUserData } from '../../../lib/aws/worker-user-data.ts';
import { type MetadataEndpoint, startMetadataEndpoint } from '../../../lib/local/metadata/endpoint.ts';
import type { MetadataView } from '../../../lib/local/metadata/metadata-view.ts';
import { aSettings } from '../../worker/worker-world.ts';

const anInstance = (instanceId: string, changes: Partial<MetadataView> = {}): MetadataView => ({
  instanceId,
  instanceType: 'c7g.large',
  imageId: 'ami-0123456789abcdef0',
  zone: 'eu-central-1b',
  userData: new TextEncoder().encode('{"contract":1}'),
  instanceMetadataTags: true,
  tags: new Map([
    ['spot-provisioner', 'test'],
    ['spot-provisioner:signal', 'stay'],
  ]),
  ...changes,
});

const VIEWS = new Map(
  [
    anInstance('i-plain'),
    anInstance('i-untagged', { instanceMetadataTags: false }),
    anInstance('i-leaving', { interruption: { terminateAt: Date.UTC(2026, 10, 24, 12, 0, 0, 5) } }),
    anInstance('i-installed', { userData: workerUserData(aSettings(), 'amazon-linux-2023', 'the program') }),
    anInstance('i-bare', { userData: new Uint8Array() }),
    anInstance('i-binary', { userData: Uint8Array.from([0x1f, 0x8b, 0, 255]) }),
  ].map((view) => [view.instanceId, view]),
);

describe('the metadata endpoint', () => {
  let endpoint: MetadataEndpoint;
  beforeAll(async () => {
    endpoint = await startMetadataEndpoint({ lookup: (instanceId) => VIEWS.get(instanceId) });
  });
  afterAll(() => endpoint.close());

  const request = (instanceId: string, path: string, init: RequestInit = {}) =>
    fetch(`${endpoint.endpointFor(instanceId)}/latest/${path}`, init);

  async function token(instanceId: string, ttl = '60'): Promise<Response> {
    return request(instanceId, 'api/token', {
      method: 'PUT',
      headers: ttl === '' ? {} : { 'x-aws-ec2-metadata-token-ttl-seconds': ttl },
    });
  }

  async function get(instanceId: string, path: string): Promise<string | number> {
    const headers = { 'x-aws-ec2-metadata-token': await (await token(instanceId)).text() };
    const response = await request(instanceId, path, { headers });
    return response.ok ? response.text() : response.status;
  }

  it.each([
    ['i-plain', 'meta-data/instance-id', 'i-plain'],
    ['i-plain', 'meta-data/instance-type', 'c7g.large'],
    ['i-plain', 'meta-data/ami-id', 'ami-0123456789abcdef0'],
    ['i-plain', 'meta-data/placement/availability-zone', 'eu-central-1b'],
    ['i-plain', 'meta-data/placement/region', 'eu-central-1'],
    ['i-plain', 'meta-data/tags/instance', 'spot-provisioner\nspot-provisioner:signal'],
    ['i-plain', 'meta-data/tags/instance/', 'spot-provisioner\nspot-provisioner:signal'],
    ['i-plain', 'meta-data/tags/instance/spot-provisioner:signal', 'stay'],
    ['i-plain', 'meta-data/tags/instance/spot-provisioner%3Asignal', 'stay'],
    ['i-plain', 'meta-data/tags/instance/other', 404],
    ['i-untagged', 'meta-data/tags/instance', 404],
    ['i-untagged', 'meta-data/tags/instance/spot-provisioner', 404],
    ['i-plain', 'meta-data/spot/instance-action', 404],
    ['i-leaving', 'meta-data/spot/instance-action', '{"action":"terminate","time":"2026-11-24T12:00:00Z"}'],
    ['i-plain', 'user-data', '{"contract":1}'],
    ['i-installed', 'user-data', JSON.stringify(aSettings())],
    ['i-bare', 'user-data', 404],
    ['i-plain', 'meta-data/iam/security-credentials/', 'spot-worker'],
    ['i-plain', 'meta-data/iam/security-credentials/other', 404],
    ['i-plain', 'meta-data/%', 404],
    ['i-plain', 'nothing', 404],
  ])('answers for %s %s: %s', async (instanceId, path, answer) => {
    expect(await get(instanceId, path)).toBe(answer);
  });

  it('hands out credentials that have not expired', async () => {
    const credentials = JSON.parse(String(await get('i-plain', 'meta-data/iam/security-credentials/spot-worker')));
    expect(credentials).toMatchObject({ Code: 'Success', AccessKeyId: 'i-plain', SecretAccessKey: 'local' });
    expect(Date.parse(credentials.Expiration)).toBeGreaterThan(Date.now());
  });

  it('gives binary user data back unchanged', async () => {
    const headers = { 'x-aws-ec2-metadata-token': await (await token('i-binary')).text() };
    const response = await request('i-binary', 'user-data', { headers });
    expect(new Uint8Array(await response.arrayBuffer())).toEqual(VIEWS.get('i-binary')?.userData);
  });

  it('answers 401 without a token, with an unknown one, and with that of another instance', async () => {
    const others = await (await token('i-leaving')).text();
    for (const headers of [{}, { 'x-aws-ec2-metadata-token': 'x' }, { 'x-aws-ec2-metadata-token': others }]) {
      expect((await request('i-plain', 'meta-data/instance-id', { headers })).status).toBe(401);
    }
  });

  it.each(['', '0', '21601', 'soon'])('refuses a token with a life of "%s" seconds', async (ttl) => {
    expect((await token('i-plain', ttl)).status).toBe(400);
  });

  it('knows no other instance and no other method', async () => {
    expect((await token('i-unknown')).status).toBe(404);
    expect((await request('i-plain', 'meta-data/instance-id', { method: 'POST' })).status).toBe(405);
  });
});
