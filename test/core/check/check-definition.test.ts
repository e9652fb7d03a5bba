import { describe, expect, it } from 'vitest';
import { known, type RegionFacts, unknown } from '../../../lib/core/check/account-facts.ts';
import { lookupsOf } from '../../../lib/core/check/account-lookups.ts';
import { checkDefinition } from '../../../lib/core/check/check-definition.ts';
import { launchablePools, unlaunchablePools } from '../../../lib/core/check/unlaunchable.ts';
import { MemoryAccount } from '../../../lib/memory/memory-account.ts';
import { aDefinition } from '../../support/builders.ts';

const HOME = 'us-east-1';
const IMAGE = 'ami-0123456789abcdef0';
const GROUP = 'sg-0123456789abcdef0';
const A = 'subnet-aaa';
const B = 'subnet-bbb';
const both = { regions: [{ zones: [{ subnetId: A }, { subnetId: B }] }] };
const twoTypes = { instanceTypes: [{ instanceType: 'c7g.large' }, { instanceType: 'm7g.large' }] };
const spec = (changes: object) => ({ launchSpec: { imageId: IMAGE, securityGroupIds: [GROUP], ...changes } });
const image = { kind: 'found', imageId: IMAGE, state: 'available', architecture: 'arm64' } as const;
const root = { rootDeviceType: 'ebs', rootDeviceName: '/dev/xvda', rootVolumeGiB: 8 };
const typeFact = { architectures: ['arm64'], vCpus: 2, isSpotSupported: true };
const subnetFact = { availabilityZone: 'us-east-1a', vpcId: 'vpc-1', freeAddresses: 4091 };

async function check(definitionChanges: object, facts: Partial<RegionFacts> = {}) {
  const definition = aDefinition({ ...definitionChanges });
  const account = new MemoryAccount();
  account.change(HOME, facts);
  return checkDefinition(definition, HOME, await account.lookUp(lookupsOf([definition], HOME)));
}

const fact = <Value>(name: string, value: Value) => new Map([[name, known(value)]]);

it('finds nothing when everything exists and fits', async () => {
  const all = spec({ keyName: 'k', kernelId: 'aki-123', instanceProfileArn: PROFILE });
  expect(await check({ ...both, ...twoTypes, ...all })).toEqual({ findings: [], unknown: [] });
});

const PROFILE = 'arn:aws:iam::123456789012:instance-profile/p';
const noMarket = { market: { onDemandBaseCapacity: 0, onDemandFallbackMinutes: 5 } };

interface Row {
  readonly about: string;
  readonly definition?: object;
  readonly facts: Partial<RegionFacts>;
  readonly path: string;
  readonly value: string;
  readonly message: string;
  readonly pools?: readonly string[];
  readonly severity?: 'error' | 'warning';
}

