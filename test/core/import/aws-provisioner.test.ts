import { describe, expect, it } from 'vitest';
import { importDefinition } from '../../../lib/core/import/import-definition.ts';
import type { ImportOptions } from '../../../lib/core/import/import-options.ts';
import { describeProblem } from '../../../lib/core/problem.ts';
import { anOldWorkerType, fixture, imported, options, poolsOf } from './old-definitions.ts';

const importOne = (changes: Readonly<Record<string, unknown>> = {}, changedOptions: Partial<ImportOptions> = {}) =>
  imported(importDefinition('taskcluster-aws-provisioner', anOldWorkerType(changes), options(changedOptions)));

const aType = (changes: Readonly<Record<string, unknown>> = {}) => ({
  instanceType: 'c5.large',
  capacity: 1,
  utility: 1,
  launchSpec: {},
  userData: {},
  ...changes,
});

describe('a worker type of the aws-provisioner', () => {
  it('keeps its cascade of global, region, zone and type, for every combination', () => {
    const { document, report } = imported(
      importDefinition('taskcluster-aws-provisioner', fixture('aws-provisioner-cascade'), options()),
    );
    expect(report.needed).toEqual([]);
    const pools = poolsOf(document);
    expect([...pools.keys()]).toHaveLength(6);
    expect(pools.get('subnet-0e1dddddddddddddd/m5.2xlarge')).toMatchObject({
      region: 'us-east-1',
      availabilityZone: 'us-east-1d',
      capacity: 2,
      utility: 2.1,
      launchSpec: {
        imageId: 'ami-0aaaaaaaaaaaaaaa1',
        securityGroupIds: ['sg-0a1b2c3d4e5f60001'],
        keyName: 'zone-d-debug',
        ebsOptimized: true,
        detailedMonitoring: true,
        instanceProfileArn: 'arn:aws:iam::123456789012:instance-profile/gecko-test-worker',
        rootVolume: { deviceName: '/dev/xvda', sizeGiB: 120 },
      },
      userData: {
        capacityManagement: { sizes: { tasks: 60 } },
        shutdown: { enabled: true },
        dockerConfig: { allowPrivileged: true },
        registries: ['quay.io', 'docker.io'],
      },
    });
    expect(pools.get('subnet-0e1dddddddddddddd/m5.2xlarge')?.userData['dockerConfig']).toEqual({
      allowPrivileged: true,
    });
    expect(pools.get('subnet-0w2bbbbbbbbbbbbbb/m5.xlarge')).toMatchObject({
      launchSpec: {
        imageId: 'ami-0bbbbbbbbbbbbbbb2',
        securityGroupIds: ['sg-0a1b2c3d4e5f60002'],
        rootVolume: { sizeGiB: 60, iops: 4000, throughputMiBps: 250 },
      },
      userData: { shutdown: { afterIdleSeconds: 60 }, registries: ['us-west-2.registry.example.com'] },
    });
    expect(pools.get('subnet-0w2bbbbbbbbbbbbbb/m5.xlarge')?.userData['shutdown']).toEqual({ afterIdleSeconds: 60 });
  });

  it.each`
    fact                                                          | changes                                                        | expected
    ${'scalingRatio: pending tolerated is the same figure here'}  | ${{ scalingRatio: 0.2 }}                                       | ${{ scalingRatio: 0.2 }}
    ${'scalingRatio above 100 is cut'}                            | ${{ scalingRatio: 250 }}                                       | ${{ scalingRatio: 100 }}
    ${'maxPrice is a price per utility here, too'}                | ${{ maxPrice: 1.25 }}                                          | ${{ maxPriceUsdPerHour: 1.25 }}
    ${'a minimum above the maximum is lowered, as it was'}        | ${{ minCapacity: 20 }}                                         | ${{ minCapacity: 10, maxCapacity: 10 }}
    ${'capacities in fractions become whole'}                     | ${{ minCapacity: 0.6, maxCapacity: 9.9 }}                      | ${{ minCapacity: 1, maxCapacity: 10 }}
    ${'a maximum below one worker is raised to one worker'}       | ${{ maxCapacity: 2, instanceTypes: [aType({ capacity: 4 })] }} | ${{ maxCapacity: 4 }}
    ${'a maximum of 0 still launches nothing'}                    | ${{ maxCapacity: 0, instanceTypes: [aType({ capacity: 4 })] }} | ${{ maxCapacity: 0 }}
    ${'utility 0, which cost infinitely much, is never launched'} | ${{ instanceTypes: [aType({ utility: 0 })] }}                  | ${{ instanceTypes: [{ instanceType: 'c5.large', capacity: 1, utility: 1, weight: 0 }] }}
    ${'capacity and utility of a type stay'}                      | ${{ instanceTypes: [aType({ capacity: 2.5, utility: 0.4 })] }} | ${{ instanceTypes: [{ instanceType: 'c5.large', capacity: 2, utility: 0.4 }] }}
    ${'a long description is cut'}                                | ${{ description: 'x'.repeat(1200) }}                           | ${{ description: 'x'.repeat(1000) }}
    ${'letters of a name stay as they are, up to 38'}             | ${{ workerType: `Ci_${'x'.repeat(35)}` }}                      | ${{ workerType: `Ci_${'x'.repeat(35)}` }}
    ${'a subnet of the whole region is its only zone'}            | ${{}}                                                          | ${{ regions: [{ region: 'us-east-1', launchSpec: { imageId: 'ami-1111' }, zones: [{ subnetId: 'subnet-1111' }] }] }}
  `('$fact', ({ changes, expected }) => {
    const { document, report } = importOne(changes);
    expect(document).toMatchObject(expected);
    expect(report.needed).toEqual([]);
  });

  it.each`
    fact                                        | changes                                                                                                                            | path
    ${'minPrice'}                               | ${{ minPrice: 0.1 }}                                                                                                               | ${'minPrice'}
    ${'scopes'}                                 | ${{ scopes: ['assume:x'] }}                                                                                                        | ${'scopes'}
    ${'secrets'}                                | ${{ secrets: { token: 'x' } }}                                                                                                     | ${'secrets'}
    ${'secrets of a region'}                    | ${{ regions: [{ region: 'us-east-1', launchSpec: { ImageId: 'ami-1111', SubnetId: 'subnet-1111' }, secrets: { token: 'x' } }] }}   | ${'regions[0].secrets'}
    ${'fields that never existed'}              | ${{ constructor: { a: 1 } }}                                                                                                       | ${'constructor'}
    ${'launch spec keys without a counterpart'} | ${{ launchSpec: { SecurityGroupIds: ['sg-1111'], toString: 'x' } }}                                                                | ${'launchSpec.toString'}
    ${'network interfaces'}                     | ${{ launchSpec: { SecurityGroupIds: ['sg-1111'], NetworkInterfaces: [{}] } }}                                                      | ${'launchSpec.NetworkInterfaces'}
    ${'placement groups'}                       | ${{ launchSpec: { SecurityGroupIds: ['sg-1111'], Placement: { GroupName: 'x', AvailabilityZone: 'us-east-1a' } } }}                | ${'launchSpec.Placement.GroupName'}
    ${'volumes beside the root volume'}         | ${{ launchSpec: { SecurityGroupIds: ['sg-1111'], BlockDeviceMappings: [{ DeviceName: '/dev/sdb', VirtualName: 'ephemeral0' }] } }} | ${'launchSpec.BlockDeviceMappings[0]'}
    ${'a subnet of an instance type'}           | ${{ instanceTypes: [aType({ launchSpec: { SubnetId: 'subnet-2222' } })] }}                                                         | ${'instanceTypes[0].launchSpec.SubnetId'}
    ${'a zone in a region that is not listed'}  | ${{ availabilityZones: [{ availabilityZone: 'eu-west-1a', region: 'eu-west-1', launchSpec: {} }] }}                                | ${'availabilityZones[0]'}
  `('drops $fact with a reason', ({ changes, path }) => {
    const { report } = importOne(changes);
    expect(report.dropped.find((entry) => entry.path === path)?.why).toMatch(/\w/);
    expect(report.needed).toEqual([]);
  });

  it('drops minPrice because spot instances have had no bids since 2017, and says that 0 was none', () => {
    const whyOf = (minPrice: number) =>
      importOne({ minPrice }).report.dropped.find(({ path }) => path === 'minPrice')?.why;
    expect(whyOf(0.1)).toBe(
      'was the lowest bid, and spot instances have had no bids since 2017: everybody pays the spot price, and a floor would only keep workers from cheap capacity',
    );
    expect(whyOf(0)).toBe('0 was no floor');
    expect(importOne({ minPrice: 0.1 }).document).not.toHaveProperty('minPrice');
  });

  it('makes other volumes gp3 and says so', () => {
    const mapping = { DeviceName: '/dev/xvda', Ebs: { VolumeSize: 30, VolumeType: 'io1', Iops: 900, SnapshotId: 's' } };
    const { document, report } = importOne({
      launchSpec: { SecurityGroupIds: ['sg-1111'], BlockDeviceMappings: [mapping] },
    });
    expect(document['launchSpec']).toMatchObject({ rootVolume: { deviceName: '/dev/xvda', sizeGiB: 30 } });
    expect(report.approximated.map(({ path }) => path)).toContain('launchSpec.BlockDeviceMappings[0].Ebs.VolumeType');
    expect(report.dropped.map(({ path }) => path)).toEqual(
      expect.arrayContaining(['Iops', 'SnapshotId'].map((key) => `launchSpec.BlockDeviceMappings[0].Ebs.${key}`)),
    );
  });

  it('takes its name from the file when it holds none', () => {
    const { workerType, report } = importOne({ workerType: undefined }, { fallbackName: 'from-file' });
    expect(workerType).toBe('from-file');
    expect(report.approximated.map(({ path }) => path)).toContain('workerType');
  });

  it('is written for the provisioner that the caller names', () => {
    expect(importOne({}, { provisionerId: 'acme' }).document['provisionerId']).toBe('acme');
    expect(importOne().document).not.toHaveProperty('provisionerId');
  });
});

