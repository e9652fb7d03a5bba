import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type LaunchPool, launchPools, poolName, regionsOf } from '../../lib/core/launch-cascade.ts';
import { mergeLayers } from '../../lib/core/merge-layers.ts';
import type { WorkerType } from '../../lib/core/worker-type-schema.ts';
import { aDefinition } from '../support/builders.ts';

type UserData = WorkerType['userData'];

const HOME = 'eu-central-1';

describe('the cascade global -> region -> zone -> instance type', () => {
  /** Two regions, two zones each, two types. Each layer says something of its own and something that others say too. */
  const definition = aDefinition({
    launchSpec: {
      imageId: 'ami-eu1arm',
      securityGroupIds: ['sg-eu1', 'sg-eu2'],
      keyName: 'ops',
      rootVolume: { deviceName: '/dev/xvda', sizeGiB: 30 },
    },
    userData: { cache: { bucket: 'eu', ttl: 60 }, paths: ['/a', '/b'] },
    regions: [
      {
        region: HOME,
        zones: [{ subnetId: 'subnet-eu1', availabilityZone: 'eu-central-1a' }, { subnetId: 'subnet-eu2' }],
      },
      {
        region: 'us-east-1',
        launchSpec: { imageId: 'ami-us1arm', securityGroupIds: ['sg-us1'], keyName: null },
        userData: { cache: { bucket: 'us' } },
        zones: [
          { subnetId: 'subnet-us1', availabilityZone: 'us-east-1a' },
          {
            subnetId: 'subnet-us2',
            availabilityZone: 'us-east-1b',
            launchSpec: { keyName: 'zone', rootVolume: { sizeGiB: 50 } },
            userData: { paths: ['/zone'], cache: null },
          },
        ],
      },
    ],
    instanceTypes: [
      { instanceType: 'c7g.large' },
      {
        instanceType: 'i4i.large',
        launchSpec: { imageId: 'ami-x86', rootVolume: null, ebsOptimized: true },
        userData: { cache: { local: true } },
      },
    ],
  });

  const eu = { imageId: 'ami-eu1arm', securityGroupIds: ['sg-eu1', 'sg-eu2'], keyName: 'ops' };
  const us = { imageId: 'ami-us1arm', securityGroupIds: ['sg-us1'] };
  const x86 = { imageId: 'ami-x86', ebsOptimized: true };
  const volume = (sizeGiB: number) => ({ rootVolume: { deviceName: '/dev/xvda', sizeGiB } });
  const paths = ['/a', '/b'];

  it.each([
    ['eu-central-1a/c7g.large', { ...eu, ...volume(30) }, { cache: { bucket: 'eu', ttl: 60 }, paths }],
    ['eu-central-1a/i4i.large', { ...eu, ...x86 }, { cache: { bucket: 'eu', ttl: 60, local: true }, paths }],
    ['subnet-eu2/c7g.large', { ...eu, ...volume(30) }, { cache: { bucket: 'eu', ttl: 60 }, paths }],
    ['subnet-eu2/i4i.large', { ...eu, ...x86 }, { cache: { bucket: 'eu', ttl: 60, local: true }, paths }],
    ['us-east-1a/c7g.large', { ...us, ...volume(30) }, { cache: { bucket: 'us', ttl: 60 }, paths }],
    ['us-east-1a/i4i.large', { ...us, ...x86 }, { cache: { bucket: 'us', ttl: 60, local: true }, paths }],
    ['us-east-1b/c7g.large', { ...us, keyName: 'zone', ...volume(50) }, { paths: ['/zone'] }],
    ['us-east-1b/i4i.large', { ...us, ...x86, keyName: 'zone' }, { cache: { local: true }, paths: ['/zone'] }],
  ])('launch spec and user data of %s', (name, launchSpec, userData) => {
    const pools = launchPools(definition, HOME);
    expect(pools).toHaveLength(8);
    expect(pools.find((pool) => poolName(pool) === name)).toMatchObject({ launchSpec, userData });
    expect(pools.find((pool) => poolName(pool) === name)?.launchSpec).toEqual(launchSpec);
    expect(pools.find((pool) => poolName(pool) === name)?.userData).toEqual(userData);
  });

  /** Which of the four layers say `keyName`: none, one, ... all. */
  const combinations = Array.from({ length: 16 }, (_, bits) =>
    ['global', 'region', 'zone', 'type'].filter((_layer, index) => bits & (1 << index)),
  );
  it.each(combinations.map((said) => [said.join(', ') || 'nobody', said] as const))(
    'the innermost layer wins where %s says it, and null there deletes it',
    (_name, said) => {
      const poolWhen = (innermost: string | null) => {
        const spec = (layer: string) =>
          said.includes(layer) ? { launchSpec: { keyName: layer === said.at(-1) ? innermost : layer } } : {};
        const pools = launchPools(
          {
            ...aDefinition(),
            ...{ launchSpec: {}, ...spec('global') },
            instanceTypes: [{ instanceType: 'c7g.large', capacity: 1, utility: 1, weight: 1, ...spec('type') }],
            regions: [{ weight: 1, zones: [{ subnetId: 'subnet-1', weight: 1, ...spec('zone') }], ...spec('region') }],
          },
          HOME,
        );
        return pools.map((pool) => pool.launchSpec);
      };
      expect(poolWhen('innermost')).toEqual([said.length === 0 ? {} : { keyName: 'innermost' }]);
      expect(poolWhen(null)).toEqual([{}]);
    },
  );

  it('lists are replaced as a whole, never joined', () => {
    expect(mergeLayers({ list: [1, 2, 3] }, { list: [4] })).toEqual({ list: [4] });
    expect(mergeLayers({ list: [{ a: 1 }] }, { list: [] })).toEqual({ list: [] });
  });

  it('null deletes only what comes before it', () => {
    expect(mergeLayers({ a: { b: 1, c: 2 } }, { a: { b: null } }, { a: { d: 3 } })).toEqual({ a: { c: 2, d: 3 } });
    expect(mergeLayers({ a: { b: 1 } }, { a: null }, { a: { c: 2 } })).toEqual({ a: { c: 2 } });
    expect(mergeLayers({}, { a: null })).toEqual({});
  });

  it('does not change the definition', () => {
    const copy = structuredClone(definition);
    launchPools(definition, HOME);
    expect(definition).toEqual(copy);
  });
});