const rows: readonly Row[] = [
  {
    about: 'an image that does not exist in the region',
    facts: { images: fact(IMAGE, { kind: 'missing' }) },
    path: 'launchSpec.imageId',
    value: IMAGE,
    message: 'does not exist in us-east-1',
    pools: [`${A}/c7g.large`, `${B}/c7g.large`],
  },
  {
    about: 'an image that one zone names',
    definition: {
      regions: [{ zones: [{ subnetId: A }, { subnetId: B, launchSpec: { imageId: 'ami-other' } }] }],
    },
    facts: { images: fact('ami-other', { kind: 'missing' }) },
    path: 'regions[0].zones[1].launchSpec.imageId',
    value: 'ami-other',
    message: 'does not exist',
    pools: [`${B}/c7g.large`],
  },
  {
    about: 'a deregistered image',
    facts: { images: fact(IMAGE, { kind: 'deregistered' }) },
    path: 'launchSpec.imageId',
    value: IMAGE,
    message: 'was deregistered in us-east-1',
    pools: [`${A}/c7g.large`, `${B}/c7g.large`],
  },
  {
    about: 'an image that is not available yet',
    facts: { images: fact(IMAGE, { ...image, ...root, state: 'pending' }) },
    path: 'launchSpec.imageId',
    value: IMAGE,
    message: 'is pending, not available',
    pools: [`${A}/c7g.large`, `${B}/c7g.large`],
  },
  {
    about: 'a parameter that holds no image',
    definition: spec({ imageId: 'resolve:ssm:/images/worker' }),
    facts: { images: fact('resolve:ssm:/images/worker', { kind: 'no-parameter' }) },
    path: 'launchSpec.imageId',
    value: 'resolve:ssm:/images/worker',
    message: 'no such SSM parameter in us-east-1',
    pools: [`${A}/c7g.large`, `${B}/c7g.large`],
  },
  {
    about: 'an image of another architecture than one of the instance types',
    definition: twoTypes,
    facts: { instanceTypes: fact('m7g.large', { ...typeFact, architectures: ['x86_64', 'i386'] }) },
    path: 'instanceTypes[1].instanceType',
    value: 'm7g.large',
    message: `is x86_64 or i386, image ${IMAGE} is arm64`,
    pools: [`${A}/m7g.large`, `${B}/m7g.large`],
  },
  {
    about: 'a root volume smaller than the image',
    definition: spec({ rootVolume: { sizeGiB: 4 } }),
    facts: {},
    path: 'launchSpec.rootVolume.sizeGiB',
    value: '4',
    message: `the root of ${IMAGE} has 8`,
    pools: [`${A}/c7g.large`, `${B}/c7g.large`],
  },
  {
    about: 'a root volume on a device that is not the root device of the image',
    definition: spec({ rootVolume: { sizeGiB: 40 } }),
    facts: { images: fact(IMAGE, { ...image, ...root, rootDeviceName: '/dev/sda1' }) },
    path: 'launchSpec.rootVolume.deviceName',
    value: '/dev/xvda',
    message: 'is not the root device',
    severity: 'warning',
  },
  {
    about: 'a root volume of an image whose root is an instance store',
    definition: spec({ rootVolume: { sizeGiB: 40 } }),
    facts: { images: fact(IMAGE, { ...image, ...root, rootDeviceType: 'instance-store' }) },
    path: 'launchSpec.rootVolume',
    value: '/dev/xvda',
    message: 'has no effect',
    severity: 'warning',
  },
  {
    about: 'a kernel that does not exist',
    definition: spec({ kernelId: 'aki-123' }),
    facts: { images: fact('aki-123', { kind: 'missing' }) },
    path: 'launchSpec.kernelId',
    value: 'aki-123',
    message: 'does not exist in us-east-1',
    pools: [`${A}/c7g.large`, `${B}/c7g.large`],
  },
  {
    about: 'a RAM disk that does not exist',
    definition: spec({ ramdiskId: 'ari-123' }),
    facts: { images: fact('ari-123', { kind: 'missing' }) },
    path: 'launchSpec.ramdiskId',
    value: 'ari-123',
    message: 'does not exist in us-east-1',
    pools: [`${A}/c7g.large`, `${B}/c7g.large`],
  },
  {
    about: 'an instance type that does not exist',
    facts: { instanceTypes: fact('c7g.large', undefined) },
    path: 'instanceTypes[0].instanceType',
    value: 'c7g.large',
    message: 'is no instance type of us-east-1',
    pools: [`${A}/c7g.large`, `${B}/c7g.large`],
  },
  {
    about: 'a type not offered in a zone, which excludes just that pool',
    definition: twoTypes,
    facts: { offerings: fact('m7g.large', new Set(['us-east-1a'])) },
    path: 'instanceTypes[1].instanceType',
    value: 'm7g.large',
    message: 'is not offered in us-east-1b',
    pools: [`${B}/m7g.large`],
    severity: 'warning',
  },
  {
    about: 'a type that has no spot instances',
    facts: { instanceTypes: fact('c7g.large', { ...typeFact, isSpotSupported: false }) },
    path: 'instanceTypes[0].instanceType',
    value: 'c7g.large',
    message: 'is not available as spot',
    pools: [`${A}/c7g.large`, `${B}/c7g.large`],
  },
  {
    about: 'a type that has no spot instances, where on-demand may be launched',
    definition: noMarket,
    facts: { instanceTypes: fact('c7g.large', { ...typeFact, isSpotSupported: false }) },
    path: 'instanceTypes[0].instanceType',
    value: 'c7g.large',
    message: 'is not available as spot',
    severity: 'warning',
  },
  {
    about: 'a subnet that does not exist',
    facts: { subnets: fact(B, undefined) },
    path: 'regions[0].zones[1].subnetId',
    value: B,
    message: 'does not exist in us-east-1',
    pools: [`${B}/c7g.large`],
  },
  {
    about: 'a subnet in another zone than stated',
    definition: { regions: [{ zones: [{ subnetId: A, availabilityZone: 'us-east-1c' }, { subnetId: B }] }] },
    facts: {},
    path: 'regions[0].zones[0].availabilityZone',
    value: 'us-east-1c',
    message: `is not the zone of ${A}, which lies in us-east-1a`,
    severity: 'warning',
  },
  {
    about: 'a subnet without a free address',
    facts: { subnets: fact(B, { ...subnetFact, availabilityZone: 'us-east-1b', freeAddresses: 0 }) },
    path: 'regions[0].zones[1].subnetId',
    value: B,
    message: 'has no free address',
    severity: 'warning',
  },
  {
    about: 'fewer free addresses than maxCapacity may need',
    facts: {
      subnets: new Map([
        [A, known({ ...subnetFact, freeAddresses: 40 })],
        [B, known({ ...subnetFact, availabilityZone: 'us-east-1b', freeAddresses: 50 })],
      ]),
    },
    path: 'maxCapacity',
    value: '100',
    message: 'up to 100 instances, its subnets have 90 addresses free',
    severity: 'warning',
  },
  {
    about: 'two subnets of one zone',
    facts: { subnets: fact(B, subnetFact) },
    path: 'regions[0].zones[1].subnetId',
    value: B,
    message: `lies in us-east-1a like ${A}`,
    pools: [`${B}/c7g.large`],
  },
  {
    about: 'a security group that does not exist',
    facts: { securityGroupIds: fact(GROUP, undefined) },
    path: 'launchSpec.securityGroupIds[0]',
    value: GROUP,
    message: 'does not exist in us-east-1',
    pools: [`${A}/c7g.large`, `${B}/c7g.large`],
  },
  {
    about: 'a security group of another VPC than a subnet',
    facts: { subnets: fact(B, { ...subnetFact, availabilityZone: 'us-east-1b', vpcId: 'vpc-2' }) },
    path: 'launchSpec.securityGroupIds[0]',
    value: GROUP,
    message: 'belongs to vpc-1, the subnet lies in vpc-2',
    pools: [`${B}/c7g.large`],
  },
  {
    about: 'a key pair that does not exist',
    definition: spec({ keyName: 'mine' }),
    facts: { keyPairs: fact('mine', false) },
    path: 'launchSpec.keyName',
    value: 'mine',
    message: 'does not exist in us-east-1',
    pools: [`${A}/c7g.large`, `${B}/c7g.large`],
  },
  {
    about: 'a quota below what maxCapacity needs',
    facts: { spotVcpuQuotas: new Map([['standard', known(64)]]) },
    path: 'maxCapacity',
    value: '100',
    message:
      'needs 200 vCPUs, the quota "All Standard (A, C, D, H, I, M, R, T, Z) Spot Instance Requests" in us-east-1 allows 64',
    severity: 'warning',
  },
  {
    about: 'a quota below one instance',
    definition: { maxCapacity: 0 },
    facts: { spotVcpuQuotas: new Map([['standard', known(1)]]) },
    path: 'instanceTypes[0].instanceType',
    value: 'c7g.large',
    message: 'has 2 vCPUs',
    pools: [`${A}/c7g.large`, `${B}/c7g.large`],
  },
];