describe('what a worker type of the aws-provisioner does not say', () => {
  const old = fixture('aws-provisioner-default-vpc') as unknown as readonly unknown[];
  const importTutorial = (changes: Partial<ImportOptions>) =>
    imported(importDefinition('taskcluster-aws-provisioner', old[0], options(changes)));

  it('stands as placeholders, each listed with the option that says it', () => {
    const { document, report } = importTutorial({ queueUrl: undefined });
    expect(report.needed.map(({ path }) => path)).toEqual([
      'queueUrls[0]',
      'launchSpec.instanceProfileArn',
      'regions[0].launchSpec.securityGroupIds[0]',
      'regions[0].launchSpec.securityGroupIds[1]',
      'regions[0].zones[0].subnetId',
      'regions[1].launchSpec.securityGroupIds[0]',
      'regions[1].launchSpec.securityGroupIds[1]',
      'regions[1].zones[0].subnetId',
    ]);
    const said = report.needed.map(({ what }) => what).join('\n');
    for (const option of [
      '--queue-url',
      '--account',
      '--security-group us-east-1/docker-worker=',
      '--subnet us-west-1',
    ]) {
      expect(said).toContain(option);
    }
    expect(() => poolsOf(document)).toThrow(/NEEDED/);
  });

  it('is filled in from options: a zone for each subnet, ids for names, an ARN for a profile name', () => {
    const { document, report } = importTutorial({
      accountId: '123456789012',
      subnets: new Map([
        ['us-east-1a', 'subnet-1a'.padEnd(12, '0')],
        ['us-east-1b', 'subnet-1b'.padEnd(12, '0')],
        ['us-west-1c', 'subnet-1c'.padEnd(12, '0')],
      ]),
      securityGroups: new Map([
        ['us-east-1/docker-worker', 'sg-e001'],
        ['us-east-1/ssh-from-office', 'sg-e002'],
        ['us-west-1/docker-worker', 'sg-w001'],
        ['us-west-1/ssh-from-office', 'sg-w002'],
      ]),
    });
    expect(report.needed).toEqual([]);
    const pools = [...poolsOf(document).values()];
    expect(pools.map(({ availabilityZone }) => availabilityZone)).toEqual(['us-east-1a', 'us-east-1b', 'us-west-1c']);
    expect(pools.map(({ launchSpec }) => launchSpec.securityGroupIds)).toEqual([
      ['sg-e001', 'sg-e002'],
      ['sg-e001', 'sg-e002'],
      ['sg-w001', 'sg-w002'],
    ]);
    expect(pools[0]?.launchSpec.instanceProfileArn).toBe('arn:aws:iam::123456789012:instance-profile/tutorial');
  });

  it('includes the subnets of zones that share one subnet of their region', () => {
    const zone = (name: string) => ({ availabilityZone: name, region: 'us-east-1', launchSpec: {} });
    const { report } = importOne({ availabilityZones: [zone('us-east-1a'), zone('us-east-1b')] });
    expect(report.needed.map(({ path }) => path)).toEqual([
      'regions[0].zones[0].subnetId',
      'regions[0].zones[1].subnetId',
    ]);
  });

  it('includes groups of one instance type that would differ between regions', () => {
    const region = (name: string, subnet: string) => ({
      region: name,
      launchSpec: { ImageId: 'ami-1111', SubnetId: subnet },
    });
    const { report } = importOne(
      {
        regions: [region('us-east-1', 'subnet-1111'), region('us-west-2', 'subnet-2222')],
        instanceTypes: [aType({ launchSpec: { SecurityGroups: ['special'] } })],
      },
      {
        securityGroups: new Map([
          ['us-east-1/special', 'sg-e001'],
          ['us-west-2/special', 'sg-w001'],
        ]),
      },
    );
    expect(report.needed.map(({ path }) => path)).toEqual(['instanceTypes[0].launchSpec.securityGroupIds[0]']);
  });

  it.each`
    fact                     | changes                                                                            | path
    ${'an image'}            | ${{ regions: [{ region: 'us-east-1', launchSpec: { SubnetId: 'subnet-1111' } }] }} | ${'launchSpec.imageId'}
    ${'a security group'}    | ${{ launchSpec: {} }}                                                              | ${'launchSpec.securityGroupIds'}
    ${'a real image id'}     | ${{ launchSpec: { SecurityGroupIds: ['sg-1111'], KernelId: 'vmlinuz' } }}          | ${'launchSpec.kernelId'}
    ${'user data that fits'} | ${{ userData: { blob: 'x'.repeat(9000) } }}                                        | ${'userData'}
  `('$fact is needed when the schema finds it wrong', ({ changes, path }) => {
    expect(importOne(changes).report.needed.map((entry) => entry.path)).toEqual([path]);
  });
});

