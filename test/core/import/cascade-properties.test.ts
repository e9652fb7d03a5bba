import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { importDefinition } from '../../../lib/core/import/import-definition.ts';
import { replacingLayer } from '../../../lib/core/import/replacing-layer.ts';
import { mergeLayers } from '../../../lib/core/merge-layers.ts';
import { aLaunchConfig, anOldWorkerType, aWorkerPool, imported, options, poolsOf } from './old-definitions.ts';

type Json = Readonly<Record<string, unknown>>;

const key = fc.constantFrom('a', 'b', 'c');
const { value: json } = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    fc.constantFrom(null, 0, 'x', false),
    fc.array(fc.constantFrom(null, 1, 'y'), { maxLength: 2 }),
    fc.dictionary(key, tie('value'), { maxKeys: 3 }),
  ),
}));
const userData: fc.Arbitrary<Json> = fc.dictionary(key, json, { maxKeys: 3 });

const rootMapping = fc.record(
  {
    VolumeSize: fc.integer({ min: 8, max: 100 }),
    VolumeType: fc.constantFrom('gp2', 'gp3'),
    Iops: fc.integer({ min: 3000, max: 4000 }),
    Throughput: fc.integer({ min: 125, max: 250 }),
  },
  { requiredKeys: [] },
);
const mappings = fc.oneof(
  fc.constant([]),
  fc.constant([{ DeviceName: '/dev/sdb', VirtualName: 'ephemeral0' }]),
  fc.tuple(fc.constantFrom('/dev/xvda', '/dev/sda1'), rootMapping).map(([DeviceName, Ebs]) => [
    { DeviceName: '/dev/sdc', Ebs: { VolumeSize: 9 } },
    { DeviceName, Ebs },
  ]),
);
const groups = fc.uniqueArray(fc.constantFrom('sg-1111', 'sg-2222', 'sg-3333'), { minLength: 1 });
const specFields = {
  KeyName: fc.constantFrom('k1', 'k2', null),
  EbsOptimized: fc.boolean(),
  MonitoringEnabled: fc.boolean(),
  KernelId: fc.constantFrom('aki-1111', 'aki-2222'),
  IamInstanceProfile: fc.constantFrom('x', 'y').map((name) => ({
    Arn: `arn:aws:iam::123456789012:instance-profile/${name}`,
  })),
  BlockDeviceMappings: mappings,
  SecurityGroupIds: groups,
  AddressingType: fc.constant('public'),
};
const spec: fc.Arbitrary<Json> = fc.record(specFields, { requiredKeys: [] });
/** By name, which is another id in each region. */
const placeSpec: fc.Arbitrary<Json> = fc.record(
  { ...specFields, SecurityGroups: fc.uniqueArray(fc.constantFrom('one', 'two')) },
  { requiredKeys: [] },
);

const REGIONS = ['us-east-1', 'us-west-2'];
const groupIds = new Map(
  REGIONS.flatMap((region, index) =>
    ['one', 'two'].map((name) => [`${region}/${name}`, `sg-${name}${index}`] as const),
  ),
);

const oldWorkerTypes = fc
  .record({
    global: fc.record({ launchSpec: placeSpec, userData, groups }),
    regions: fc.array(
      fc.record({
        launchSpec: placeSpec,
        userData,
        zones: fc.array(fc.record({ launchSpec: placeSpec, userData }), { minLength: 1, maxLength: 2 }),
      }),
      { minLength: 1, maxLength: 2 },
    ),
    types: fc.array(fc.record({ launchSpec: spec, userData }), { minLength: 1, maxLength: 3 }),
  })
  .map(({ global, regions, types }) =>
    anOldWorkerType({
      launchSpec: { SecurityGroupIds: global.groups, ...global.launchSpec },
      userData: global.userData,
      regions: regions.map(({ launchSpec, userData: data }, index) => ({
        region: REGIONS[index],
        launchSpec: { ...launchSpec, ImageId: `ami-000${index}` },
        userData: data,
      })),
      availabilityZones: regions.flatMap(({ zones }, index) =>
        zones.map((zone, at) => ({
          availabilityZone: `${REGIONS[index]}${'ab'[at]}`,
          region: REGIONS[index],
          launchSpec: { ...zone.launchSpec, SubnetId: `subnet-${index}${at}00` },
          userData: zone.userData,
        })),
      ),
      instanceTypes: types.map((type, index) => ({
        ...type,
        instanceType: `c${index + 4}.large`,
        capacity: 1,
        utility: 1,
      })),
    }),
  );

