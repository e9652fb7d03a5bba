import { DescribeInstancesCommand, RunInstancesCommand, TerminateInstancesCommand } from '@aws-sdk/client-ec2';
import { describe, expect, it } from 'vitest';
import { localImages } from '../../../lib/local/ec2/catalogue.ts';
import { codeOf, startLocalEc2 } from './local-ec2.ts';

const run = (ClientToken?: string) =>
  new RunInstancesCommand({
    ImageId: localImages.linuxArm64,
    InstanceType: 'c7g.large',
    MinCount: 1,
    MaxCount: 1,
    ClientToken,
  });

describe('an SDK client with three attempts', () => {
  it('repeats a launch into a dry pool three times, with one token', async () => {
    const { ec2, world } = await startLocalEc2({ defaultPoolCapacity: 0 }, 3);
    await expect(ec2.send(run())).rejects.toMatchObject({
      name: 'InsufficientInstanceCapacity',
      $metadata: { httpStatusCode: 500, attempts: 3 },
    });
    expect(world.requests.map((request) => request.outcome)).toEqual(Array(3).fill('InsufficientInstanceCapacity'));
    expect(new Set(world.requests.map((request) => request.clientToken)).size).toBe(1);
  });

  it('gets over two throttled calls', async () => {
    const { ec2, world } = await startLocalEc2({}, 3);
    world.addFault({ action: 'RunInstances', kind: 'error', code: 'RequestLimitExceeded', times: 2 });
    expect((await ec2.send(run())).$metadata.attempts).toBe(3);
    expect(world.requests.map((request) => request.outcome)).toEqual([
      'RequestLimitExceeded',
      'RequestLimitExceeded',
      'ok',
    ]);
    expect(world.instances()).toHaveLength(1);
  });

  it('does not repeat a call that hit a quota', async () => {
    const { ec2, world } = await startLocalEc2({ vCpuQuota: { spot: 0, 'on-demand': 0 } }, 3);
    await expect(ec2.send(run())).rejects.toMatchObject({
      name: 'VcpuLimitExceeded',
      $metadata: { httpStatusCode: 400, attempts: 1 },
    });
    expect(world.requests).toHaveLength(1);
  });
});

describe('faults', () => {
  it('that drop the answer leave the launch done; the same token then returns the same instances', async () => {
    const { ec2, world } = await startLocalEc2();
    world.addFault({ action: 'RunInstances', kind: 'drop-response', times: 1 });
    expect(await codeOf(ec2.send(run('token-1')))).not.toBe('no error');
    expect(world.instances()).toHaveLength(1);
    const again = await ec2.send(run('token-1'));
    expect(again.Instances?.map((instance) => instance.InstanceId)).toEqual([world.instances()[0]?.instanceId]);
    expect(world.instances()).toHaveLength(1);
    expect(world.requests.map((request) => request.outcome)).toEqual(['ok', 'ok']);
  });

  it('that drop the request leave nothing done', async () => {
    const { ec2, world } = await startLocalEc2();
    world.addFault({ action: 'RunInstances', kind: 'drop-request' });
    expect(await codeOf(ec2.send(run()))).not.toBe('no error');
    expect(world.instances()).toEqual([]);
    expect(world.requests.map((request) => request.outcome)).toEqual(['request-dropped']);
    world.clearFaults();
    await ec2.send(run());
    expect(world.instances()).toHaveLength(1);
  });

  it('that refuse carry their code, status and message and hit only the calls they are meant for', async () => {
    const { ec2, world } = await startLocalEc2();
    world.addFault({
      action: 'TerminateInstances',
      when: (input) => (input['InstanceIds'] as string[]).length > 1,
      kind: 'error',
      code: 'UnauthorizedOperation',
      message: 'You may not.',
    });
    const terminate = (InstanceIds: string[]) => ec2.send(new TerminateInstancesCommand({ InstanceIds }));
    await ec2.send(run());
    const id = world.instances()[0]?.instanceId ?? '';
    await expect(terminate([id, id])).rejects.toMatchObject({
      name: 'UnauthorizedOperation',
      message: 'You may not.',
      $metadata: { httpStatusCode: 403 },
    });
    expect(await codeOf(terminate([id]))).toBe('no error');
  });

  it('that delay let other calls overtake', async () => {
    const { ec2, world } = await startLocalEc2();
    world.addFault({ action: 'RunInstances', kind: 'delay', delayMs: 50, times: 1 });
    const launching = ec2.send(run());
    await ec2.send(new DescribeInstancesCommand({}));
    await launching;
    expect(world.requests.map((request) => request.action)).toEqual(['DescribeInstances', 'RunInstances']);
  });
});

describe('throttling', () => {
  it('lets a burst through, then as many as the bucket refills', async () => {
    const { ec2, world, clock } = await startLocalEc2({
      throttle: new Map([['RunInstances', { maxTokens: 2, refillPerSecond: 1 }]]),
    });
    const outcomes = [];
    for (const waitMs of [0, 0, 0, 1_000, 0]) {
      clock.nowMs += waitMs;
      outcomes.push(await codeOf(ec2.send(run())));
    }
    expect(outcomes).toEqual(['no error', 'no error', 'RequestLimitExceeded', 'no error', 'RequestLimitExceeded']);
    expect(world.instances()).toHaveLength(3);
    expect(await codeOf(ec2.send(new DescribeInstancesCommand({})))).toBe('no error');
  });
});
