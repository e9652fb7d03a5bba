import { describe, expect, it } from 'vitest';
import { importDefinition } from '../../../lib/core/import/import-definition.ts';
import type { ImportOptions } from '../../../lib/core/import/import-options.ts';
import { describeProblem } from '../../../lib/core/problem.ts';
import { aLaunchConfig, aWorkerPool, definitionOf, fixture, imported, options, poolsOf } from './old-definitions.ts';

const importOne = (document: unknown, changedOptions: Partial<ImportOptions> = {}) =>
  imported(importDefinition('taskcluster-worker-manager', document, options(changedOptions)));
const importConfig = (config: Readonly<Record<string, unknown>>, changedOptions: Partial<ImportOptions> = {}) =>
  importOne(aWorkerPool(config), changedOptions);
const zoneB = { SubnetId: 'subnet-2222' };
const large = { InstanceType: 'c5.2xlarge' };
const manager = (workerManager: Readonly<Record<string, unknown>>) => ({ workerManager });

const MIXED_WEIGHTS = [
  aLaunchConfig({}, manager({ initialWeight: 0.2 })),
  aLaunchConfig(large, manager({ initialWeight: 0.4 })),
  aLaunchConfig(zoneB, manager({ initialWeight: 0.9 })),
  aLaunchConfig({ ...zoneB, ...large }, manager({ initialWeight: 0.1 })),
];

