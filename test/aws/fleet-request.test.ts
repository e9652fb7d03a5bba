import type { CreateLaunchTemplateCommandInput } from '@aws-sdk/client-ec2';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fleetRequests } from '../../lib/aws/fleet-request.ts';
import type { LaunchOrder } from '../../lib/control/ports.ts';
import { tagKeys } from '../../lib/core/tags.ts';
import { type WorkerSettings, workerSettingsSchema } from '../../lib/core/worker-settings-schema.ts';
import type { WorkerType } from '../../lib/core/worker-type-schema.ts';
import { aDefinition, anOrder } from '../support/builders.ts';

const settings = {
  homeRegion: 'us-east-1',
  instanceProfileArn: 'arn:aws:iam::1:instance-profile/w',
  workerProgram: 'run();',
};

function requestsOf(changes: Readonly<Record<string, unknown>> = {}, order: Partial<LaunchOrder> = {}) {
  const definition = order.definition ?? aDefinition(changes);
  return fleetRequests(anOrder({ launchId: '1-2-3', definition, targetCapacity: 8, ...order }), settings);
}

const SPEC = { imageId: 'ami-0123456789abcdef0', securityGroupIds: ['sg-0123456789abcdef0'] };
const MIXED = {
  instanceTypes: [
    { instanceType: 'c7g.large' },
    { instanceType: 'c7g.xlarge', capacity: 2 },
    { instanceType: 'm7g.xlarge', capacity: 2, utility: 1.5 },
  ],
  regions: [{ zones: [{ subnetId: 'subnet-aaa' }, { subnetId: 'subnet-bbb' }] }],
};

type TagSpecifications = CreateLaunchTemplateCommandInput['TagSpecifications'];
const tagsByResource = (specifications: TagSpecifications) =>
  Object.fromEntries(
    (specifications ?? []).map(({ ResourceType, Tags = [] }) => [
      ResourceType,
      Object.fromEntries(Tags.map(({ Key, Value }) => [Key, Value])),
    ]),
  );
const settingsIn = (template: CreateLaunchTemplateCommandInput | undefined): WorkerSettings =>
  workerSettingsSchema.parse(
    JSON.parse(Buffer.from(template?.LaunchTemplateData?.UserData ?? '', 'base64').toString()),
  );

describe('the tags of a launch', () => {
  const changes = { version: 4, owner: 'team@example.com', tags: { cost: 'blue' } };
  const identity = {
    Name: 'acme/build',
    [tagKeys.owner]: 'acme',
    [tagKeys.workerType]: 'build',
    [tagKeys.definitionVersion]: '4',
    [tagKeys.maxLifetimeSeconds]: '345600',
    [tagKeys.contact]: 'team@example.com',
    cost: 'blue',
  };

  it('name owner, type, version, age limit, contact and capacity on everything that a template makes', () => {
    const [template] = requestsOf(changes).launchTemplates;
    const complete = { ...identity, [tagKeys.capacity]: '1' };
    expect(tagsByResource(template?.LaunchTemplateData?.TagSpecifications as TagSpecifications)).toEqual({
      instance: complete,
      volume: complete,
      'network-interface': complete,
      'spot-instances-request': complete,
    });
  });

  it('add the launch id to the fleet, its instances and their volumes', () => {
    const complete = { ...identity, [tagKeys.launchId]: '1-2-3' };
    expect(tagsByResource(requestsOf(changes).fleet.TagSpecifications)).toEqual({
      fleet: complete,
      instance: complete,
      volume: complete,
    });
  });

  it('mark the template as ours', () => {
    const [template] = requestsOf(changes).launchTemplates;
    expect(tagsByResource(template?.TagSpecifications)).toEqual({
      'launch-template': { [tagKeys.owner]: 'acme', [tagKeys.workerType]: 'build' },
    });
  });

  it('leave the contact out when nobody is named, since EC2 would keep an empty tag', () => {
    expect(JSON.stringify(requestsOf())).not.toContain(tagKeys.contact);
  });

  it('have no key that the metadata service cannot serve', () => {
    const { launchTemplates, fleet } = requestsOf(changes);
    const all = [...launchTemplates.flatMap(({ LaunchTemplateData: data }) => data?.TagSpecifications ?? [])];
    const keys = [...all, ...(fleet.TagSpecifications ?? [])].flatMap(({ Tags = [] }) => Tags.map(({ Key }) => Key));
    expect(keys.length).toBeGreaterThan(40);
    for (const key of keys) expect(key).toMatch(/^[0-9a-zA-Z\-_+=,.@:]{1,128}$/);
  });

  it('cannot be overridden by those of a definition, even one that the schema did not see', () => {
    const stolen = Object.fromEntries(Object.values(tagKeys).map((key) => [key, 'stolen']));
    const definition: WorkerType = { ...aDefinition({ owner: 'me' }), tags: { ...stolen, cost: 'blue' } };
    const { launchTemplates, fleet } = requestsOf({}, { definition });
    const { instance } = tagsByResource(launchTemplates[0]?.LaunchTemplateData?.TagSpecifications as TagSpecifications);
    const merged = { ...instance, ...tagsByResource(fleet.TagSpecifications)['instance'] };
    for (const key of [tagKeys.owner, tagKeys.workerType, tagKeys.launchId, tagKeys.definitionVersion, tagKeys.name])
      expect(merged[key], key).not.toBe('stolen');
    expect(instance?.[tagKeys.capacity]).toBe('1');
  });
});

