import { expect, it } from 'vitest';
import { stringify } from 'yaml';
import { localImages, localSecurityGroup, localSubnets } from '../../lib/local/ec2/catalogue.ts';
import { startLocalProvisioner } from './local-provisioner.ts';

const documentOf = (queueUrl: string) => ({
  workerType: 'build',
  schemaVersion: 2,
  queueUrls: [queueUrl],
  maxCapacity: 3,
  instanceTypes: [{ instanceType: 'c7g.large' }, { instanceType: 'm7g.xlarge', capacity: 2, utility: 2 }],
  launchSpec: { imageId: localImages.linuxArm64, securityGroupIds: [localSecurityGroup.groupId] },
  regions: [{ zones: localSubnets.map(({ subnetId, zone }) => ({ subnetId, availabilityZone: zone })) }],
  workerInstall: 'amazon-linux-2023',
});

it('a worker type goes from its file over a launch to its end, by the real command and the real adapters', async () => {
  const { queueUrl, provisioner } = await startLocalProvisioner();
  const definition = stringify(documentOf(queueUrl));
  const applied = await provisioner('worker-types apply -', definition);
  expect(applied).toMatchObject({ exitCode: 0, stderr: '', data: { workerTypes: [{ result: 'saved', version: 1 }] } });
  const again = await provisioner('worker-types apply -', definition);
  expect(again).toMatchObject({ exitCode: 0, data: { workerTypes: [{ result: 'unchanged' }] } });

  const preview = await provisioner('tick --dry-run');
  const requests = [{ action: 'CreateLaunchTemplate' }, { action: 'CreateLaunchTemplate' }, { action: 'CreateFleet' }];
  expect(preview).toMatchObject({ exitCode: 0, data: { workerTypes: [{ kind: 'launch', orders: [{ requests }] }] } });
  expect(await provisioner('workers list')).toMatchObject({ exitCode: 0, data: { workers: [] } });

  const ticked = await provisioner('tick');
  expect(ticked).toMatchObject({ exitCode: 0, stderr: '', data: { tick: { launchedCapacity: 1, failures: [] } } });
  const status = await provisioner('status build');
  expect(status).toMatchObject({ exitCode: 0, data: { workerTypes: [{ state: 'ok', pendingTasks: 1, target: 1 }] } });
  const reaped = await provisioner('reap --dry-run');
  expect(reaped).toMatchObject({ exitCode: 0, data: { workers: [{ verdict: 'keep' }] } });

  const { data } = await provisioner('workers list');
  const [worker] = (data as { workers: { workerId: string; workerType: string }[] }).workers;
  expect(worker).toMatchObject({ workerType: 'build' });
  const terminated = await provisioner(`workers terminate ${worker?.workerId} --yes`);
  expect(terminated).toMatchObject({ exitCode: 0, data: { workers: [{ result: 'terminated' }] } });
  const deleted = await provisioner('worker-types delete build --yes');
  expect(deleted).toMatchObject({ exitCode: 0, data: { result: 'removed' } });
}, 60_000);

it('a launch preview shows every merged request, and makes no launching call to EC2', async () => {
  const { queueUrl, world, provisioner } = await startLocalProvisioner();
  const { exitCode, data } = await provisioner('preview - --requests', stringify(documentOf(queueUrl)));
  expect(exitCode).toBe(0);
  const { workerTypes } = data as { workerTypes: Record<string, unknown>[] };
  expect(workerTypes).toMatchObject([
    {
      workerType: 'build',
      plan: { kind: 'launch', want: 1 },
      requests: [
        { region: 'us-east-1', capacity: 1, pools: localSubnets.map(({ zone }) => `${zone}/c7g.large`) },
        { region: 'us-east-1', capacity: 2, pools: localSubnets.map(({ zone }) => `${zone}/m7g.xlarge`) },
      ],
      exactRequests: [
        {
          region: 'us-east-1',
          market: 'spot',
          requests: [
            { action: 'CreateLaunchTemplate', input: { LaunchTemplateData: { ImageId: localImages.linuxArm64 } } },
            { action: 'CreateLaunchTemplate' },
            { action: 'CreateFleet', input: { Type: 'instant' } },
          ],
        },
      ],
    },
  ]);
  const pools = workerTypes[0]?.['pools'] as { usable: boolean; priceUsdPerHour: number }[];
  expect(pools).toHaveLength(2 * localSubnets.length);
  expect(pools.every(({ usable, priceUsdPerHour }) => usable && priceUsdPerHour > 0)).toBe(true);
  const actions = [...new Set(world.requests.map(({ action }) => action))];
  expect(actions.toSorted()).toEqual(['DescribeInstances', 'DescribeSpotPriceHistory']);
}, 60_000);

it('a pause holds launches, explain traces the decision, and resume ends it', async () => {
  const { queueUrl, world, provisioner } = await startLocalProvisioner();
  await provisioner('worker-types apply -', stringify(documentOf(queueUrl)));
  const note = ['--note', 'the image is broken', '--by', 'ann'];
  const paused = await provisioner(['pause', 'build', ...note, '--until', '2h']);
  expect(paused).toMatchObject({ exitCode: 0, data: { pause: { by: 'ann', note: 'the image is broken' } } });
  await provisioner('tick');
  const held = await provisioner('explain build');
  expect(held).toMatchObject({ exitCode: 0, data: { state: 'paused', decisions: [{ attempts: [] }] } });
  expect(world.requests.some(({ action }) => action === 'CreateFleet')).toBe(false);

  expect(await provisioner('resume build')).toMatchObject({ exitCode: 0, data: { pause: { by: 'ann' } } });
  await provisioner('tick');
  const launched = await provisioner('explain build --last 2');
  expect(launched).toMatchObject({
    exitCode: 0,
    data: {
      state: 'ok',
      decisions: [
        {
          figures: { pendingTasks: 1, target: 1 },
          usable: 6,
          attempts: [{ words: 'us-east-1 spot: asked 1, launched 1' }],
        },
        { attempts: [] },
      ],
    },
  });
}, 60_000);
