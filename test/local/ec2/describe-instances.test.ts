import {
  DescribeInstanceStatusCommand,
  DescribeInstancesCommand,
  type EC2Client,
  type Filter,
  paginateDescribeInstances,
  RunInstancesCommand,
  type RunInstancesCommandInput,
  TerminateInstancesCommand,
} from '@aws-sdk/client-ec2';
import { describe, expect, it } from 'vitest';
import { localImages } from '../../../lib/local/ec2/catalogue.ts';
import { codeOf, startLocalEc2, subnetIn } from './local-ec2.ts';

async function launch(ec2: EC2Client, name: string, request: Partial<RunInstancesCommandInput> = {}): Promise<string> {
  const { Instances: instances } = await ec2.send(
    new RunInstancesCommand({
      ImageId: localImages.linuxArm64,
      InstanceType: 'c7g.large',
      SubnetId: subnetIn('a'),
      MinCount: 1,
      MaxCount: 1,
      TagSpecifications: [{ ResourceType: 'instance', Tags: [{ Key: 'Name', Value: name }] }],
      ...request,
    }),
  );
  return instances?.[0]?.InstanceId ?? '';
}

async function namesOf(ec2: EC2Client, filters: Filter[]): Promise<string[]> {
  const { Reservations: reservations } = await ec2.send(new DescribeInstancesCommand({ Filters: filters }));
  const instances = (reservations ?? []).flatMap((reservation) => reservation.Instances ?? []);
  return instances.map((instance) => instance.Tags?.find((tag) => tag.Key === 'Name')?.Value ?? '').sort();
}

const filter = (Name: string, ...Values: string[]): Filter => ({ Name, Values });

describe('filters', () => {
  it.each`
    fact                                   | filters                                                                            | names
    ${'a tag by value'}                    | ${[filter('tag:Name', 'web-1')]}                                                   | ${['web-1']}
    ${'one of several values'}             | ${[filter('tag:Name', 'web-1', 'job')]}                                            | ${['job', 'web-1']}
    ${'every filter at once'}              | ${[filter('tag:Name', 'web-*'), filter('instance-lifecycle', 'spot')]}             | ${['web-2']}
    ${'any text for a star'}               | ${[filter('tag:Name', 'web*')]}                                                    | ${['web-1', 'web-2']}
    ${'one character for a question mark'} | ${[filter('tag:Name', 'web-?', 'jo')]}                                             | ${['web-1', 'web-2']}
    ${'a star taken literally'}            | ${[filter('tag:Name', 'web\\*')]}                                                  | ${[]}
    ${'case'}                              | ${[filter('tag:Name', 'WEB-1')]}                                                   | ${[]}
    ${'dots as dots'}                      | ${[filter('instance-type', 'c7g?large', 'c7gxlarge')]}                             | ${['web-1', 'web-2']}
    ${'a tag key'}                         | ${[filter('tag-key', 'Name')]}                                                     | ${['job', 'web-1', 'web-2']}
    ${'a state'}                           | ${[filter('instance-state-name', 'pending', 'running')]}                           | ${['web-1', 'web-2']}
    ${'a zone and its subnet'}             | ${[filter('availability-zone', 'us-east-1b'), filter('subnet-id', subnetIn('b'))]} | ${['job']}
    ${'a client token'}                    | ${[filter('client-token', 'token-web-2')]}                                         | ${['web-2']}
  `('match $fact', async ({ filters, names }) => {
    const { ec2 } = await startLocalEc2();
    await launch(ec2, 'web-1');
    await launch(ec2, 'web-2', { InstanceMarketOptions: { MarketType: 'spot' }, ClientToken: 'token-web-2' });
    const job = await launch(ec2, 'job', { InstanceType: 'm7g.large', SubnetId: subnetIn('b') });
    await ec2.send(new TerminateInstancesCommand({ InstanceIds: [job] }));
    expect(await namesOf(ec2, filters)).toEqual(names);
  });

  it.each`
    fact                 | filters                                                      | code
    ${'an unknown name'} | ${[filter('instance-colour', 'red')]}                        | ${'InvalidParameterValue'}
    ${'over 200 values'} | ${[filter('client-token', ...Array<string>(201).fill('x'))]} | ${'FilterLimitExceeded'}
  `('are refused for $fact', async ({ filters, code }) => {
    const { ec2 } = await startLocalEc2();
    expect(await codeOf(namesOf(ec2, filters))).toBe(code);
  });
});

