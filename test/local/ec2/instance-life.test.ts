import {
  CreateTagsCommand,
  DescribeInstancesCommand,
  GetConsoleOutputCommand,
  type Instance,
  RunInstancesCommand,
  type RunInstancesCommandInput,
  TerminateInstancesCommand,
} from '@aws-sdk/client-ec2';
import { describe, expect, it, vi } from 'vitest';
import { localImages } from '../../../lib/local/ec2/catalogue.ts';
import type { Ec2Event } from '../../../lib/local/ec2/ec2-events.ts';
import type { InstanceRecord } from '../../../lib/local/ec2/instance-record.ts';
import type { WorldSettings } from '../../../lib/local/ec2/world-settings.ts';
import { codeOf, startLocalEc2, subnetIn } from './local-ec2.ts';

async function startWithInstance(
  settings: Partial<WorldSettings> = {},
  request: Partial<RunInstancesCommandInput> = {},
) {
  const local = await startLocalEc2(settings);
  const events: Ec2Event[] = [];
  local.world.onInstanceEvent((event) => events.push(event));
  const { Instances: instances } = await local.ec2.send(
    new RunInstancesCommand({
      ImageId: localImages.linuxArm64,
      InstanceType: 'c7g.large',
      SubnetId: subnetIn('a'),
      MinCount: 1,
      MaxCount: 1,
      InstanceMarketOptions: { MarketType: 'spot' },
      ...request,
    }),
  );
  const id = instances?.[0]?.InstanceId ?? '';
  const described = async (): Promise<Instance | undefined> => {
    const { Reservations: reservations } = await local.ec2.send(new DescribeInstancesCommand({}));
    return reservations?.[0]?.Instances?.[0];
  };
  const states = () => events.map((event) => event.detail['state'] ?? event['detail-type']);
  return { ...local, id, described, events, states };
}

/** Machines that only write down what they are told. */
function machineLog() {
  const calls: string[] = [];
  return {
    calls,
    start: (instance: InstanceRecord) => calls.push(`start ${instance.state}`),
    stop: (instance: InstanceRecord) => calls.push(`stop ${instance.state}`),
    consoleOutput: () => 'hello\n',
  };
}

const terminate = (...InstanceIds: string[]) => new TerminateInstancesCommand({ InstanceIds });