describe('a worker pool of worker-manager', () => {
  it('becomes regions, zones and instance types that launch as its launch configs did', () => {
    const [pool] = fixture('worker-manager-pools')['workerPools'] as readonly unknown[];
    const { document, report } = importOne(pool);
    expect(report.needed).toEqual([]);
    const definition = definitionOf(document);
    expect(definition).toMatchObject({
      provisionerId: 'proj-example',
      workerType: 'ci',
      minCapacity: 0,
      maxCapacity: 20,
      scalingRatio: 1,
      market: { onDemandBaseCapacity: 0 },
      regionOrder: 'weight',
      idleTimeoutSeconds: 3600,
      maxUptimeSeconds: 64_800,
      maxLifetimeSeconds: 86_400,
    });
    const pools = poolsOf(document);
    expect(pools.get('subnet-0e1aaaaaaaaaaaaaa/m6i.xlarge')).toMatchObject({
      availabilityZone: 'us-east-1a',
      capacity: 2,
      weight: 0.5,
      launchSpec: {
        imageId: 'ami-0aaaaaaaaaaaaaaa1',
        securityGroupIds: ['sg-0a1b2c3d4e5f60001'],
        rootVolume: { deviceName: '/dev/sda1', sizeGiB: 50 },
      },
      userData: { workerConfig: { genericWorker: { config: { idleTimeoutSecs: 600, deploymentId: 'abc' } } } },
    });
    expect(pools.get('subnet-0w2bbbbbbbbbbbbbb/c6i.xlarge')).toMatchObject({
      capacity: 1,
      weight: 1,
      launchSpec: { imageId: 'ami-0bbbbbbbbbbbbbbb2' },
    });
    const dropped = report.dropped.map(({ path }) => path);
    expect(dropped).toContain('config.launchConfigs[3]');
    expect(dropped).toContain('config.launchConfigs[0].workerManager.maxCapacity');
    expect(report.approximated.map(({ how }) => how).join('\n')).toContain('so also us-west-2a/c6i.xlarge');
  });

  it.each`
    fact                                                                      | ratio        | limits
    ${'scalingRatio: capacity per pending task 1 is none tolerated'}          | ${1}         | ${{ scalingRatio: 0, maxCapacity: 10 }}
    ${'scalingRatio: half a slot per pending task is one tolerated per slot'} | ${0.5}       | ${{ scalingRatio: 1, maxCapacity: 10 }}
    ${'scalingRatio: a fifth is four tolerated'}                              | ${0.2}       | ${{ scalingRatio: 4, maxCapacity: 10 }}
    ${'scalingRatio: 0.7 is readable'}                                        | ${0.7}       | ${{ scalingRatio: 0.428571, maxCapacity: 10 }}
    ${'scalingRatio: 0 never rises above the minimum'}                        | ${0}         | ${{ scalingRatio: 0, maxCapacity: 3 }}
    ${'scalingRatio: next to nothing is cut at 100'}                          | ${0.001}     | ${{ scalingRatio: 100, maxCapacity: 10 }}
    ${'scalingRatio: absent is 1'}                                            | ${undefined} | ${{ scalingRatio: 0, maxCapacity: 10 }}
  `('$fact', ({ ratio, limits }) => {
    const { document } = importConfig({ minCapacity: 3, scalingRatio: ratio });
    expect(document).toMatchObject({ minCapacity: 3, ...limits });
  });

  it('says that a scalingRatio of 0 kept it at its minimum', () => {
    const { report } = importConfig({ minCapacity: 3, scalingRatio: 0 });
    expect(report.approximated).toContainEqual({
      path: 'config.scalingRatio',
      how: '0 never rose above the minimum: maxCapacity is 3 in place of 10',
    });
  });

  it.each`
    fact                                                    | lifecycle                                                        | expected
    ${'no lifecycle leaves the defaults'}                   | ${{}}                                                            | ${{ idleTimeoutSeconds: 300, maxUptimeSeconds: 259_200, maxLifetimeSeconds: 345_600 }}
    ${'the longest time between check-ins is the lifetime'} | ${{ reregistrationTimeout: 1000 }}                               | ${{ maxUptimeSeconds: 750, maxLifetimeSeconds: 1000 }}
    ${'31 days are cut to 30'}                              | ${{ reregistrationTimeout: 2_678_400 }}                          | ${{ maxLifetimeSeconds: 2_592_000 }}
    ${'a timeout of 0 still makes a valid definition'}      | ${{ reregistrationTimeout: 0, queueInactivityTimeout: 0 }}       | ${{ idleTimeoutSeconds: 1, maxUptimeSeconds: 1, maxLifetimeSeconds: 2 }}
    ${'inactivity in the queue is idle time'}               | ${{ queueInactivityTimeout: 7200 }}                              | ${{ idleTimeoutSeconds: 7200 }}
    ${'idle time is never longer than uptime'}              | ${{ queueInactivityTimeout: 7200, reregistrationTimeout: 4000 }} | ${{ idleTimeoutSeconds: 3000, maxUptimeSeconds: 3000 }}
  `('$fact', ({ lifecycle, expected }) => {
    const { document } = importConfig({ lifecycle: { registrationTimeout: 900, ...lifecycle } });
    if ('reregistrationTimeout' in lifecycle || 'queueInactivityTimeout' in lifecycle) {
      expect(definitionOf(document)).toMatchObject(expected);
    } else {
      const { idleTimeoutSeconds, maxUptimeSeconds, maxLifetimeSeconds } = definitionOf(document);
      expect({ idleTimeoutSeconds, maxUptimeSeconds, maxLifetimeSeconds }).toEqual(expected);
    }
  });

  it.each`
    fact                                                | configs                                                                                                        | weights
    ${'the same for a type: weight of the type'}        | ${[aLaunchConfig({}, manager({ initialWeight: 0.2 })), aLaunchConfig(large, manager({ initialWeight: 0.9 }))]} | ${{ 'subnet-1111/c5.large': 0.2, 'subnet-1111/c5.2xlarge': 0.9 }}
    ${'the same for a zone: weight of the zone'}        | ${[aLaunchConfig({}, manager({ initialWeight: 0.2 })), aLaunchConfig(zoneB, manager({ initialWeight: 0.9 }))]} | ${{ 'subnet-1111/c5.large': 0.2, 'subnet-2222/c5.large': 0.9 }}
    ${'0 stays a pause'}                                | ${[aLaunchConfig({}, manager({ initialWeight: 0 })), aLaunchConfig(zoneB, manager({ initialWeight: 1 }))]}     | ${{ 'subnet-1111/c5.large': 0, 'subnet-2222/c5.large': 1 }}
    ${'mixed: the zone has the highest of its weights'} | ${MIXED_WEIGHTS}                                                                                               | ${{ 'subnet-1111/c5.large': 0.4, 'subnet-1111/c5.2xlarge': 0.4, 'subnet-2222/c5.large': 0.9, 'subnet-2222/c5.2xlarge': 0.9 }}
  `('initialWeight becomes weight: $fact', ({ configs, weights }) => {
    const pools = poolsOf(importConfig({ launchConfigs: configs }).document);
    expect(Object.fromEntries([...pools].map(([name, { weight }]) => [name, weight]))).toEqual(weights);
  });

  it.each`
    fact                                          | markets                   | expected
    ${'all spot stays spot'}                      | ${['spot', 'spot']}       | ${{ onDemandBaseCapacity: 0 }}
    ${'none spot is on-demand up to the maximum'} | ${[undefined, undefined]} | ${{ onDemandBaseCapacity: 10 }}
    ${'some spot is spot first, then on-demand'}  | ${['spot', undefined]}    | ${{ onDemandBaseCapacity: 0, onDemandFallbackMinutes: 0 }}
  `('market: $fact', ({ markets, expected }) => {
    const launchConfigs = markets.map((MarketType: string | undefined, index: number) =>
      aLaunchConfig({ SubnetId: `subnet-${index}111`, InstanceMarketOptions: MarketType && { MarketType } }),
    );
    expect(definitionOf(importConfig({ launchConfigs }).document).market).toEqual(expected);
  });

  it.each`
    fact                                                   | prices                | expected
    ${'one price for all is the ceiling'}                  | ${['0.2', '0.2']}     | ${[0.2, 1, 1]}
    ${'prices by instance type are shares of the highest'} | ${['0.1', '0.4']}     | ${[0.4, 0.25, 1]}
    ${'a price that is missing for some is dropped'}       | ${['0.1', undefined]} | ${[undefined, 1, 1]}
  `('MaxPrice: $fact', ({ prices, expected }) => {
    const launchConfigs = prices.map((MaxPrice: string | undefined, index: number) =>
      aLaunchConfig({
        InstanceType: `c${index + 5}.large`,
        InstanceMarketOptions: { MarketType: 'spot', SpotOptions: MaxPrice === undefined ? {} : { MaxPrice } },
      }),
    );
    const { maxPriceUsdPerHour, instanceTypes } = definitionOf(importConfig({ launchConfigs }).document);
    expect([maxPriceUsdPerHour, ...instanceTypes.map(({ utility }) => utility)]).toEqual(expected);
  });

  it.each`
    fact                                       | configs                                                                                                                                                            | index
    ${'archived'}                              | ${[aLaunchConfig(), aLaunchConfig(zoneB, { archived: true })]}                                                                                                     | ${1}
    ${'named twice'}                           | ${[aLaunchConfig(), aLaunchConfig()]}                                                                                                                              | ${1}
    ${'of another capacity for the same type'} | ${[aLaunchConfig(), aLaunchConfig(zoneB, manager({ capacityPerInstance: 4 }))]}                                                                                    | ${1}
    ${'of images by region and type at once'}  | ${[aLaunchConfig(), aLaunchConfig({ ...zoneB, ImageId: 'ami-2222' }, { region: 'us-west-2' }), aLaunchConfig({ InstanceType: 'c7g.large', ImageId: 'ami-3333' })]} | ${2}
  `('drops a launch config that is $fact', ({ configs, index }) => {
    const { report } = importConfig({ launchConfigs: configs });
    expect(report.dropped.map(({ path }) => path)).toContain(`config.launchConfigs[${index}]`);
    expect(report.needed).toEqual([]);
  });

  it('says which launch config a type with its own settings needs no other for', () => {
    const { document, report } = importConfig({
      launchConfigs: [
        aLaunchConfig({ KeyName: 'a' }, { workerConfig: { disks: { count: 1, type: 'x' }, mode: 'm' } }),
        aLaunchConfig({ ...zoneB, KeyName: 'a' }, { workerConfig: { disks: { count: 1, type: 'x' }, mode: 'm' } }),
        aLaunchConfig(large, { workerConfig: { disks: { count: 2 } } }),
      ],
    });
    expect(report.dropped.map(({ path }) => path)).not.toContain('config.launchConfigs[2]');
    const pool = poolsOf(document).get('subnet-1111/c5.2xlarge');
    expect(pool?.userData).toEqual({ workerConfig: { disks: { count: 2 } } });
    expect(pool?.launchSpec).not.toHaveProperty('keyName');
  });

  it('takes subnet and groups of a network interface', () => {
    const { document } = importConfig({
      launchConfigs: [
        aLaunchConfig({
          SubnetId: undefined,
          SecurityGroupIds: undefined,
          NetworkInterfaces: [{ DeviceIndex: 0, SubnetId: 'subnet-9999', Groups: ['sg-9999'] }],
        }),
      ],
    });
    expect(poolsOf(document).get('subnet-9999/c5.large')?.launchSpec.securityGroupIds).toEqual(['sg-9999']);
  });

  it.each`
    fact                                    | launchConfig                                                              | changes                                                  | zones
    ${'a zone gets its subnet by option'}   | ${{ SubnetId: undefined, Placement: { AvailabilityZone: 'us-east-1a' } }} | ${{ subnets: new Map([['us-east-1a', 'subnet-aaaa']]) }} | ${['us-east-1a subnet-aaaa']}
    ${'no place is every zone of an option'} | ${{ SubnetId: undefined }} | ${{ subnets: new Map([['us-east-1a', 'subnet-aaaa'], ['us-east-1b', 'subnet-bbbb'], ['eu-west-1a', 'subnet-cccc']]) }} | ${['us-east-1a subnet-aaaa', 'us-east-1b subnet-bbbb']}
    ${'a subnet learns its zone by option'} | ${{}}                                                                     | ${{ subnets: new Map([['us-east-1c', 'subnet-1111']]) }} | ${['us-east-1c subnet-1111']}
  `('$fact', ({ launchConfig, changes, zones }) => {
    const { document } = importConfig({ launchConfigs: [aLaunchConfig(launchConfig)] }, changes);
    expect([...poolsOf(document).values()].map((pool) => `${pool.availabilityZone} ${pool.subnetId}`)).toEqual(zones);
  });

  it.each`
    fact                                                  | workerPoolId     | provisionerId | expected
    ${'the part before the slash'}                        | ${'proj/ci'}     | ${undefined}  | ${'proj'}
    ${'left to the caller where ours takes no such name'} | ${'1st_proj/ci'} | ${undefined}  | ${undefined}
    ${'what the caller says'}                             | ${'proj/ci'}     | ${'acme'}     | ${'acme'}
  `('provisionerId is $fact', ({ workerPoolId, provisionerId, expected }) => {
    const { document } = importOne(aWorkerPool({}, { workerPoolId }), { provisionerId });
    expect(document['provisionerId']).toBe(expected);
    expect(document['workerType']).toBe('ci');
  });

  it('is not enabled when it was being deleted', () => {
    expect(importOne(aWorkerPool({}, { providerId: 'null-provider' })).document['enabled']).toBe(false);
  });
});

