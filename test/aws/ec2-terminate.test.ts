import {
  DescribeInstancesCommand,
  EC2Client,
  type Instance,
  TerminateInstancesCommand,
  type TerminateInstancesCommandInput,
} from '@aws-sdk/client-ec2';
import { mockClient } from 'aws-sdk-client-mock';
import { describe, expect, it } from 'vitest';
import { terminateInRegions } from '../../lib/aws/ec2-terminate.ts';
import { tagKeys } from '../../lib/core/tags.ts';

const refusal = (name: string) => Object.assign(new Error(`${name} of EC2`), { name });

/** An EC2 whose sweep shows the ids as owned, and which refuses every call that `refuse` finds a reason for. */
function anEc2(owned: readonly string[], refuse: (ids: readonly string[]) => string | undefined = () => undefined) {
  const ec2 = mockClient(EC2Client);
  ec2.on(DescribeInstancesCommand).callsFake(({ Filters = [] }) => {
    const asked: string[] = Filters.find(({ Name = '' }) => Name === 'instance-id')?.Values ?? [];
    const instances: Instance[] = asked.filter((id) => owned.includes(id)).map((InstanceId) => ({ InstanceId }));
    return { Reservations: [{ Instances: instances }] };
  });
  ec2.on(TerminateInstancesCommand).callsFake(({ InstanceIds = [] }: TerminateInstancesCommandInput) => {
    const code = refuse(InstanceIds);
    if (code !== undefined) throw refusal(code);
    return {};
  });
  const batches = () =>
    ec2.commandCalls(TerminateInstancesCommand).map((call) => call.args[0].input.InstanceIds?.length);
  const lookups = () => ec2.commandCalls(DescribeInstancesCommand).map((call) => call.args[0].input.Filters ?? []);
  const client = new EC2Client({ region: 'us-east-1' });
  return { client, regions: new Map([['us-east-1', client]]), batches, lookups };
}

const ids = (count: number) => Array.from({ length: count }, (_, index) => `i-${index}`);

describe('terminating', () => {
  it('takes 1200 ids in calls of at most 500, and looks them up in calls of at most 200 filter values', async () => {
    const ec2 = anEc2(ids(1200));
    const outcome = await terminateInRegions(ec2.regions, 'acme', ids(1200));
    expect(outcome).toEqual({ terminated: ids(1200), failed: [] });
    expect(ec2.batches()).toEqual([500, 500, 200]);
    for (const filters of ec2.lookups()) {
      expect(filters.flatMap(({ Values = [] }) => Values).length).toBeLessThanOrEqual(200);
      expect(filters).toContainEqual({ Name: `tag:${tagKeys.owner}`, Values: ['acme'] });
    }
  });

  it.each(['InvalidInstanceID.NotFound', 'InvalidInstanceID.Malformed', 'OperationNotPermitted'])(
    'halves a batch until an id that brings %s stands alone, and terminates all others',
    async (code) => {
      const ec2 = anEc2(ids(16), (batch) => (batch.includes('i-11') ? code : undefined));
      const { terminated, failed } = await terminateInRegions(ec2.regions, 'acme', ids(16));
      expect(terminated).toEqual(ids(16).filter((id) => id !== 'i-11'));
      expect(failed).toEqual([{ workerId: 'i-11', code, message: `${code}: ${code} of EC2` }]);
      expect(ec2.batches()).toEqual([16, 8, 8, 4, 2, 2, 1, 1, 4]);
    },
  );

  it('finds several bad ids', async () => {
    const bad = ['i-0', 'i-7', 'i-8'];
    const ec2 = anEc2(ids(20), (batch) =>
      batch.some((id) => bad.includes(id)) ? 'InvalidInstanceID.NotFound' : undefined,
    );
    const { terminated, failed } = await terminateInRegions(ec2.regions, 'acme', ids(20));
    expect(failed.map(({ workerId }) => workerId)).toEqual(bad);
    expect(terminated).toHaveLength(17);
  });

  it.each(['RequestLimitExceeded', 'Unavailable', 'TimeoutError'])(
    'makes no further calls for a batch that failed with %s: more calls do not mend it',
    async (code) => {
      const ec2 = anEc2(ids(900), (batch) => (batch.length === 500 ? code : undefined));
      const { terminated, failed } = await terminateInRegions(ec2.regions, 'acme', ids(900));
      expect(ec2.batches()).toEqual([500, 400]);
      expect(terminated).toHaveLength(400);
      expect(failed).toHaveLength(500);
      expect(failed[0]).toMatchObject({ workerId: 'i-0', code });
    },
  );

  it('asks nothing of EC2 about ids that carry no owner tag of ours, and says so', async () => {
    const ec2 = anEc2(['i-ours']);
    const { terminated, failed } = await terminateInRegions(ec2.regions, 'acme', ['i-foreign', 'i-ours', 'i-unknown']);
    expect(terminated).toEqual(['i-ours']);
    expect(failed).toEqual(
      ['i-foreign', 'i-unknown'].map((workerId) => ({
        workerId,
        code: 'NotAWorker',
        message: 'no instance of provisioner acme has this id',
      })),
    );
    expect(ec2.batches()).toEqual([1]);
  });

  it('terminates nothing when it cannot tell whose the instances are', async () => {
    const ec2 = anEc2(ids(3));
    mockClient(ec2.client).on(DescribeInstancesCommand).rejects(refusal('Unavailable'));
    await expect(terminateInRegions(ec2.regions, 'acme', ids(3))).rejects.toThrow('Unavailable');
    expect(ec2.batches()).toEqual([]);
  });
});
