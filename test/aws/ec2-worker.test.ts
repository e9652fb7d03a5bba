import type { Instance, InstanceStateName } from '@aws-sdk/client-ec2';
import { describe, expect, it } from 'vitest';
import { toWorker } from '../../lib/aws/ec2-worker.ts';
import { tagKeys } from '../../lib/core/tags.ts';
import { NOW } from '../support/builders.ts';

const OURS = {
  [tagKeys.workerType]: 'build',
  [tagKeys.launchId]: 'launch-1',
  [tagKeys.capacity]: '4',
  [tagKeys.definitionVersion]: '7',
  [tagKeys.maxLifetimeSeconds]: '3600',
};

function anInstance(name: InstanceStateName = 'running', tags: Record<string, string> = OURS): Instance {
  return {
    InstanceId: 'i-1',
    InstanceType: 'c7g.large',
    InstanceLifecycle: 'spot',
    LaunchTime: new Date(NOW),
    Placement: { AvailabilityZone: 'us-east-1b' },
    State: { Name: name },
    Tags: Object.entries(tags).map(([Key, Value]) => ({ Key, Value })),
  };
}

describe('an instance as a worker', () => {
  it('has everything that EC2 and the tags say', () => {
    expect(toWorker(anInstance())).toEqual({
      workerId: 'i-1',
      workerType: 'build',
      launchId: 'launch-1',
      state: 'running',
      capacity: 4,
      instanceType: 'c7g.large',
      zone: 'us-east-1b',
      market: 'spot',
      launchedAt: NOW,
      definitionVersion: 7,
      maxLifetimeSeconds: 3_600,
    });
  });

  it.each`
    name               | signal       | state
    ${'pending'}       | ${undefined} | ${'booting'}
    ${'pending'}       | ${'stop'}    | ${'draining'}
    ${'running'}       | ${undefined} | ${'running'}
    ${'running'}       | ${'stop'}    | ${'draining'}
    ${'running'}       | ${'stay'}    | ${'running'}
    ${'running'}       | ${'STOP'}    | ${'running'}
    ${'shutting-down'} | ${undefined} | ${'stopping'}
    ${'shutting-down'} | ${'stop'}    | ${'stopping'}
    ${'stopping'}      | ${undefined} | ${'halted'}
    ${'stopped'}       | ${undefined} | ${'halted'}
    ${'terminated'}    | ${undefined} | ${'stopped'}
    ${'terminated'}    | ${'stay'}    | ${'stopped'}
    ${'never-heard'}   | ${undefined} | ${'halted'}
  `('is $state when EC2 says $name and the signal is $signal', ({ name, signal, state }) => {
    const tags = signal === undefined ? OURS : { ...OURS, [tagKeys.signal]: signal };
    expect(toWorker(anInstance(name, tags)).state).toBe(state);
  });

  it.each`
    name            | signal       | told
    ${'terminated'} | ${'stop'}    | ${true}
    ${'terminated'} | ${'stay'}    | ${undefined}
    ${'terminated'} | ${undefined} | ${undefined}
    ${'running'}    | ${'stop'}    | ${undefined}
  `('has ended as it was told: $told, when EC2 says $name and the signal is $signal', ({ name, signal, told }) => {
    const tags = signal === undefined ? OURS : { ...OURS, [tagKeys.signal]: signal };
    expect(toWorker(anInstance(name, tags)).wasToldToStop).toBe(told);
  });

  it('leaves out what EC2 does not say: unknown is not zero', () => {
    expect(toWorker({ InstanceId: 'i-1' })).toEqual({
      workerId: 'i-1',
      workerType: undefined,
      launchId: undefined,
      state: 'halted',
      capacity: undefined,
      instanceType: 'unknown',
      zone: 'unknown',
      market: 'on-demand',
      launchedAt: undefined,
      definitionVersion: undefined,
      maxLifetimeSeconds: undefined,
    });
  });

  it.each(['', '0', '-1', '1.5', '1e3', 'many', '0x10', ' 4', '12345678901'])(
    'has no capacity and no version when the tag says "%s"',
    (text) => {
      const tags = { ...OURS, [tagKeys.capacity]: text, [tagKeys.definitionVersion]: text };
      expect(toWorker(anInstance('running', tags))).toMatchObject({
        capacity: undefined,
        definitionVersion: undefined,
      });
    },
  );
});