describe('the launch template', () => {
  it('requires IMDSv2, shows tags to the instance only, and makes a shutdown the end', () => {
    expect(requestsOf().launchTemplates[0]?.LaunchTemplateData).toMatchObject({
      InstanceInitiatedShutdownBehavior: 'terminate',
      MetadataOptions: {
        HttpEndpoint: 'enabled',
        HttpTokens: 'required',
        HttpPutResponseHopLimit: 1,
        InstanceMetadataTags: 'enabled',
      },
      IamInstanceProfile: { Arn: settings.instanceProfileArn },
      ImageId: 'ami-0123456789abcdef0',
      SecurityGroupIds: ['sg-0123456789abcdef0'],
    });
  });

  it('encrypts a root volume and deletes it with the instance', () => {
    const data = requestsOf({ launchSpec: { ...SPEC, rootVolume: { sizeGiB: 30 } } }).launchTemplates[0]
      ?.LaunchTemplateData;
    expect(data?.BlockDeviceMappings).toEqual([
      {
        DeviceName: '/dev/xvda',
        Ebs: { VolumeType: 'gp3', VolumeSize: 30, Encrypted: true, DeleteOnTermination: true },
      },
    ]);
    expect(requestsOf().launchTemplates[0]?.LaunchTemplateData).not.toHaveProperty('BlockDeviceMappings');
  });

  it('is one for each capacity, which it tells the worker, with the types of that capacity', () => {
    const { launchTemplates, fleet } = requestsOf(MIXED);
    expect(launchTemplates.map((template) => settingsIn(template).capacity)).toEqual([1, 2]);
    expect(
      fleet.LaunchTemplateConfigs?.map(({ LaunchTemplateSpecification: named, Overrides = [] }) => ({
        name: named?.LaunchTemplateName,
        overrides: Overrides.map(({ InstanceType, SubnetId, WeightedCapacity }) => [
          InstanceType,
          SubnetId,
          WeightedCapacity,
        ]),
      })),
    ).toEqual([
      {
        name: launchTemplates[0]?.LaunchTemplateName,
        overrides: [
          ['c7g.large', 'subnet-aaa', 1],
          ['c7g.large', 'subnet-bbb', 1],
        ],
      },
      {
        name: launchTemplates[1]?.LaunchTemplateName,
        overrides: [
          ['c7g.xlarge', 'subnet-aaa', 2],
          ['m7g.xlarge', 'subnet-aaa', 2],
          ['c7g.xlarge', 'subnet-bbb', 2],
          ['m7g.xlarge', 'subnet-bbb', 2],
        ],
      },
    ]);
  });

  it('is one for each launch spec and user data that the cascade merges', () => {
    const beef = 'ami-0000000000000beef';
    const zones = [{ subnetId: 'subnet-aaa' }, { subnetId: 'subnet-bbb', launchSpec: { keyName: 'debug' } }];
    const instanceTypes = [
      { instanceType: 'c7g.large' },
      { instanceType: 'm7g.large', launchSpec: { imageId: beef } },
      { instanceType: 'r7g.large', userData: { memory: 'much' } },
    ];
    const { launchTemplates, fleet } = requestsOf({ userData: { a: 1 }, regions: [{ zones }], instanceTypes });
    const made = (fleet.LaunchTemplateConfigs ?? []).map(({ LaunchTemplateSpecification: named, Overrides }) => {
      const template = launchTemplates.find(({ LaunchTemplateName: name }) => name === named?.LaunchTemplateName);
      const { ImageId: image, KeyName: key } = template?.LaunchTemplateData ?? {};
      const { userData } = settingsIn(template);
      return { pools: Overrides?.map((each) => `${each.SubnetId}/${each.InstanceType}`), image, key, userData };
    });
    const much = { a: 1, memory: 'much' };
    expect(made).toEqual([
      { pools: ['subnet-aaa/c7g.large'], image: SPEC.imageId, userData: { a: 1 } },
      { pools: ['subnet-aaa/m7g.large'], image: beef, userData: { a: 1 } },
      { pools: ['subnet-aaa/r7g.large'], image: SPEC.imageId, userData: much },
      { pools: ['subnet-bbb/c7g.large'], image: SPEC.imageId, key: 'debug', userData: { a: 1 } },
      { pools: ['subnet-bbb/m7g.large'], image: beef, key: 'debug', userData: { a: 1 } },
      { pools: ['subnet-bbb/r7g.large'], image: SPEC.imageId, key: 'debug', userData: much },
    ]);
  });

  it('of an on-demand order tags no spot request, which EC2 would refuse', () => {
    const [template] = requestsOf({}, { market: 'on-demand' }).launchTemplates;
    const types = template?.LaunchTemplateData?.TagSpecifications?.map(({ ResourceType: type }) => type);
    expect(types).toEqual(['instance', 'volume', 'network-interface']);
  });

  it.each([
    ['the definition', { launchSpec: { ...SPEC, imageId: 'ami-0000000000000beef' } }],
    ['its version', { version: 2 }],
    ['its user data', { userData: { a: 1 } }],
    ['its tags', { tags: { a: '1' } }],
  ])('has another name when %s changes', (_what, changes) => {
    expect(requestsOf(changes).launchTemplates[0]?.LaunchTemplateName).not.toBe(
      requestsOf().launchTemplates[0]?.LaunchTemplateName,
    );
  });

  it('has a name that EC2 takes, also for the longest names', () => {
    const longest = 'x'.repeat(38);
    const { launchTemplates } = requestsOf({ provisionerId: longest, workerType: longest });
    expect(launchTemplates[0]?.LaunchTemplateName).toMatch(/^[a-zA-Z0-9().\-/_]{3,128}$/);
  });
});

