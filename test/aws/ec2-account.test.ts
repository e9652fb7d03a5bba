import type { CreateFleetCommandInput } from '@aws-sdk/client-ec2';
import { CreateQueueCommand } from '@aws-sdk/client-sqs';
import { describe, expect, it, onTestFinished } from 'vitest';
import { accountClients } from '../../lib/aws/account-clients.ts';
import { awsClients } from '../../lib/aws/clients.ts';
import { Ec2Account } from '../../lib/aws/ec2-account.ts';
import { Ec2LaunchRehearsal } from '../../lib/aws/ec2-launch-rehearsal.ts';
import { checkDefinitions } from '../../lib/control/check.ts';
import type { LaunchOrder } from '../../lib/control/ports.ts';
import { known } from '../../lib/core/check/account-facts.ts';
import { lookupsOf } from '../../lib/core/check/account-lookups.ts';
import { unlaunchablePools } from '../../lib/core/check/unlaunchable.ts';
import { startAccountServices } from '../../lib/local/account-services.ts';
import { fixturesOf } from '../../lib/local/ec2/catalogue.ts';
import { startEc2Endpoint } from '../../lib/local/ec2/ec2-server.ts';
import { offeringKey } from '../../lib/local/ec2/offerings.ts';
import { Ec2World } from '../../lib/local/ec2/world.ts';
import { startSqsEndpoint } from '../../lib/local/sqs/endpoint.ts';
import { MemoryClock } from '../../lib/memory/memory-clock.ts';
import { aDefinition, NOW } from '../support/builders.ts';

const HOME = 'us-east-1';
const TEMPLATE_MISSING = 'InvalidLaunchTemplateName.NotFoundException';
const x86 = { instanceTypes: [{ instanceType: 'c7i.large' }] };
const AWAY = 'eu-west-1';
const PROFILE = 'arn:aws:iam::000000000000:instance-profile/path/worker';
const home = fixturesOf(HOME);
const away = fixturesOf(AWAY);
const subnets = home.subnets.map(({ subnetId }) => subnetId);
const zones = subnets.map((subnetId) => ({ subnetId }));
const spec = (changes: object = {}) => ({
  launchSpec: { imageId: home.images.linuxArm64.imageId, securityGroupIds: [home.securityGroup.groupId], ...changes },
});

/** EC2 in two regions, SQS, IAM, Service Quotas and SSM on loopback, with the adapters in front of them. */
async function accountWorld() {
  const [world, awayWorld] = [new Ec2World({ region: HOME }), new Ec2World({ region: AWAY })];
  const worlds = new Map([
    [HOME, world],
    [AWAY, awayWorld],
  ]);
  const [ec2, sqs, services] = await Promise.all([
    startEc2Endpoint({ worlds }),
    startSqsEndpoint(),
    startAccountServices(),
  ]);
  const clients = awsClients(HOME, {
    dynamodb: 'http://127.0.0.1:1',
    sqs: sqs.url,
    ec2: ec2.url,
    events: 'http://127.0.0.1:1',
  });
  const further = accountClients(HOME, services.endpoints);
  onTestFinished(async () => {
    clients.destroy();
    further.destroy();
    world.close();
    awayWorld.close();
    await Promise.all([ec2.close(), sqs.close(), services.close()]);
  });
  const { QueueUrl: queueUrl = '' } = await clients.sqs.send(new CreateQueueCommand({ QueueName: 'tasks' }));
  const definitionOf = (changes: object) =>
    aDefinition({ queueUrls: [queueUrl], regions: [{ zones }], ...spec(), ...changes });
  const account = new Ec2Account(clients, further);
  const preview = { requestsFor: (order: LaunchOrder) => requestsOf(order) };
  return {
    world,
    awayWorld,
    services,
    sqs,
    queueUrl,
    rehearsal: new Ec2LaunchRehearsal(clients, preview),
    definitionOf,
    lookUp: (changes: object = {}) => account.lookUp(lookupsOf([definitionOf(changes)], HOME)),
    check: async (...types: object[]) => {
      const definitions = types.map((changes, index) => definitionOf({ workerType: `type-${index}`, ...changes }));
      const ports = { clock: new MemoryClock(NOW), account, rehearsal: new Ec2LaunchRehearsal(clients, preview) };
      return (await checkDefinitions(definitions, HOME, ports)).reports;
    },
  };
}