describe('a file that holds no worker pool on AWS', () => {
  it.each`
    fact                       | document                                                                        | problem
    ${'a static pool'}         | ${{ workerPoolId: 'a/b', providerId: 'static', config: {} }}                    | ${'config.launchConfigs: is missing'}
    ${'a pool on Google'}      | ${aWorkerPool({ launchConfigs: [{ region: 'us-east1', machineType: 'n1' }] })}  | ${'config.launchConfigs[0].launchConfig: is missing'}
    ${'no instance type'}      | ${aWorkerPool({ launchConfigs: [aLaunchConfig({ InstanceType: undefined })] })} | ${'config.launchConfigs[0].launchConfig.InstanceType: is missing'}
    ${'a ratio above 1'}       | ${aWorkerPool({ scalingRatio: 2 })}                                             | ${'config.scalingRatio: too big'}
    ${'an id without slash'}   | ${aWorkerPool({}, { workerPoolId: 'ci' })}                                      | ${'workerPoolId: of the form provisioner/worker, found "ci"'}
    ${'a name too long'}       | ${aWorkerPool({}, { workerPoolId: `a/${'x'.repeat(39)}` })}                     | ${'workerPoolId: the part after the slash has 1 to 38'}
    ${'archived configs only'} | ${aWorkerPool({ launchConfigs: [aLaunchConfig({}, { archived: true })] })}      | ${'config.launchConfigs: all are archived'}
    ${'an old worker type'}    | ${{ launchSpec: {}, maxPrice: 1 }}                                              | ${'looks like a definition for "import taskcluster-aws-provisioner"'}
  `('is told by field: $fact', ({ document, problem }) => {
    const result = importDefinition('taskcluster-worker-manager', document, options());
    const problems = result.kind === 'invalid' ? result.problems.map(describeProblem).join('\n') : '';
    expect(problems).toContain(problem);
  });
});
