import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { describeProblem } from '../../lib/core/problem.ts';
import { migrateWorkerType, SCHEMA_VERSION } from '../../lib/core/worker-type-migrations.ts';
import { parseWorkerType } from '../../lib/core/worker-type-schema.ts';
import { aDocument, aVersion1Document } from '../support/builders.ts';

type Document = Record<string, unknown>;

const problems = (document: unknown): string[] => {
  const parsed = parseWorkerType(document);
  return parsed.kind === 'invalid' ? parsed.problems.map(describeProblem) : [];
};
const without = (document: Document, ...fields: string[]): Document =>
  Object.fromEntries(Object.entries(document).filter(([field]) => !fields.includes(field)));

/** The fields of version 1 that are the same today. */
const EVERYTHING_ELSE = {
  version: 7,
  enabled: false,
  description: 'd',
  owner: 'o',
  minCapacity: 1,
  scalingRatio: 0.5,
  countDelayedTasks: true,
  maxPriceUsdPerHour: 0.1,
  instanceTypes: [{ instanceType: 'c7g.large', capacity: 2, utility: 3 }],
  workerInstall: 'amazon-linux-2023',
  userData: { bucket: 'b' },
  tags: { team: 't' },
  idleTimeoutSeconds: 1,
  maxUptimeSeconds: 2,
  maxLifetimeSeconds: 3,
};

describe('a document of format version 1', () => {
  it.each([
    ['with nothing that is optional', {}, {}],
    ['that names its version', { schemaVersion: 1 }, {}],
    [
      'with several subnets',
      { subnetIds: ['subnet-1111', 'subnet-2222'] },
      { regions: [{ zones: [{ subnetId: 'subnet-1111' }, { subnetId: 'subnet-2222' }] }] },
    ],
    [
      'with an SSH key and a root volume',
      { keyName: 'ops', rootVolume: { deviceName: '/dev/sda1', sizeGiB: 40 } },
      {
        launchSpec: {
          imageId: 'ami-0123456789abcdef0',
          securityGroupIds: ['sg-0123456789abcdef0'],
          keyName: 'ops',
          rootVolume: { deviceName: '/dev/sda1', sizeGiB: 40 },
        },
      },
    ],
    ['with everything else that version 1 knew', EVERYTHING_ELSE, EVERYTHING_ELSE],
  ] satisfies [string, Document, Document][])('%s means the same as its version 2 twin', (_shape, old, present) => {
    const parsed = parseWorkerType(aVersion1Document(old));
    expect(parsed).toMatchObject({ kind: 'valid', definition: { schemaVersion: 2 } });
    expect(parsed).toEqual(parseWorkerType(aDocument(present)));
  });

  it('is shown and written in the present format, once and for all', () => {
    const once = migrateWorkerType(aVersion1Document({ keyName: 'ops' }));
    expect(once).toEqual(
      aDocument({
        launchSpec: {
          imageId: 'ami-0123456789abcdef0',
          securityGroupIds: ['sg-0123456789abcdef0'],
          keyName: 'ops',
        },
      }),
    );
    expect(migrateWorkerType(once)).toBe(once);
  });

  it.each([
    ['a queue', 'queueUrl', 'queueUrls: is missing'],
    ['subnets', 'subnetIds', 'regions: is missing'],
    ['an image', 'imageId', 'launchSpec.imageId: is missing'],
    ['security groups', 'securityGroupIds', 'launchSpec.securityGroupIds: is missing'],
  ])('without %s is told so by the field of the present format', (_name, field, problem) => {
    const found = problems(without(aVersion1Document(), field));
    expect(found).toHaveLength(1);
    expect(found[0]).toContain(problem);
  });

  it.each([
    ['a text in place of subnets', { subnetIds: 'subnet-1111' }, 'regions[0].zones: invalid input: expected array'],
    ['a subnet twice', { subnetIds: ['subnet-1', 'subnet-1'] }, 'regions[0].zones[0].subnetId: an id such as subnet-'],
    ['a subnet that is none', { subnetIds: [7] }, 'regions[0].zones[0].subnetId: invalid input: expected string'],
    ['a queue name', { queueUrl: 'build' }, 'queueUrls[0]: the URL of an SQS queue, found "build"'],
    ['a spelling mistake', { maxCapcity: 3 }, 'maxCapcity: is not a field'],
  ] satisfies [string, Document, string][])('with %s is rejected at its place', (_fact, changes, problem) => {
    expect(problems(aVersion1Document(changes)).join('\n')).toContain(problem);
  });

  it('is not changed by reading it', () => {
    const document = Object.freeze(aVersion1Document());
    const copy = structuredClone(document);
    migrateWorkerType(document);
    expect(document).toEqual(copy);
  });
});