/** Without nulls: an old `null` and an absent field mean the same to EC2 and, by our rules, to workers. */
function withoutNulls(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, each]) => each !== null && each !== undefined)
      .map(([name, each]) => [name, withoutNulls(each)]),
  );
}

/** The fields of a merged EC2 launch spec that have a counterpart, as it would be after the cascade. */
function expectedSpec(old: Json, region: string) {
  const root = ((old['BlockDeviceMappings'] ?? []) as { DeviceName: string; Ebs?: Json }[]).find(
    ({ DeviceName, Ebs }) => Ebs !== undefined && ['/dev/xvda', '/dev/sda1'].includes(DeviceName),
  );
  const isGp3 = root?.Ebs?.['VolumeType'] === 'gp3';
  const names = ((old['SecurityGroups'] ?? []) as string[]).map((name) => groupIds.get(`${region}/${name}`));
  return withoutNulls({
    imageId: old['ImageId'],
    keyName: old['KeyName'],
    ebsOptimized: old['EbsOptimized'],
    detailedMonitoring: old['MonitoringEnabled'] ?? (old['Monitoring'] as Json | undefined)?.['Enabled'],
    kernelId: old['KernelId'],
    instanceProfileArn: (old['IamInstanceProfile'] as Json | undefined)?.['Arn'],
    rootVolume: root && {
      deviceName: root.DeviceName,
      sizeGiB: root.Ebs?.['VolumeSize'],
      iops: isGp3 ? root.Ebs?.['Iops'] : undefined,
      throughputMiBps: isGp3 ? root.Ebs?.['Throughput'] : undefined,
    },
    securityGroupIds: [...((old['SecurityGroupIds'] ?? []) as string[]), ...names],
  });
}

interface OldLayer {
  readonly launchSpec: Json;
  readonly userData: Json;
}
interface OldPlaces {
  readonly regions: readonly (OldLayer & { readonly region: string })[];
  readonly availabilityZones: readonly (OldLayer & { readonly region: string })[];
  readonly instanceTypes: readonly (OldLayer & { readonly instanceType: string })[];
}

describe('the cascade of the aws-provisioner', () => {
  it('adds up to the same launch spec and user data for every region, zone and type', () =>
    fc.assert(
      fc.property(oldWorkerTypes, (old) => {
        const result = imported(
          importDefinition('taskcluster-aws-provisioner', old, options({ securityGroups: groupIds })),
        );
        // Groups by name of a place beside ids of a type differ by region, which is asked for instead.
        fc.pre(result.report.needed.length === 0);
        const pools = poolsOf(result.document);
        const { regions, availabilityZones, instanceTypes } = old as unknown as OldPlaces;
        const global = old as unknown as OldLayer;
        for (const zone of availabilityZones) {
          const region = regions.find((each) => each.region === zone.region);
          for (const type of instanceTypes) {
            // As lib/worker-type.js did: later top-level keys replace earlier ones as a whole.
            const merged = (part: keyof OldLayer) => ({
              ...global[part],
              ...region?.[part],
              ...zone[part],
              ...type[part],
            });
            const pool = pools.get(`${zone.launchSpec['SubnetId']}/${type.instanceType}`);
            expect(pool?.launchSpec).toEqual(expectedSpec(merged('launchSpec'), zone.region));
            expect(pool?.userData).toEqual(withoutNulls(merged('userData')));
          }
        }
      }),
      { numRuns: 300 },
    ));
});