describe('the life of an instance', () => {
  it('goes from pending to running, shutting-down, terminated and out of sight, each in its time', async () => {
    const { ec2, clock, id, described } = await startWithInstance({ bootDelayMs: 30_000, shutdownDelayMs: 10_000 });
    expect((await described())?.State).toEqual({ Code: 0, Name: 'pending' });
    clock.nowMs += 30_000;
    expect((await described())?.State).toEqual({ Code: 16, Name: 'running' });
    await ec2.send(terminate(id));
    expect(await described()).toMatchObject({
      State: { Code: 32, Name: 'shutting-down' },
      StateReason: { Code: 'Client.UserInitiatedShutdown' },
      StateTransitionReason: 'User initiated (2026-11-24 12:00:30 GMT)',
    });
    clock.nowMs += 10_000;
    expect((await described())?.State).toEqual({ Code: 48, Name: 'terminated' });
    clock.nowMs += 3_599_999;
    expect((await described())?.State?.Name).toBe('terminated');
    clock.nowMs += 1;
    expect(await described()).toBeUndefined();
  });

  it('is told in EventBridge events stamped with the instant of each change', async () => {
    const { ec2, world, clock, id, events } = await startWithInstance({ bootDelayMs: 5_000, shutdownDelayMs: 2_000 });
    clock.nowMs += 60_000;
    await ec2.send(terminate(id));
    clock.nowMs += 60_000;
    world.tick();
    expect(events.map((event) => [event.detail['state'], event.time.slice(11)])).toEqual([
      ['pending', '12:00:00Z'],
      ['running', '12:00:05Z'],
      ['shutting-down', '12:01:00Z'],
      ['terminated', '12:01:02Z'],
    ]);
    expect(events[1]).toEqual({
      version: '0',
      id: expect.any(String),
      'detail-type': 'EC2 Instance State-change Notification',
      source: 'aws.ec2',
      account: '000000000000',
      time: '2026-11-24T12:00:05Z',
      region: 'us-east-1',
      resources: [`arn:aws:ec2:us-east-1:000000000000:instance/${id}`],
      detail: { 'instance-id': id, state: 'running' },
    });
  });

  it('ends an interrupted spot instance when its notice is over', async () => {
    const { world, clock, id, described, events, states } = await startWithInstance({ shutdownDelayMs: 1_000 });
    world.interrupt(id);
    expect(world.instances()[0]?.interruption).toEqual({ noticedAt: clock.nowMs, terminateAt: clock.nowMs + 120_000 });
    expect(events.at(-1)).toMatchObject({
      'detail-type': 'EC2 Spot Instance Interruption Warning',
      detail: { 'instance-id': id, 'instance-action': 'terminate' },
    });
    clock.nowMs += 119_999;
    expect((await described())?.State?.Name).toBe('running');
    clock.nowMs += 1;
    expect(await described()).toMatchObject({
      State: { Name: 'shutting-down' },
      StateReason: { Code: 'Server.SpotInstanceTermination' },
    });
    expect(states()).toEqual(['pending', 'running', 'EC2 Spot Instance Interruption Warning', 'shutting-down']);
  });

  it('hears a rebalance recommendation and goes on', async () => {
    const { world, clock, id, described, events } = await startWithInstance();
    world.rebalance(id);
    expect(events.at(-1)).toMatchObject({
      'detail-type': 'EC2 Instance Rebalance Recommendation',
      detail: { 'instance-id': id },
    });
    expect(world.instances()[0]?.rebalanceRecommendedAt).toBe(clock.nowMs);
    expect((await described())?.State?.Name).toBe('running');
  });

  it('knows no interruption of on-demand instances', async () => {
    const { world, id } = await startWithInstance({}, { InstanceMarketOptions: undefined });
    expect(() => world.interrupt(id)).toThrow('is not a spot instance');
    expect(() => world.rebalance('i-00000000')).toThrow('no instance i-00000000');
  });

  it.each`
    fact                                            | market       | behavior       | state           | reason
    ${'a spot instance that powers itself off'}     | ${'spot'}    | ${undefined}   | ${'terminated'} | ${'Client.InstanceInitiatedShutdown'}
    ${'an on-demand one told to terminate then'}    | ${undefined} | ${'terminate'} | ${'terminated'} | ${'Client.InstanceInitiatedShutdown'}
    ${'an on-demand one left at the default, stop'} | ${undefined} | ${undefined}   | ${'stopped'}    | ${'Client.InstanceInitiatedShutdown'}
  `('$fact is $state', async ({ market, behavior, state, reason }) => {
    const { world, id, described } = await startWithInstance(
      {},
      {
        InstanceMarketOptions: market === undefined ? undefined : { MarketType: market },
        InstanceInitiatedShutdownBehavior: behavior,
      },
    );
    world.instanceExited(id);
    expect(await described()).toMatchObject({ State: { Name: state }, StateReason: { Code: reason } });
  });

  it('starts a machine when the instance runs and stops it when it shuts down', async () => {
    const machines = machineLog();
    const { ec2, world, clock, id } = await startWithInstance({ machines, bootDelayMs: 1_000 });
    expect(machines.calls).toEqual([]);
    clock.nowMs += 1_000;
    world.tick();
    expect(machines.calls).toEqual(['start running']);
    await ec2.send(terminate(id));
    await ec2.send(terminate(id));
    expect(machines.calls).toEqual(['start running', 'stop shutting-down']);
  });

  it('does not stop a machine that never started or that stopped itself', async () => {
    const machines = machineLog();
    const { ec2, world, id } = await startWithInstance({ machines, bootDelayMs: 1_000 });
    await ec2.send(terminate(id));
    world.settings.bootDelayMs = 0;
    const exited = await startWithInstance({ machines });
    exited.world.instanceExited(exited.id);
    expect(machines.calls).toEqual(['start running']);
  });

  it('may be over as soon as its machine starts', async () => {
    const { world, id, clock, states } = await startWithInstance({ bootDelayMs: 1_000 });
    const stop = vi.fn();
    world.settings.machines = { start: (instance) => world.instanceExited(instance.instanceId), stop };
    clock.nowMs += 1_000;
    world.tick();
    expect(world.instances().map((instance) => [instance.instanceId, instance.state])).toEqual([[id, 'terminated']]);
    expect(states()).toEqual(['pending', 'running', 'shutting-down', 'terminated']);
    expect(stop).not.toHaveBeenCalled();
  });

  it('shows what the machine printed', async () => {
    const { ec2, id } = await startWithInstance({ machines: machineLog() });
    const { Output: output } = await ec2.send(new GetConsoleOutputCommand({ InstanceId: id }));
    expect(Buffer.from(output ?? '', 'base64').toString()).toBe('hello\n');
  });

  it('goes on by itself on timers', async () => {
    const machines = machineLog();
    const { world, id } = await startWithInstance({ now: Date.now, timers: true, machines, bootDelayMs: 5 });
    await vi.waitFor(() => expect(machines.calls).toEqual(['start running']));
    world.interrupt(id, 0.005);
    await vi.waitFor(() => expect(world.instances()[0]?.state).toBe('terminated'));
    expect(machines.calls).toEqual(['start running', 'stop shutting-down']);
  });

  it('makes ids that differ between seeds and repeat with one seed', async () => {
    const ids = [];
    for (const idSeed of [1, 1, 2]) ids.push((await startWithInstance({ idSeed })).id);
    expect(ids[0]).toMatch(/^i-[0-9a-f]{17}$/);
    expect(ids[1]).toBe(ids[0]);
    expect(ids[2]).not.toBe(ids[0]);
  });
});

