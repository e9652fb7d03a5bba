import { describe, expect, it } from 'vitest';
import { describeProblem } from '../../lib/core/problem.ts';
import { parseWorkerType } from '../../lib/core/worker-type-schema.ts';
import { aDocument } from '../support/builders.ts';

function problems(changes: Record<string, unknown>): string[] {
  const parsed = parseWorkerType(aDocument(changes));
  return parsed.kind === 'invalid' ? parsed.problems.map(describeProblem) : [];
}

/** The spec of the smallest document, with changes. */
const launchSpec = (changes: Record<string, unknown>) => ({
  launchSpec: { imageId: 'ami-0123456789abcdef0', securityGroupIds: ['sg-0123456789abcdef0'], ...changes },
});
const [zoneA, zoneB] = [{ subnetId: 'subnet-1111' }, { subnetId: 'subnet-2222' }];
const types = (...entries: Record<string, unknown>[]) => ({
  instanceTypes: entries.map((entry) => ({ instanceType: 'c7g.large', ...entry })),
});
const queue = (name: string) => `https://sqs.us-east-1.amazonaws.com/123456789012/${name}`;
const manyTags = Object.fromEntries(Array.from({ length: 60 }, (_, index) => [`k${index}`, 'x']));

describe('a worker type document', () => {
  it('needs only what has no sensible default', () => {
    expect(parseWorkerType(aDocument())).toMatchObject({
      kind: 'valid',
      definition: {
        schemaVersion: 2,
        version: 1,
        enabled: true,
        minCapacity: 0,
        scalingRatio: 0,
        market: { onDemandBaseCapacity: 0 },
        allocationStrategy: 'price-capacity-optimized',
        regionOrder: 'given',
        platform: 'linux',
        secrets: {},
        idleTimeoutSeconds: 300,
        maxUptimeSeconds: 259_200,
        maxLifetimeSeconds: 345_600,
        instanceTypes: [{ instanceType: 'c7g.large', capacity: 1, utility: 1, weight: 1 }],
        regions: [{ weight: 1, zones: [{ subnetId: 'subnet-0123456789abcdef0', weight: 1 }] }],
      },
    });
  });

  describe('strict schema: each of these is rejected with its field path', () => {
    it.each([
      ['an unknown key', { maxCapcity: 3 }, 'maxCapcity: is not a field'],
      ['an unknown key in a list', types({ wieght: 2 }), 'instanceTypes[0].wieght: is not a field'],
      ['an unknown key in a region', { regions: [{ zones: [zoneA], zone: 'a' }] }, 'regions[0].zone: is not a field'],
      [
        'an unknown key in a zone',
        { regions: [{ zones: [{ ...zoneA, az: 'a' }] }] },
        'regions[0].zones[0].az: is not a',
      ],
      ['an unknown key in a launch spec', launchSpec({ userData: {} }), 'launchSpec.userData: is not a field'],
      [
        'an unknown key in the root volume',
        launchSpec({ rootVolume: { sizeGib: 8 } }),
        'launchSpec.rootVolume.sizeGib: is not a field',
      ],
      ['an unknown key of the market', { market: { spot: false } }, 'market.spot: is not a field'],
      ['min above max', { minCapacity: 5, maxCapacity: 4 }, 'minCapacity: must be at most maxCapacity (4), found 5'],
      ['a negative number', { minCapacity: -1 }, 'minCapacity: too small'],
      ['a negative weight', types({ weight: -0.1 }), 'instanceTypes[0].weight: too small'],
      ['a weight above 1', { regions: [{ weight: 2, zones: [zoneA] }] }, 'regions[0].weight: too big'],
      ['a fraction of a task', { maxCapacity: 1.5 }, 'maxCapacity: invalid input: expected int'],
      ['text in place of a number', { maxCapacity: '10' }, 'maxCapacity: invalid input: expected number'],
      ['a missing queue', { queueUrls: undefined }, 'queueUrls: is missing'],
      ['an empty list of queues', { queueUrls: [] }, 'queueUrls: at least one is needed'],
      ['a queue twice', { queueUrls: [queue('a'), queue('b'), queue('a')] }, 'queueUrls: holds the same queue twice'],
      [
        'a queue name in place of a URL',
        { queueUrls: ['build'] },
        'queueUrls[0]: the URL of an SQS queue, found "build"',
      ],
      ['an instance type twice', types({}, {}), 'instanceTypes: holds the same instanceType twice'],
      [
        'a region twice',
        { regions: [1, 2].map((number) => ({ region: 'us-east-1', zones: [{ subnetId: `subnet-${number}11` }] })) },
        'regions: holds the same region twice',
      ],
      [
        'the home region twice',
        { regions: [{ zones: [zoneA] }, { zones: [zoneB] }] },
        'regions: holds the same region twice',
      ],
      ['a subnet twice', { regions: [{ zones: [zoneA, zoneA] }] }, 'regions[0].zones: holds the same subnetId twice'],
      [
        'an Availability Zone twice',
        { regions: [{ zones: [zoneA, zoneB].map((zone) => ({ ...zone, availabilityZone: 'us-east-1a' })) }] },
        'regions[0].zones: holds the same availabilityZone twice',
      ],
      [
        'a zone of another region',
        { regions: [{ region: 'us-east-1', zones: [{ ...zoneA, availabilityZone: 'us-west-2a' }] }] },
        'regions[0].zones[0].availabilityZone: must lie in us-east-1, found us-west-2a',
      ],
      ['no region', { regions: [] }, 'regions: at least one is needed'],
      ['a region without zones', { regions: [{ zones: [] }] }, 'regions[0].zones: at least one is needed'],
      [
        'an empty list of security groups',
        launchSpec({ securityGroupIds: [] }),
        'launchSpec.securityGroupIds: at least',
      ],
      [
        'a security group twice',
        launchSpec({ securityGroupIds: ['sg-1234', 'sg-1234'] }),
        'launchSpec.securityGroupIds: holds the same id twice',
      ],
      [
        'a set in place of a list',
        launchSpec({ securityGroupIds: new Set(['sg-1234']) }),
        'launchSpec.securityGroupIds: invalid input: expected array, received Set, found a set',
      ],
      ['an image that is no image', launchSpec({ imageId: 'ubuntu' }), 'launchSpec.imageId: ami-'],
      [
        'an image that is no image, in a zone',
        { regions: [{ zones: [{ ...zoneA, launchSpec: { imageId: 'ubuntu' } }] }] },
        'regions[0].zones[0].launchSpec.imageId: ami-',
      ],
      [
        'a type too large for the maximum',
        { maxCapacity: 3, ...types({ capacity: 4 }) },
        'maxCapacity: no instance type fits',
      ],
      [
        'a worker that cannot leave before it is reaped',
        { maxUptimeSeconds: 600, maxLifetimeSeconds: 600 },
        'maxLifetimeSeconds: must be more than maxUptimeSeconds (600)',
      ],
      [
        'idle time above uptime',
        { idleTimeoutSeconds: 601, maxUptimeSeconds: 600 },
        'idleTimeoutSeconds: must be at most maxUptimeSeconds (600), found 601',
      ],
      ['a price that EC2 would refuse', { maxPriceUsdPerHour: 0.001 }, 'maxPriceUsdPerHour: too small'],
      [
        'a ceiling that EC2 would refuse by unit',
        { maxPriceUsdPerHour: 0.04, ...types({ capacity: 64 }) },
        'instanceTypes[0].utility: maxPriceUsdPerHour x utility / capacity is 0.00063 USD',
      ],
      [
        'a limit on spending without a ceiling on prices',
        { maxSpendUsdPerHour: 5 },
        'maxSpendUsdPerHour: needs maxPriceUsdPerHour',
      ],
      ...[{ onDemandBaseCapacity: 1 }, { onDemandFallbackMinutes: 15 }].map(
        (market): [string, Record<string, unknown>, string] => [
          `a limit on spending beside on-demand instances of unknown price (${Object.keys(market)})`,
          { maxSpendUsdPerHour: 5, maxPriceUsdPerHour: 0.1, market },
          'market.onDemandPriceUsdPerHour: is missing: with maxSpendUsdPerHour (5)',
        ],
      ),
      [
        'the value of a secret',
        { secrets: { TOKEN: 'hunter2' } },
        'secrets.TOKEN: ssm:/PARAMETER or secretsmanager:NAME',
      ],
      ['a secret that is no variable', { secrets: { 'my-token': 'ssm:/x' } }, 'secrets.my-token'],
    ] satisfies [string, Record<string, unknown>, string][])('%s', (_fact, changes, path) => {
      expect(problems(changes).join('\n')).toContain(path);
    });
  });

  describe('tags at launch', () => {
    it.each([
      [
        "the provisioner's own",
        { 'spot-provisioner:launch-id': 'x' },
        "tags.spot-provisioner:launch-id: is AWS's or the",
      ],
      ['Name', { Name: 'x' }, "tags.Name: is AWS's or the provisioner's own"],
      ["AWS's own, in any letters", { 'AWS:x': 'x' }, "tags.AWS:x: is AWS's"],
      ['a key that EC2 would refuse', { 'team/cost centre': 'x' }, 'tags.team/cost centre'],
      [
        'a key that IMDS cannot show',
        { _index: 'x' },
        'tags._index: is a name that the instance metadata service cannot',
      ],
      ['more than EC2 takes', manyTags, 'tags: at most 41 tags'],
      ['a value that is too long', { team: 'x'.repeat(257) }, 'tags.team: too big'],
    ] satisfies [string, Record<string, string>, string][])('are not for definitions: %s', (_fact, tags, path) => {
      expect(problems({ tags }).join('\n')).toContain(path);
    });

    it('take keys for cost allocation, also ones that only begin like one of ours', () => {
      expect(problems({ owner: 'build-team@example.com', tags: { 'cost-centre': 'ci', NameOfTeam: 'core' } })).toEqual(
        [],
      );
    });
  });

  describe('after the cascade', () => {
    const half = { imageId: 'ami-0123456789abcdef0' };
    it('every pool needs an image and security groups; what all lack is said once, at the top', () => {
      expect(problems({ launchSpec: {} })).toEqual([
        'launchSpec.imageId: is missing: no layer of the cascade names an image',
        'launchSpec.securityGroupIds: is missing: no layer of the cascade names a security group',
      ]);
    });

    it('a pool that alone lacks something is named', () => {
      const regions = [{ zones: [zoneA, { ...zoneB, launchSpec: { imageId: null } }] }];
      const instanceTypes = [
        { instanceType: 'c7g.large' },
        { instanceType: 'c7i.large', launchSpec: { imageId: 'ami-0123' } },
      ];
      expect(problems({ regions, instanceTypes })).toEqual([
        'regions[0].zones[1].launchSpec.imageId: is missing: no layer of the cascade names an image (for c7g.large)',
      ]);
    });

    it('any layer may name the image and the groups', () => {
      const regions = [{ zones: [zoneA], launchSpec: { securityGroupIds: ['sg-0123'] } }];
      expect(problems({ launchSpec: {}, regions, ...types({ launchSpec: half }) })).toEqual([]);
    });

    it.each([
      ['in bytes of JSON', 'x'.repeat(9000)],
      ['not in characters', '€'.repeat(3000)],
    ])('user data has to fit into 8 KB, counted %s', (_fact, blob) => {
      expect(problems({ userData: { blob } })).toEqual([
        'userData: at most 8192 bytes of JSON after the cascade, found 9011',
      ]);
    });

    it('user data that only one zone makes too long is told there', () => {
      const userData = { blob: 'x'.repeat(5000) };
      const regions = [{ zones: [zoneA, { ...zoneB, userData: { more: 'x'.repeat(5000) } }] }];
      const [found, ...others] = problems({ userData, regions });
      expect(found).toMatch(/^regions\[0\]\.zones\[1\]\.userData: at most 8192 bytes .* \(for c7g\.large\)$/);
      expect(others).toEqual([]);
    });
  });

  it('reports every problem at once', () => {
    const regions = [{ zones: 'subnet-1' }];
    const found = problems({ maxCapacity: -1, ...launchSpec({ imageId: 7 }), regions, surprise: true });
    expect(found.map((problem) => problem.split(':')[0])).toEqual([
      'maxCapacity',
      'launchSpec.imageId',
      'regions[0].zones',
      'surprise',
    ]);
  });

  it('reports broken rules between fields beside fields that are wrong by themselves', () => {
    const found = problems({
      minCapacity: 5,
      maxCapacity: 3,
      ...launchSpec({ imageId: 'ubuntu' }),
      surprise: true,
      tags: { Name: 'x' },
    });
    expect(found.map((problem) => problem.split(':')[0])).toEqual([
      'launchSpec.imageId',
      'surprise',
      'minCapacity',
      'tags.Name',
    ]);
  });

  it.each([
    ['a string', 'junk'],
    ['a list', [1, 2]],
    ['nothing', undefined],
    ['null', null],
    ['a number', 7],
  ])('answers problems instead of throwing for %s', (_name, document) => {
    expect(parseWorkerType(document)).toMatchObject({ kind: 'invalid' });
  });

  it('keeps the report of 400 KB of junk short', () => {
    const junk = Object.fromEntries(Array.from({ length: 4000 }, (_, index) => [`k${index}`, 'x'.repeat(90)]));
    const found = problems(junk);
    expect(found.length).toBeLessThanOrEqual(51);
    expect(found.join('\n').length).toBeLessThan(20_000);
    expect(found.at(-1)).toMatch(/more problems are not listed/);
  });

  it('keeps field paths short, whatever the keys are', () => {
    const found = problems({ tags: { ['k'.repeat(300_000)]: 'x' } });
    expect(found.join('\n').length).toBeLessThan(1000);
  });

  it('lets maxCapacity 0 switch a type off whatever its instance types hold', () => {
    expect(problems({ maxCapacity: 0, ...types({ capacity: 4 }) })).toEqual([]);
  });
});