describe('checkDefinition names field, region and value, and the pools that cannot be launched, of', () => {
  it.each(rows)('$about', async ({ definition, facts, path, value, message, pools = [], severity = 'error' }) => {
    const { findings, unknown: notKnown } = await check({ ...both, ...definition }, facts);
    expect(findings).toEqual([
      { severity, path, region: HOME, value, message: expect.stringContaining(message), pools: [...pools] },
    ]);
    expect(notKnown).toEqual([]);
  });

  it('an instance profile that does not exist', async () => {
    const account = new MemoryAccount();
    account.changeShared({ instanceProfiles: fact(PROFILE, false) });
    const definition = aDefinition(spec({ instanceProfileArn: PROFILE }));
    const { findings } = checkDefinition(definition, HOME, await account.lookUp(lookupsOf([definition], HOME)));
    expect(findings).toMatchObject([
      { path: 'launchSpec.instanceProfileArn', value: PROFILE, message: 'does not exist', pools: [expect.any(String)] },
    ]);
  });

  it('a queue that cannot be read', async () => {
    const account = new MemoryAccount();
    const [gone, fine] = ['https://sqs.us-east-1.amazonaws.com/1/gone', 'https://sqs.us-east-1.amazonaws.com/1/fine'];
    account.changeShared({ queues: fact(gone, { kind: 'unreadable', code: 'QueueDoesNotExist', message: 'no' }) });
    const definition = aDefinition({ queueUrls: [fine, gone] });
    const { findings } = checkDefinition(definition, HOME, await account.lookUp(lookupsOf([definition], HOME)));
    expect(findings).toMatchObject([
      {
        severity: 'error',
        path: 'queueUrls[1]',
        value: gone,
        message: 'cannot be read: QueueDoesNotExist: no',
        pools: [],
      },
    ]);
  });
});