describe('migrateWorkerType', () => {
  const subnet = fc.stringMatching(/^subnet-[0-9a-f]{8}$/);
  const version1 = fc.record(
    {
      keyName: fc.string({ minLength: 1, maxLength: 20 }),
      rootVolume: fc.record({ sizeGiB: fc.integer({ min: 1, max: 100 }) }),
      minCapacity: fc.nat(10),
      tags: fc.constant({ team: 'a' }),
      subnetIds: fc.uniqueArray(subnet, { minLength: 1, maxLength: 5 }),
      imageId: fc.constantFrom('ami-0123', 'resolve:ssm:/images/latest'),
    },
    { requiredKeys: ['subnetIds', 'imageId'] },
  );

  it('round trip: a migrated document reads as its twin in the present format, whatever it holds', () => {
    fc.assert(
      fc.property(version1, ({ subnetIds, imageId, keyName, rootVolume, ...rest }) => {
        const launchSpec = { imageId, securityGroupIds: ['sg-0123456789abcdef0'], keyName, rootVolume };
        const regions = [{ zones: subnetIds.map((subnetId) => ({ subnetId })) }];
        const twin = JSON.parse(JSON.stringify(aDocument({ ...rest, launchSpec, regions })));
        const old = aVersion1Document(
          JSON.parse(JSON.stringify({ ...rest, subnetIds, imageId, keyName, rootVolume })) as Document,
        );
        const parsed = parseWorkerType(migrateWorkerType(old));
        expect(parsed.kind).toBe('valid');
        expect(parsed).toEqual(parseWorkerType(twin));
        expect(parsed).toEqual(parseWorkerType(old));
      }),
    );
  });

  it('leaves a document of the present format alone, with and without its version', () => {
    for (const document of [aDocument(), without(aDocument(), 'schemaVersion')]) {
      expect(migrateWorkerType(document)).toBe(document);
      expect(parseWorkerType(document)).toMatchObject({ kind: 'valid', definition: { schemaVersion: SCHEMA_VERSION } });
    }
  });

  it('leaves what is no document alone', () => {
    for (const value of [undefined, null, 7, 'text', [aVersion1Document()]])
      expect(migrateWorkerType(value)).toBe(value);
  });

  it.each([
    ['a newer version', 3],
    ['a version that never was', 0],
    ['a version that is no number', '2'],
  ])('%s is rejected by a message that names both versions', (_fact, schemaVersion) => {
    for (const document of [aDocument({ schemaVersion }), aVersion1Document({ schemaVersion })]) {
      expect(migrateWorkerType(document)).toBe(document);
      expect(problems(document)).toContainEqual(
        expect.stringMatching(
          new RegExp(`^schemaVersion: .*${SCHEMA_VERSION}, found ${JSON.stringify(schemaVersion)}$`),
        ),
      );
    }
  });
});

describe('a document that mixes two formats', () => {
  it.each([
    [
      'the present one with a field of version 1',
      { queueUrl: 'https://sqs.us-east-1.amazonaws.com/1/q' },
      ['queueUrl'],
    ],
    ['version 1 with fields of the present one', { schemaVersion: 1, subnetIds: ['subnet-1234'] }, ['subnetIds']],
  ])('%s loses nothing: what does not belong is named', (_what, changes, fields) => {
    const parsed = parseWorkerType(aDocument(changes));
    expect(parsed.kind === 'invalid' && parsed.problems.map(({ path }) => path)).toEqual(fields);
  });
});