/** Requests of the shape that a launch has. */
const requestsOf = ({ launchId, pools, targetCapacity }: LaunchOrder) => [
  {
    action: 'CreateLaunchTemplate',
    input: {
      LaunchTemplateName: `template-${launchId}`,
      LaunchTemplateData: { UserData: Buffer.from('x'.repeat(1000)).toString('base64') },
    },
  },
  {
    action: 'CreateFleet',
    input: {
      Type: 'instant',
      TargetCapacitySpecification: { TotalTargetCapacity: targetCapacity, DefaultTargetCapacityType: 'spot' },
      LaunchTemplateConfigs: [
        {
          LaunchTemplateSpecification: { LaunchTemplateName: `template-${launchId}`, Version: '1' },
          Overrides: pools.map(({ subnetId, instanceType }) => ({ SubnetId: subnetId, InstanceType: instanceType })),
        },
      ],
    },
  },
];

const actionsOf = ({ requests }: Ec2World) => requests.map(({ action }) => action);

describe('Ec2Account', () => {
  it('finds everything that is there', async () => {
    const world = await accountWorld();
    world.services.iam.putInstanceProfile(PROFILE);
    world.services.quotas.set('L-34B43A08', 640);
    const { regions, instanceProfiles, queues } = await world.lookUp({
      ...spec({ keyName: 'local-key', instanceProfileArn: PROFILE }),
    });
    const facts = regions.get(HOME);
    const { imageId } = home.images.linuxArm64;
    expect(facts?.images.get(imageId)).toEqual(
      known({
        kind: 'found',
        imageId,
        state: 'available',
        architecture: 'arm64',
        rootDeviceType: 'ebs',
        rootDeviceName: '/dev/xvda',
        rootVolumeGiB: 8,
      }),
    );
    expect(facts?.instanceTypes.get('c7g.large')).toEqual(
      known({ architectures: ['arm64'], vCpus: 2, isSpotSupported: true }),
    );
    expect(facts?.offerings.get('c7g.large')).toEqual(known(new Set(['us-east-1a', 'us-east-1b', 'us-east-1c'])));
    expect(facts?.subnets.get(subnets[0] ?? '')).toEqual(
      known({ availabilityZone: 'us-east-1a', vpcId: home.vpcId, freeAddresses: 4091 }),
    );
    expect(facts?.securityGroupIds.get(home.securityGroup.groupId)).toEqual(known(home.vpcId));
    expect(facts?.keyPairs.get('local-key')).toEqual(known(true));
    expect(facts?.spotVcpuQuotas.get('standard')).toEqual(known(640));
    expect(instanceProfiles.get(PROFILE)).toEqual(known(true));
    expect(queues.get(world.queueUrl)).toEqual(known({ kind: 'readable' }));
  });

  it('finds what is there beside what is missing', async () => {
    const world = await accountWorld();
    const other = 'arn:aws:iam::000000000000:instance-profile/other';
    world.services.iam.putInstanceProfile('arn:aws:iam::000000000000:instance-profile/else/where/worker');
    const gone = world.queueUrl.replace('tasks', 'gone');
    const { regions, instanceProfiles, queues } = await world.lookUp({
      queueUrls: [world.queueUrl, gone],
      instanceTypes: [
        { instanceType: 'c7g.large', launchSpec: { instanceProfileArn: other } },
        { instanceType: 'c99g.large', launchSpec: { imageId: 'ami-0000000000000dead' } },
      ],
      regions: [{ zones: [...zones, { subnetId: 'subnet-0000000000000dead' }] }],
      ...spec({
        keyName: 'no-key*',
        securityGroupIds: [home.securityGroup.groupId, 'sg-0000000000000dead'],
        instanceProfileArn: PROFILE,
      }),
    });
    const facts = regions.get(HOME);
    expect(facts?.images.get(home.images.linuxArm64.imageId)?.kind).toBe('known');
    expect(facts?.images.get('ami-0000000000000dead')).toEqual(known({ kind: 'missing' }));
    expect(facts?.instanceTypes.get('c7g.large')).toMatchObject(known({ vCpus: 2 }));
    expect(facts?.instanceTypes.get('c99g.large')).toEqual(known(undefined));
    expect(facts?.offerings.get('c99g.large')).toEqual(known(new Set()));
    expect(facts?.subnets.get(subnets[0] ?? '')).toMatchObject(known({ availabilityZone: 'us-east-1a' }));
    expect(facts?.subnets.get('subnet-0000000000000dead')).toEqual(known(undefined));
    expect(facts?.securityGroupIds.get(home.securityGroup.groupId)).toEqual(known(home.vpcId));
    expect(facts?.securityGroupIds.get('sg-0000000000000dead')).toEqual(known(undefined));
    expect(facts?.keyPairs.get('no-key*')).toEqual(known(false));
    // The name exists, but under another path: the ARN is another one.
    expect(instanceProfiles.get(PROFILE)).toEqual(known(false));
    expect(instanceProfiles.get(other)).toEqual(known(false));
    expect(queues.get(world.queueUrl)).toEqual(known({ kind: 'readable' }));
    expect(queues.get(gone)).toMatchObject(known({ kind: 'unreadable', code: 'QueueDoesNotExist' }));
  });

  it('tells an image that EC2 remembers as deregistered from one that never was', async () => {
    const world = await accountWorld();
    world.world.deregisterImage(home.images.linuxArm64.imageId);
    world.world.addFault({
      kind: 'error',
      action: 'DescribeImages',
      code: 'InvalidAMIID.Unavailable',
      status: 400,
      when: (input) => input['ImageIds'] !== undefined,
    });
    const { regions } = await world.lookUp();
    expect(regions.get(HOME)?.images.get(home.images.linuxArm64.imageId)).toEqual(known({ kind: 'deregistered' }));
  });

  it('reads the image that a parameter names, also by version, and misses a parameter that is not there', async () => {
    const world = await accountWorld();
    const { imageId } = home.images.linuxX8664;
    world.services.parameters.put('/images/worker', imageId);
    const [plain, versioned, none] = [
      'resolve:ssm:/images/worker',
      'resolve:ssm:/images/worker:3',
      'resolve:ssm:/images/none',
    ];
    const { regions } = await world.lookUp({
      ...spec({ imageId: plain }),
      instanceTypes: [
        { instanceType: 'c7i.large' },
        { instanceType: 'm7i.large', launchSpec: { imageId: versioned } },
        { instanceType: 'c6a.large', launchSpec: { imageId: none } },
      ],
    });
    const images = regions.get(HOME)?.images;
    expect(images?.get(plain)).toMatchObject(known({ kind: 'found', imageId, architecture: 'x86_64' }));
    expect(images?.get(versioned)).toEqual(images?.get(plain));
    expect(images?.get(none)).toEqual(known({ kind: 'no-parameter' }));
  });

  it("takes AWS's default for a quota that the account has no value of", async () => {
    const world = await accountWorld();
    world.services.quotas.set('L-34B43A08', undefined);
    const { regions } = await world.lookUp();
    expect(regions.get(HOME)?.spotVcpuQuotas.get('standard')).toEqual(known(1000));
  });

  it('knows nothing of what it could not look up, and everything else all the same', async () => {
    const world = await accountWorld();
    for (const action of ['DescribeImages', 'DescribeKeyPairs']) {
      world.world.addFault({ kind: 'error', action, code: 'UnauthorizedOperation', status: 403 });
    }
    world.services.iam.failWith({ code: 'AccessDenied', status: 403 });
    world.services.quotas.setFault({ action: 'GetServiceQuota', code: 'AccessDeniedException', status: 400 });
    world.sqs.setFault({ action: 'GetQueueAttributes', code: 'ThrottlingException', status: 400 });
    const [report] = await world.check(spec({ keyName: 'local-key', instanceProfileArn: PROFILE }));
    expect(report?.findings).toEqual([]);
    expect(report?.unknown).toEqual([
      expect.stringContaining(`us-east-1: image ${home.images.linuxArm64.imageId}: UnauthorizedOperation`),
      expect.stringContaining('us-east-1: key pair local-key: UnauthorizedOperation'),
      expect.stringContaining(`instance profile ${PROFILE}: AccessDenied`),
      expect.stringContaining(`queue ${world.queueUrl}: ThrottlingException`),
      expect.stringContaining('us-east-1: quota "All Standard'),
    ]);
  });

  it('looks a region up once for all worker types', async () => {
    const world = await accountWorld();
    await world.check({}, {}, {});
    expect(actionsOf(world.world).filter((action) => action === 'DescribeImages')).toHaveLength(1);
    expect(actionsOf(world.awayWorld)).toEqual([]);
  });
});