describe('checkDefinition', () => {
  it('takes what could not be looked up for unknown, and finds nothing in it', async () => {
    const lost = unknown('TimeoutError: slow');
    const { findings, unknown: words } = await check(
      { ...both, ...spec({ keyName: 'k' }) },
      {
        images: new Map([[IMAGE, lost]]),
        instanceTypes: new Map([['c7g.large', lost]]),
        subnets: new Map([
          [A, lost],
          [B, lost],
        ]),
        securityGroupIds: new Map([[GROUP, lost]]),
        keyPairs: new Map([['k', lost]]),
        spotVcpuQuotas: new Map([['standard', lost]]),
      },
    );
    expect(findings).toEqual([]);
    expect(words).toHaveLength(7);
    expect(words).toContain(`us-east-1: image ${IMAGE}: TimeoutError: slow`);
  });

  it('reports the same image once for each region, with the region and its own pools', async () => {
    const regions = [{ zones: [{ subnetId: A }] }, { region: 'eu-west-1', zones: [{ subnetId: B }] }];
    const definition = aDefinition({ regions });
    const account = new MemoryAccount();
    account.change('eu-west-1', { images: fact(IMAGE, { kind: 'missing' }) });
    const { findings } = checkDefinition(definition, HOME, await account.lookUp(lookupsOf([definition], HOME)));
    expect(findings).toMatchObject([{ region: 'eu-west-1', value: IMAGE, pools: [`${B}/c7g.large`] }]);
  });

  it('leaves out what has weight 0: a paused entry may name what is not there', async () => {
    const regions = [{ zones: [{ subnetId: A }, { subnetId: B, weight: 0 }] }];
    expect(await check({ regions }, { subnets: fact(B, undefined) })).toEqual({ findings: [], unknown: [] });
  });

  it('adds up the quotas of all regions and classes before it warns of them', async () => {
    const regions = [{ zones: [{ subnetId: A }] }, { region: 'eu-west-1', zones: [{ subnetId: B }] }];
    const definition = aDefinition({ regions });
    const account = new MemoryAccount();
    const quota = (vCpus: number) => ({ spotVcpuQuotas: new Map([['standard' as const, known(vCpus)]]) });
    const run = async () => checkDefinition(definition, HOME, await account.lookUp(lookupsOf([definition], HOME)));
    account.change(HOME, quota(100));
    account.change('eu-west-1', quota(100));
    expect((await run()).findings).toEqual([]);
    account.change('eu-west-1', quota(98));
    expect((await run()).findings.map(({ region, message }) => [region, message])).toEqual([
      [HOME, expect.stringContaining('allows 100, and all quotas together enough for 99 tasks')],
      ['eu-west-1', expect.stringContaining('allows 98')],
    ]);
  });

  it('says nothing about the quota of a family that it does not know', async () => {
    const instanceTypes = [{ instanceType: 'hpc7g.4xlarge' }];
    expect(await check({ instanceTypes })).toEqual({ findings: [], unknown: [] });
  });
});

describe('pools that the findings leave', () => {
  it('are those that no finding names, by region', async () => {
    const definition = aDefinition({ ...both, ...twoTypes });
    const { findings } = await check(
      { ...both, ...twoTypes },
      { offerings: fact('m7g.large', new Set(['us-east-1a'])), subnets: fact(A, undefined) },
    );
    expect([...unlaunchablePools(findings).keys()].sort()).toEqual([
      `us-east-1/${A}/c7g.large`,
      `us-east-1/${A}/m7g.large`,
      `us-east-1/${B}/m7g.large`,
    ]);
    expect(launchablePools(definition, HOME, findings).map((pool) => `${pool.subnetId}/${pool.instanceType}`)).toEqual([
      `${B}/c7g.large`,
    ]);
  });
});

it('looks everything up once, however many types name it', () => {
  const definitions = [aDefinition(both), aDefinition({ ...both, ...twoTypes, workerType: 'other' })];
  const { regions, queueUrls } = lookupsOf(definitions, HOME);
  expect([...regions.keys()]).toEqual([HOME]);
  expect(regions.get(HOME)).toMatchObject({
    images: [IMAGE],
    instanceTypes: ['c7g.large', 'm7g.large'],
    subnetIds: [A, B],
  });
  expect(queueUrls).toHaveLength(1);
});