describe('a file that holds no worker type of the aws-provisioner', () => {
  it.each`
    fact                           | document                                                           | problem
    ${'text'}                      | ${'junk'}                                                          | ${'must be an object with one definition'}
    ${'a list within a list'}      | ${[[]]}                                                            | ${'must be an object with one definition'}
    ${'nothing'}                   | ${null}                                                            | ${'must be an object with one definition'}
    ${'missing fields'}            | ${anOldWorkerType({ maxCapacity: undefined, regions: undefined })} | ${'maxCapacity: is missing'}
    ${'fields of another kind'}    | ${anOldWorkerType({ maxPrice: '0.5' })}                            | ${'maxPrice: invalid input: expected number, received string, found "0.5"'}
    ${'a wrong field deep within'} | ${anOldWorkerType({ instanceTypes: [aType({ capacity: -1 })] })}   | ${'instanceTypes[0].capacity: too small'}
    ${'no name'}                   | ${anOldWorkerType({ workerType: undefined })}                      | ${'workerType: 1 to 38 letters'}
    ${'a name of 39 letters'}      | ${anOldWorkerType({ workerType: 'x'.repeat(39) })}                 | ${'workerType: 1 to 38 letters'}
    ${'a worker pool'}             | ${{ workerPoolId: 'a/b', config: {} }}                             | ${'looks like a definition for "import taskcluster-worker-manager"'}
  `('is told by field: $fact', ({ document, problem }) => {
    const result = importDefinition('taskcluster-aws-provisioner', document, options());
    const problems = result.kind === 'invalid' ? result.problems.map(describeProblem).join('\n') : '';
    expect(problems).toContain(problem);
  });
});