describe('pages', () => {
  it('count instances, not reservations, and miss or repeat none while others come and go', async () => {
    const { ec2, world } = await startLocalEc2({ tombstoneMs: 0 });
    await launch(ec2, 'a', { MinCount: 7, MaxCount: 7 });
    await launch(ec2, 'b', { MinCount: 6, MaxCount: 6 });
    const before = world.instances().map((instance) => instance.instanceId);
    const pages: string[][] = [];
    for await (const page of paginateDescribeInstances({ client: ec2, pageSize: 5 }, {})) {
      pages.push(
        (page.Reservations ?? []).flatMap(
          ({ Instances: instances }) => instances?.map((one) => one.InstanceId ?? '') ?? [],
        ),
      );
      if (pages.length === 1) await ec2.send(new TerminateInstancesCommand({ InstanceIds: [before[4] ?? ''] }));
    }
    expect(pages.map((page) => page.length)).toEqual([5, 5, 3]);
    expect(pages.flat()).toEqual(before);
  });

  it.each`
    fact                         | request                                                    | code
    ${'below five'}              | ${{ MaxResults: 4 }}                                       | ${'InvalidParameterValue'}
    ${'above a thousand'}        | ${{ MaxResults: 1001 }}                                    | ${'InvalidParameterValue'}
    ${'together with ids'}       | ${{ MaxResults: 5, InstanceIds: ['i-0123456789abcdef0'] }} | ${'InvalidParameterCombination'}
    ${'after a token of nobody'} | ${{ MaxResults: 5, NextToken: 'what' }}                    | ${'InvalidNextToken'}
  `('are refused $fact', async ({ request, code }) => {
    const { ec2 } = await startLocalEc2();
    expect(await codeOf(ec2.send(new DescribeInstancesCommand(request)))).toBe(code);
  });
});

describe('ids', () => {
  it.each`
    fact         | id                       | code
    ${'unknown'} | ${'i-0123456789abcdef0'} | ${'InvalidInstanceID.NotFound'}
    ${'no ids'}  | ${'i-12'}                | ${'InvalidInstanceID.Malformed'}
  `('that are $fact fail the call', async ({ id, code }) => {
    const { ec2 } = await startLocalEc2();
    const known = await launch(ec2, 'a');
    expect(await codeOf(ec2.send(new DescribeInstancesCommand({ InstanceIds: [known, id] })))).toBe(code);
  });
});

describe('while a zone is down', () => {
  it('calls about everything or about its instances fail, others answer', async () => {
    const { ec2, world } = await startLocalEc2();
    const inA = await launch(ec2, 'a');
    const inB = await launch(ec2, 'b', { SubnetId: subnetIn('b') });
    world.settings.unavailableZones.add('us-east-1b');
    const outcomeOf = (...InstanceIds: string[]) => codeOf(ec2.send(new DescribeInstancesCommand({ InstanceIds })));
    expect(await outcomeOf()).toBe('Unavailable');
    expect(await outcomeOf(inA, inB)).toBe('Unavailable');
    expect(await outcomeOf(inA)).toBe('no error');
    expect(await codeOf(ec2.send(new DescribeInstanceStatusCommand({})))).toBe('Unavailable');
    world.settings.unavailableZones.clear();
    expect(await outcomeOf()).toBe('no error');
  });
});

describe('DescribeInstanceStatus', () => {
  it('shows running instances, and all only when asked', async () => {
    const { ec2, clock } = await startLocalEc2({ bootDelayMs: 1_000 });
    const running = await launch(ec2, 'a');
    clock.nowMs += 1_000;
    const booting = await launch(ec2, 'b');
    const idsOf = async (IncludeAllInstances: boolean) => {
      const { InstanceStatuses: list } = await ec2.send(new DescribeInstanceStatusCommand({ IncludeAllInstances }));
      return list?.map((status) => [status.InstanceId, status.InstanceStatus?.Status]);
    };
    expect(await idsOf(false)).toEqual([[running, 'ok']]);
    expect(await idsOf(true)).toEqual([
      [running, 'ok'],
      [booting, 'not-applicable'],
    ]);
  });

  it('takes at most 100 ids', async () => {
    const { ec2 } = await startLocalEc2();
    const InstanceIds = Array.from({ length: 101 }, () => 'i-0123456789abcdef0');
    expect(await codeOf(ec2.send(new DescribeInstanceStatusCommand({ InstanceIds })))).toBe('InvalidParameterValue');
  });
});