const launchConfigs = fc.array(
  fc
    .record({
      region: fc.constantFrom(0, 1),
      zone: fc.constantFrom(0, 1),
      type: fc.constantFrom('c5.large', 'c5.xlarge', 'm5.large'),
      image: fc.constantFrom(0, 0, 0, 1),
      keyName: fc.constantFrom(undefined, 'k1', 'k2'),
      capacity: fc.constantFrom(1, 1, 1, 2),
      weight: fc.constantFrom(0, 0.5, 1),
      workerConfig: fc.constantFrom({ a: { b: 1 } }, { a: { b: 1 } }, { a: { c: null, d: [1] } }, { a: 7 }),
      volume: fc.constantFrom(undefined, 8, 16),
    })
    .map(({ region, zone, type, image, keyName, capacity, weight, workerConfig, volume }) =>
      aLaunchConfig(
        {
          ImageId: `ami-${region}${image}00`,
          InstanceType: type,
          SubnetId: `subnet-${region}${zone}00`,
          ...(keyName === undefined ? {} : { KeyName: keyName }),
          ...(volume === undefined
            ? {}
            : { BlockDeviceMappings: [{ DeviceName: '/dev/xvda', Ebs: { VolumeSize: volume, VolumeType: 'gp3' } }] }),
        },
        {
          region: REGIONS[region],
          workerConfig,
          workerManager: { capacityPerInstance: capacity, initialWeight: weight },
        },
      ),
    ),
  { minLength: 1, maxLength: 8 },
);

interface OldConfig {
  readonly region: string;
  readonly launchConfig: Json;
  readonly workerConfig: Json;
  readonly workerManager: Json;
}

describe('the launch configs of worker-manager', () => {
  it('launch as before, each one that is not reported as dropped', () =>
    fc.assert(
      fc.property(launchConfigs, (configs) => {
        const { document, report } = imported(
          importDefinition('taskcluster-worker-manager', aWorkerPool({ launchConfigs: configs }), options()),
        );
        fc.pre(report.needed.length === 0);
        const dropped = new Set(report.dropped.map(({ path }) => path));
        const pools = poolsOf(document);
        for (const [index, config] of (configs as unknown as OldConfig[]).entries()) {
          if (dropped.has(`config.launchConfigs[${index}]`)) continue;
          const { launchConfig, workerManager } = config;
          const pool = pools.get(`${launchConfig['SubnetId']}/${launchConfig['InstanceType']}`);
          expect(pool?.region).toBe(config.region);
          expect(pool?.capacity).toBe(workerManager['capacityPerInstance']);
          expect(pool?.launchSpec).toEqual(expectedSpec(launchConfig, config.region));
          expect(pool?.userData).toEqual(withoutNulls({ workerConfig: config.workerConfig }));
          expect(pool?.weight === 0).toBe(workerManager['initialWeight'] === 0);
        }
      }),
      { numRuns: 300 },
    ));

  it('are never all dropped: the first one that is not paused can always be said', () =>
    fc.assert(
      fc.property(launchConfigs, (configs) => {
        const result = importDefinition(
          'taskcluster-worker-manager',
          aWorkerPool({ launchConfigs: configs }),
          options(),
        );
        expect(imported(result).report.needed).toEqual([]);
      }),
    ));
});

describe('importDefinition', () => {
  it.each(['taskcluster-aws-provisioner', 'taskcluster-worker-manager'] as const)(
    'never throws, whatever a %s document holds',
    (format) =>
      fc.assert(
        fc.property(fc.anything(), fc.jsonValue(), (anything, value) => {
          importDefinition(format, anything, options());
          importDefinition(
            format,
            anOldWorkerType({ launchSpec: value, userData: value, instanceTypes: value }),
            options(),
          );
          importDefinition(
            format,
            anOldWorkerType({ launchSpec: { BlockDeviceMappings: value, x: value } }),
            options(),
          );
          importDefinition(format, aWorkerPool({ lifecycle: value, launchConfigs: value }), options());
          importDefinition(
            format,
            aWorkerPool({
              launchConfigs: [
                aLaunchConfig({ Placement: value, NetworkInterfaces: [value], InstanceMarketOptions: value }),
                aLaunchConfig({ SecurityGroupIds: value, IamInstanceProfile: value, Monitoring: value }),
              ],
            }),
            options(),
          );
        }),
      ),
  );
});

describe('replacingLayer', () => {
  it('makes a deep merge replace whole values', () =>
    fc.assert(
      fc.property(userData, userData, userData, (first, second, third) => {
        const base = { ...first, ...second };
        const layers = [replacingLayer(first, []), replacingLayer(second, [first]), replacingLayer(third, [base])];
        expect(mergeLayers(...layers)).toEqual(withoutNulls({ ...base, ...third }));
      }),
    ));
});