describe('the check of a definition against EC2', () => {
  it('excludes a type not offered in a zone there, and shows it', async () => {
    const world = await accountWorld();
    world.world.settings.notOffered.add(offeringKey('m7g.large', 'us-east-1c'));
    const [report] = await world.check({
      instanceTypes: [{ instanceType: 'c7g.large' }, { instanceType: 'm7g.large' }],
    });
    expect(report?.findings).toEqual([
      {
        severity: 'warning',
        path: 'instanceTypes[1].instanceType',
        region: HOME,
        value: 'm7g.large',
        message: 'is not offered in us-east-1c: left out there',
        pools: [`${subnets[2]}/m7g.large`],
      },
    ]);
    const rehearsed = world.world.requests.find(({ action }) => action === 'CreateFleet');
    const { LaunchTemplateConfigs: configs = [] } = (rehearsed?.input ?? {}) as Partial<CreateFleetCommandInput>;
    const pools = configs.flatMap(({ Overrides: overrides = [] }) =>
      overrides.map(({ SubnetId: subnetId, InstanceType: type }) => `${subnetId}/${type}`),
    );
    expect(pools).toHaveLength(5);
    expect(pools).not.toContain(`${subnets[2]}/m7g.large`);
  });

  it('names region and image of a definition with a missing image, and launches nothing', async () => {
    const world = await accountWorld();
    const missing = 'ami-0000000000000dead';
    const [report] = await world.check({
      regions: [
        { zones },
        {
          region: AWAY,
          zones: away.subnets.map(({ subnetId }) => ({ subnetId })),
          launchSpec: { imageId: missing, securityGroupIds: [away.securityGroup.groupId] },
        },
      ],
    });
    expect(report?.findings).toMatchObject([
      { severity: 'error', path: 'regions[1].launchSpec.imageId', region: AWAY, value: missing },
    ]);
    expect(unlaunchablePools(report?.findings ?? []).size).toBe(3);
    expect([...world.world.instances(), ...world.awayWorld.instances()]).toEqual([]);
    expect(actionsOf(world.awayWorld)).not.toContain('CreateFleet');
  });

  it('marks that combination unlaunchable within one cycle of a deregistered image, and leaves other worker types alone', async () => {
    const world = await accountWorld();
    const types = [{}, { ...spec({ imageId: home.images.linuxX8664.imageId }), ...x86 }] as const;
    expect((await world.check(...types)).map(({ findings }) => findings)).toEqual([[], []]);
    world.world.deregisterImage(home.images.linuxArm64.imageId);
    const [first, second] = await world.check(...types);
    expect(unlaunchablePools(first?.findings ?? []).size).toBe(3);
    expect(second?.findings).toEqual([]);
  });
});

