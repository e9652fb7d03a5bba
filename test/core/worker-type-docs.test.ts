import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { launchPools, poolName } from '../../lib/core/launch-cascade.ts';
import { parseWorkerType, type WorkerType, workerTypeSchema } from '../../lib/core/worker-type-schema.ts';
import { anchorOf } from '../../scripts/field-table.ts';

const page = readFileSync(new URL('../../docs/worker-types.md', import.meta.url), 'utf8');
const section = (heading: string): string => page.split(`\n## ${heading}\n`)[1]?.split('\n## ')[0] ?? '';
const yamlBlocks = (text: string): unknown[] =>
  [...text.matchAll(/^```yaml\n([\s\S]*?)^```/gm)].map(([, code]) => parse(code ?? '') as unknown);

function definitionOf(document: unknown): WorkerType {
  const parsed = parseWorkerType(document);
  if (parsed.kind === 'invalid') throw new Error(JSON.stringify(parsed.problems));
  return parsed.definition;
}

describe('the reference of worker types', () => {
  const [document, result] = yamlBlocks(section('The cascade'));

  it("shows for the cascade's worked example what its pools are launched with", () => {
    const pools = launchPools(definitionOf(document), 'eu-central-1');
    expect(result).toEqual(
      Object.fromEntries(
        pools.map((pool) => [poolName(pool), { launchSpec: pool.launchSpec, userData: pool.userData }]),
      ),
    );
  });

  it('says by that example that lists are replaced, null deletes, objects merge and the later layer wins', () => {
    expect(result).toEqual({
      'eu-central-1a/c7g.large': {
        launchSpec: {
          imageId: 'ami-0000000000000eu01',
          securityGroupIds: ['sg-00000000000000eu1', 'sg-00000000000000eu2'],
          keyName: 'ops',
          rootVolume: { sizeGiB: 30, throughputMiBps: 250 },
        },
        userData: { cache: { bucket: 'eu-cache', maxGiB: 20 } },
      },
      'eu-central-1a/c7gd.large': {
        launchSpec: {
          imageId: 'ami-0000000000000eu01',
          securityGroupIds: ['sg-00000000000000eu1', 'sg-00000000000000eu2'],
          keyName: 'ops',
        },
        userData: { cache: { bucket: 'eu-cache', maxGiB: 20 }, scratch: '/dev/nvme1n1' },
      },
      'us-east-1b/c7g.large': {
        launchSpec: {
          imageId: 'ami-0000000000000us01',
          securityGroupIds: ['sg-00000000000000us1'],
          rootVolume: { sizeGiB: 60, throughputMiBps: 250 },
        },
        userData: { cache: { bucket: 'us-cache', maxGiB: 20 } },
      },
      'us-east-1b/c7gd.large': {
        launchSpec: { imageId: 'ami-0000000000000us01', securityGroupIds: ['sg-00000000000000us1'] },
        userData: { cache: { bucket: 'us-cache', maxGiB: 20 }, scratch: '/dev/nvme1n1' },
      },
    });
  });

  it('shows a document of version 1 and its twin in the present format', () => {
    const [before, after] = yamlBlocks(section('Format versions'));
    expect(before).not.toHaveProperty('schemaVersion');
    expect(after).toHaveProperty('schemaVersion', 2);
    expect(parseWorkerType(before)).toEqual(parseWorkerType(after));
    expect(parseWorkerType(before).kind).toBe('valid');
  });

  it('has a row for every field of a definition', () => {
    const fields = section('Fields');
    for (const name of Object.keys(workerTypeSchema.shape)) expect(fields).toContain(`\n| \`${name}\` | `);
  });

  it.each([
    ['`market`', '| `onDemandBaseCapacity` | integer, 0 to 100000 | `0` |'],
    ['Fields', '| `market` | [object](#market) | `{ onDemandBaseCapacity: 0 }` |'],
    ['`instanceTypes[]`', '| `weight` | number, 0 to 1 | `1` |'],
    ['`regions[]`', '| `zones` | list of [objects](#regionszones), 1 to 16 | **required** |'],
    ['`regions[].zones[]`', '| `subnetId` | string | **required** |'],
    ['`launchSpec`', '| `ebsOptimized` | boolean |  |'],
    ['`rootVolume`', '| `iops` | integer, 3000 to 80000 |  |'],
  ])('%s states type and default of a field', (heading, row) => {
    expect(section(heading)).toContain(row);
  });

  it('links to headings and files that exist', () => {
    const anchors = [...page.matchAll(/^## (.+)$/gm)].map(([, heading]) => `#${anchorOf(heading ?? '')}`);
    const links = [...page.matchAll(/\]\(([^)]+)\)/g)].map(([, target]) => target ?? '');
    expect(links.length).toBeGreaterThan(10);
    for (const link of links) {
      if (link.startsWith('#')) expect(anchors).toContain(link);
      else expect(existsSync(new URL(link, new URL('../../docs/', import.meta.url)))).toBe(true);
    }
  });
});

it("README's first worker type is valid and of the present format", () => {
  const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8');
  const [document] = yamlBlocks(readme) as [Record<string, unknown>];
  expect(document['schemaVersion']).toBe(2);
  expect(launchPools(definitionOf({ provisionerId: 'main', ...document }), 'us-east-1')).toHaveLength(4);
});