describe('a new instance within the visibility lag', () => {
  it('is missing from Describe and unknown to Terminate and CreateTags, though it exists', async () => {
    const { ec2, world, clock, id, described } = await startWithInstance({ visibilityLagMs: 4_000 });
    const tag = new CreateTagsCommand({ Resources: [id], Tags: [{ Key: 'a', Value: 'b' }] });
    expect(world.instances()).toHaveLength(1);
    expect(await described()).toBeUndefined();
    expect(await codeOf(ec2.send(new DescribeInstancesCommand({ InstanceIds: [id] })))).toBe(
      'InvalidInstanceID.NotFound',
    );
    expect(await codeOf(ec2.send(terminate(id)))).toBe('InvalidInstanceID.NotFound');
    expect(await codeOf(ec2.send(tag))).toBe('InvalidInstanceID.NotFound');
    clock.nowMs += 4_000;
    expect((await described())?.InstanceId).toBe(id);
    expect(await codeOf(ec2.send(tag))).toBe('no error');
    expect(await codeOf(ec2.send(terminate(id)))).toBe('no error');
  });
});

describe('TerminateInstances', () => {
  it('reports each change and changes nothing the second time', async () => {
    const { ec2, id } = await startWithInstance({ shutdownDelayMs: 1_000 });
    const first = await ec2.send(terminate(id));
    expect(first.TerminatingInstances).toEqual([
      {
        InstanceId: id,
        PreviousState: { Code: 16, Name: 'running' },
        CurrentState: { Code: 32, Name: 'shutting-down' },
      },
    ]);
    const again = await ec2.send(terminate(id));
    expect(again.TerminatingInstances?.[0]?.PreviousState?.Name).toBe('shutting-down');
  });

  it.each`
    fact                | badId                    | code
    ${'one unknown id'} | ${'i-0123456789abcdef0'} | ${'InvalidInstanceID.NotFound'}
    ${'one bad shape'}  | ${'i-xyz'}               | ${'InvalidInstanceID.Malformed'}
  `('terminates none for $fact', async ({ badId, code }) => {
    const { ec2, id, described } = await startWithInstance();
    expect(await codeOf(ec2.send(terminate(id, badId)))).toBe(code);
    expect((await described())?.State?.Name).toBe('running');
  });

  it('spares the zone of a protected instance and terminates the other zones, then fails', async () => {
    const { ec2, world, id } = await startWithInstance({}, { DisableApiTermination: true });
    const run = (letter: 'a' | 'b') =>
      new RunInstancesCommand({
        ImageId: localImages.linuxArm64,
        InstanceType: 'c7g.large',
        SubnetId: subnetIn(letter),
        MinCount: 1,
        MaxCount: 1,
      });
    const others = [await ec2.send(run('a')), await ec2.send(run('b'))];
    const ids = others.map(({ Instances: instances }) => instances?.[0]?.InstanceId ?? '');
    expect(await codeOf(ec2.send(terminate(id, ...ids)))).toBe('OperationNotPermitted');
    expect(world.instances().map((instance) => [instance.zone, instance.state])).toEqual([
      ['us-east-1a', 'running'],
      ['us-east-1a', 'running'],
      ['us-east-1b', 'terminated'],
    ]);
  });

  it('takes 1 to 1000 ids', async () => {
    const { ec2 } = await startLocalEc2();
    const many = Array.from({ length: 1_001 }, (_, index) => `i-${String(index).padStart(17, '0')}`);
    expect(await codeOf(ec2.send(terminate(...many)))).toBe('InvalidParameterValue');
    expect(await codeOf(ec2.send(terminate()))).toBe('MissingParameter');
  });
});