describe('Ec2LaunchRehearsal', () => {
  const order = (definition: LaunchOrder['definition']): LaunchOrder => ({
    launchId: 'rehearsal',
    definition,
    region: HOME,
    market: 'spot',
    targetCapacity: 1,
    pools: [{ subnetId: subnets[0] ?? '', instanceType: 'c7g.large', capacity: 1 }],
  });

  it('has EC2 judge template and fleet without making either', async () => {
    const world = await accountWorld();
    expect(await world.rehearsal.rehearse(order(world.definitionOf({})))).toEqual({
      kind: 'accepted',
      userDataBytes: 1000,
    });
    expect(world.world.requests.map(({ action, input }) => [action, input['DryRun']])).toEqual([
      ['CreateLaunchTemplate', true],
      ['CreateFleet', true],
    ]);
    expect(world.world.instances()).toEqual([]);
  });

  it.each([
    ['a missing permission', 'UnauthorizedOperation', 403, { kind: 'refused', class: 'permission' }],
    ['a wrong request', 'InvalidParameterValue', 400, { kind: 'refused', class: 'configuration' }],
    ['a code that nobody knows', 'SomethingNew', 400, { kind: 'refused', class: 'unknown', code: 'SomethingNew' }],
    ['a throttle as unknown', 'RequestLimitExceeded', 503, { kind: 'unknown' }],
    ['a failure of EC2 as unknown', 'InternalError', 500, { kind: 'unknown' }],
    ['a template that no launch has made yet as unknown', TEMPLATE_MISSING, 400, { kind: 'unknown' }],
  ])('tells of %s', async (_, code, status, expected) => {
    const world = await accountWorld();
    world.world.addFault({ kind: 'error', action: 'CreateFleet', code, status });
    expect(await world.rehearsal.rehearse(order(world.definitionOf({})))).toMatchObject(expected);
  });

  it('tells of a request that cannot be built', async () => {
    const requestsFor = () => {
      throw new Error('user data is 20000 bytes long');
    };
    const rehearsal = new Ec2LaunchRehearsal({ ec2: () => expect.fail('nothing is sent') }, { requestsFor });
    expect(await rehearsal.rehearse(order(aDefinition()))).toEqual({
      kind: 'unbuildable',
      message: 'user data is 20000 bytes long',
    });
  });
});