describe('the fleet request', () => {
  it('asks once for spot instances of the best pools', () => {
    expect(requestsOf().fleet).toMatchObject({
      Type: 'instant',
      TargetCapacitySpecification: { TotalTargetCapacity: 8, DefaultTargetCapacityType: 'spot' },
      SpotOptions: { AllocationStrategy: 'price-capacity-optimized', InstanceInterruptionBehavior: 'terminate' },
    });
  });

  it('asks for on-demand instances without a word of spot where the order says so', () => {
    const { fleet } = requestsOf({ maxPriceUsdPerHour: 0.05 }, { market: 'on-demand' });
    expect(fleet).toMatchObject({
      TargetCapacitySpecification: { TotalTargetCapacity: 8, DefaultTargetCapacityType: 'on-demand' },
      OnDemandOptions: { AllocationStrategy: 'lowest-price' },
    });
    expect(fleet).not.toHaveProperty('SpotOptions');
    expect(JSON.stringify(fleet)).not.toContain('MaxPrice');
  });

  it.each(['spot', 'on-demand'] as const)(
    'has EC2 prefer pools by their weight, of %s, where the strategy does',
    (market) => {
      const zones = [0.5, 1, 0.2].map((weight, index) => ({ subnetId: `subnet-0000000${index}`, weight }));
      const regions = [{ zones: [...zones, { subnetId: 'subnet-00000009', weight: 0.5 }] }];
      const { fleet } = requestsOf({ allocationStrategy: 'capacity-optimized-prioritized', regions }, { market });
      const overrides = fleet.LaunchTemplateConfigs?.flatMap(({ Overrides = [] }) => Overrides) ?? [];
      expect(overrides.map(({ SubnetId, Priority }) => [SubnetId?.at(-1), Priority])).toEqual([
        ['0', 1],
        ['1', 0],
        ['2', 2],
        ['9', 1],
      ]);
      expect(fleet).toMatchObject(
        market === 'spot'
          ? { SpotOptions: { AllocationStrategy: 'capacity-optimized-prioritized' } }
          : { OnDemandOptions: { AllocationStrategy: 'prioritized' } },
      );
      expect(JSON.stringify(requestsOf({ regions }, { market }).fleet)).not.toContain('Priority');
    },
  );

  it('names the pools of the order and no others', () => {
    const [, second] = anOrder({ definition: aDefinition(MIXED) }).pools;
    const { fleet } = requestsOf(MIXED, { pools: second === undefined ? [] : [second] });
    const overrides = fleet.LaunchTemplateConfigs?.flatMap(({ Overrides = [] }) => Overrides);
    expect(overrides).toMatchObject([{ SubnetId: 'subnet-aaa', InstanceType: 'c7g.xlarge', WeightedCapacity: 2 }]);
  });

  it('is of the region of the order: its pools, and its name for the worker', () => {
    const regions = ['us-east-1', 'eu-west-1'].map((region) => ({
      region,
      zones: [{ subnetId: `subnet-${region.slice(0, 2)}a` }],
    }));
    const order = anOrder({ definition: aDefinition({ regions }), region: 'eu-west-1' });
    const { launchTemplates, fleet } = requestsOf({}, order);
    expect(fleet.LaunchTemplateConfigs).toMatchObject([{ Overrides: [{ SubnetId: 'subnet-eua' }] }]);
    expect(launchTemplates.map((template) => settingsIn(template).region)).toEqual(['eu-west-1']);
  });

  it.each`
    fact                                                      | ceiling     | utility | capacity | maxPrice
    ${'is the ceiling itself for utility 1 and capacity 1'}   | ${0.05}     | ${1}    | ${1}     | ${'0.05'}
    ${'grows with the worth of the type'}                     | ${0.05}     | ${1.5}  | ${1}     | ${'0.075'}
    ${'is divided by the capacity, as EC2 counts it by unit'} | ${0.1}      | ${2}    | ${4}     | ${'0.05'}
    ${'is rounded down to five decimals'}                     | ${0.1}      | ${1}    | ${3}     | ${'0.03333'}
    ${'is rounded down, not up, before the sixth decimal'}    | ${0.019999} | ${1}    | ${1}     | ${'0.01999'}
  `('has a price ceiling that $fact', ({ ceiling, utility, capacity, maxPrice }) => {
    const instanceTypes = [{ instanceType: 'c7g.large', capacity, utility }];
    const { fleet } = requestsOf({ maxPriceUsdPerHour: ceiling, instanceTypes });
    expect(fleet.LaunchTemplateConfigs?.[0]?.Overrides?.[0]?.MaxPrice).toBe(maxPrice);
  });

  it('never allows more for an instance than the definition, and little less', () => {
    const price = fc.double({ min: 0.0011, max: 1000, noNaN: true });
    const utility = fc.double({ min: 0.01, max: 1000, noNaN: true });
    fc.assert(
      fc.property(price, utility, fc.integer({ min: 1, max: 1000 }), (maxPriceUsdPerHour, worth, capacity) => {
        // EC2 takes no lower one, and so no definition has it.
        fc.pre((maxPriceUsdPerHour * worth) / capacity >= 0.0011);
        const instanceTypes = [{ instanceType: 'c7g.large', capacity, utility: worth }];
        const { fleet } = requestsOf({ maxPriceUsdPerHour, instanceTypes, maxCapacity: 1000 });
        const perUnit = Number(fleet.LaunchTemplateConfigs?.[0]?.Overrides?.[0]?.MaxPrice);
        const allowed = (maxPriceUsdPerHour * worth) / capacity;
        expect(perUnit).toBeLessThanOrEqual(allowed * (1 + 1e-12));
        expect(perUnit).toBeGreaterThan(allowed - 1.01e-5);
      }),
    );
  });

  it('has no price ceiling where the definition has none', () => {
    expect(requestsOf().fleet.LaunchTemplateConfigs?.[0]?.Overrides?.[0]).not.toHaveProperty('MaxPrice');
  });

  it('has a client token that EC2 takes, the same for the same order and another for any other', () => {
    const tokenOf = (changes = {}, order = {}) => requestsOf(changes, order).fleet.ClientToken;
    expect(tokenOf()).toMatch(/^[!-~]{1,64}$/);
    expect(tokenOf()).toBe(tokenOf());
    const others = [
      tokenOf({}, { launchId: '1-2-4' }),
      tokenOf({ workerType: 'other' }),
      tokenOf({ provisionerId: 'other' }),
    ];
    expect(new Set([tokenOf(), ...others]).size).toBe(4);
  });
});

describe('the requests of an order', () => {
  it('are the same each time', () => {
    expect(requestsOf(MIXED)).toEqual(requestsOf(MIXED));
    const compressed = { ...MIXED, workerInstall: 'amazon-linux-2023' };
    expect(requestsOf(compressed)).toEqual(requestsOf(compressed));
  });

  it('are the same when a table gave the maps back in another order', () => {
    const userData = { b: { y: 1, x: [{ d: 1, c: 2 }] }, a: null };
    const reordered = { a: null, b: { x: [{ c: 2, d: 1 }], y: 1 } };
    const one = requestsOf({ userData, tags: { one: '1', two: '2' } });
    const two = requestsOf({ userData: reordered, tags: { two: '2', one: '1' } });
    expect(JSON.stringify(two)).toBe(JSON.stringify(one));
  });
});
