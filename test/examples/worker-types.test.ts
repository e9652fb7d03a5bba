import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { launchPools } from '../../lib/core/launch-cascade.ts';
import { parseWorkerType, type WorkerType } from '../../lib/core/worker-type-schema.ts';
import { fixturesOf, localRegion, localRegions } from '../../lib/local/ec2/catalogue.ts';
import { findInstanceType } from '../../lib/local/ec2/instance-type-catalogue.ts';

const folder = new URL('../../examples/worker-types/', import.meta.url);
const filesIn = (where: string) => readdirSync(new URL(where, folder)).filter((name) => name.endsWith('.yaml'));
const documentIn = (file: string) => parse(readFileSync(new URL(file, folder), 'utf8')) as Record<string, unknown>;

/** An example as the command line completes it. */
function read(file: string): WorkerType {
  const parsed = parseWorkerType({ provisionerId: 'main', ...documentIn(file) });
  if (parsed.kind === 'invalid') throw new Error(`${file}: ${JSON.stringify(parsed.problems)}`);
  return parsed.definition;
}

/** Pools of each example: instance types x zones of all regions. */
const POOLS = {
  'minimal.yaml': 1,
  'ci-linux.yaml': 30,
  'gpu-on-demand-fallback.yaml': 16,
  'two-regions.yaml': 12,
  'windows.yaml': 12,
  'local/minimal.yaml': 1,
  'local/ci-linux.yaml': 15,
  'local/two-regions.yaml': 12,
} as const;

describe('example worker types', () => {
  it('are all in this test', () => {
    const files = [...filesIn('.'), ...filesIn('local/').map((name) => `local/${name}`)];
    expect(files.toSorted()).toEqual(Object.keys(POOLS).toSorted());
  });

  it.each(Object.entries(POOLS))('%s is a document of format version 2 with %i pools', (file, count) => {
    expect(documentIn(file)['schemaVersion']).toBe(2);
    const pools = launchPools(read(file), 'us-east-1');
    expect(pools).toHaveLength(count);
    expect(pools.every(({ weight }) => weight > 0)).toBe(true);
  });

  it('two-regions merges user data, and takes the image by region and architecture', () => {
    const pools = launchPools(read('two-regions.yaml'), 'us-east-1');
    const buckets = pools.map(({ userData }) => userData['cache']);
    expect(buckets).toContainEqual({ bucket: 'example-cache-us', maxGiB: 20 });
    expect(buckets).toContainEqual({ bucket: 'example-cache-eu', maxGiB: 20 });
    for (const { instanceType, launchSpec } of pools) {
      expect(launchSpec.imageId).toMatch(instanceType === 'c7i.large' ? /-x86_64$/ : /-arm64$/);
    }
  });
});

describe('examples for local mode', () => {
  const examples = filesIn('local/');

  it.each(examples)('local/%s names only what the local endpoints know', (name) => {
    const definition = read(`local/${name}`);
    expect(definition.provisionerId).toBe('local');
    expect(definition.workerInstall).toBe('image');
    for (const pool of launchPools(definition, localRegion)) {
      const fixtures = fixturesOf(pool.region);
      expect(localRegions).toContain(pool.region);
      const subnet = fixtures.subnets.find(({ subnetId }) => subnetId === pool.subnetId);
      expect(subnet?.zone).toBe(pool.availabilityZone ?? subnet?.zone ?? 'a known zone');
      expect(pool.launchSpec.securityGroupIds).toEqual([fixtures.securityGroup.groupId]);
      const architecture = findInstanceType(pool.instanceType)?.architecture;
      const images = Object.values(fixtures.images).filter((image) => image.architecture === architecture);
      const image = pool.launchSpec.imageId ?? '';
      expect([...images.map(({ imageId }) => imageId), `resolve:ssm:${architecture}`]).toContain(
        image.replace(/^resolve:ssm:.*(arm64|x86_64)$/, 'resolve:ssm:$1'),
      );
    }
  });

  it.each(examples)('local/%s is told apart from its twin by ids, sizes and times alone', (name) => {
    const [local, twin] = [documentIn(`local/${name}`), documentIn(name)];
    expect(local['workerType']).toBe(twin['workerType']);
    expect(Object.keys(twin).filter((field) => !(field in local))).toEqual(
      Object.keys(twin).filter((field) => ['description', 'owner', 'workerInstall'].includes(field)),
    );
  });

  it.each(examples)('local/%s has one placeholder, the port in its queue URLs', (name) => {
    const { queueUrls } = read(`local/${name}`);
    for (const url of queueUrls) expect(url).toMatch(/^http:\/\/127\.0\.0\.1:PORT\/000000000000\/local-[a-z-]+$/);
  });
});