describe('precedence of the cascade', () => {
  const base = aDefinition();
  const NAMES = ['a', 'b', 'c'] as const;
  const { layer } = fc.letrec<{ value: unknown; layer: UserData }>((tie) => ({
    value: fc.oneof({ maxDepth: 2 }, fc.constantFrom(undefined, null, 1, 'text', false, ['x'], [1, 2]), tie('layer')),
    layer: fc.record(Object.fromEntries(NAMES.map((name) => [name, tie('value')])), {
      requiredKeys: [],
    }) as fc.Arbitrary<UserData>,
  }));
  const paths = NAMES.flatMap((x) => [[x], ...NAMES.flatMap((y) => [[x, y], ...NAMES.map((z) => [x, y, z])])]);

  const isObject = (value: unknown): value is Record<string, unknown> =>
    typeof value === 'object' && value !== null && !Array.isArray(value);

  /** What a layer says about a path: nothing (undefined), that there is nothing (null), or a value. */
  function said(inLayer: unknown, [key, ...rest]: readonly string[]): unknown {
    if (key === undefined || inLayer === undefined) return inLayer;
    return isObject(inLayer) ? said(inLayer[key], rest) : null;
  }
  const valueAt = (merged: unknown, path: readonly string[]): unknown =>
    path.reduce<unknown>((value, key) => (isObject(value) ? value[key] : undefined), merged);

  it('the value at each path is what the innermost layer that says anything about it says', () => {
    fc.assert(
      fc.property(layer, layer, layer, layer, (global, region, zone, type) => {
        const [pool] = launchPools(
          {
            ...base,
            userData: global,
            regions: [{ weight: 1, userData: region, zones: [{ subnetId: 'subnet-1', weight: 1, userData: zone }] }],
            instanceTypes: [{ instanceType: 'c7g.large', capacity: 1, utility: 1, weight: 1, userData: type }],
          },
          HOME,
        ) as [LaunchPool];
        for (const path of paths) {
          const innermost = [type, zone, region, global].map((each) => said(each, path)).find((it) => it !== undefined);
          const value = valueAt(pool.userData, path);
          if (isObject(innermost)) expect(isObject(value)).toBe(true);
          else expect(value).toEqual(innermost ?? undefined);
        }
        expect(JSON.stringify(pool.userData)).not.toContain('null');
      }),
      { numRuns: 10_000 },
    );
  });
});

describe('pools of a definition', () => {
  const regions = [
    { weight: 0.5, zones: [{ subnetId: 'subnet-1111', weight: 0.5 }, { subnetId: 'subnet-2222' }] },
    { region: 'us-east-1', zones: [{ subnetId: 'subnet-3333', weight: 0 }] },
  ];
  const instanceTypes = [
    { instanceType: 'c7g.large', weight: 0.5, capacity: 2, utility: 3 },
    { instanceType: 'm7g.large', weight: 0 },
  ];
  const pools = launchPools(aDefinition({ regions, instanceTypes }), HOME);

  it('are every region x zone x type, in the order given', () => {
    expect(pools.map((pool) => `${pool.region} ${pool.subnetId} ${pool.instanceType}`)).toEqual([
      'eu-central-1 subnet-1111 c7g.large',
      'eu-central-1 subnet-1111 m7g.large',
      'eu-central-1 subnet-2222 c7g.large',
      'eu-central-1 subnet-2222 m7g.large',
      'us-east-1 subnet-3333 c7g.large',
      'us-east-1 subnet-3333 m7g.large',
    ]);
    expect(pools[0]).toMatchObject({ capacity: 2, utility: 3, availabilityZone: undefined });
  });

  it('have the product of three weights, so that one 0 pauses whatever it is part of', () => {
    expect(pools.map(({ weight }) => weight)).toEqual([0.125, 0, 0.25, 0, 0, 0]);
  });

  it('lie in regions that are each named once; the home region is the one without a name', () => {
    expect(regionsOf(aDefinition({ regions }), HOME)).toEqual([HOME, 'us-east-1']);
    const again = [...regions, { region: HOME, zones: [{ subnetId: 'subnet-4444' }] }];
    expect(regionsOf(aDefinition({ regions: again }), HOME)).toEqual([HOME, 'us-east-1']);
  });
});
