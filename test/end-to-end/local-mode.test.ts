import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PutItemCommand } from '@aws-sdk/client-dynamodb';
import { marshall } from '@aws-sdk/util-dynamodb';
import { afterAll, beforeAll, describe, it } from 'vitest';
import { secondsAfter } from '../../lib/core/units.ts';
import { fixturesOf } from '../../lib/local/ec2/catalogue.ts';
import { poolKey } from '../../lib/local/ec2/world-settings.ts';
import type { LocalEvent } from '../../lib/local/local-mode.ts';
import { eventually, isAlive, LocalRun } from './local-run.ts';

let folder = '';
let run: LocalRun;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'local-mode-'));
  run = new LocalRun(folder, { provisionEverySeconds: 9 });
  await run.start();
});
afterAll(async () => {
  await run.close();
  await rm(folder, { recursive: true });
});

const names = (prefix: string, count: number) => Array.from({ length: count }, (_, index) => `${prefix}-${index}`);
const LONG = { idleTimeoutSeconds: 600, maxUptimeSeconds: 3600 };

/** Waits until the provisioner has finished this many passes that began after now. */
async function ticks(count: number): Promise<void> {
  const seen = new Set<number>();
  const from = Date.now();
  await eventually(async () => {
    const { tick } = await run.local.ports.board.load();
    if (tick !== undefined && tick.startedAt > from) seen.add(tick.startedAt);
    return seen.size >= count;
  });
}

// The longest first: some run at a time.
describe.concurrent('an invocation that is killed', { timeout: 100_000 }, () => {
  it('is followed by one that ends with exactly the wanted workers', async ({ expect, onTestFinished }) => {
    const own = await mkdtemp(join(tmpdir(), 'killed-invocation-'));
    const victim = new LocalRun(own, { provisionEverySeconds: 60 });
    await victim.start();
    onTestFinished(async () => {
      await victim.close();
      await rm(own, { recursive: true });
    });
    const { functions, ports } = victim.local;

    // EC2 carries out one order after its sender died; of the other it has launched, and the sender never heard of it.
    victim.breakLaunchOf('under-way', { kind: 'delay', delayMs: 3000 });
    victim.breakLaunchOf('unheard', { kind: 'drop-response' });
    await victim.define('under-way', { minCapacity: 3, ...LONG });
    await victim.define('unheard', { minCapacity: 3, ...LONG });
    const killed = functions.provision.invoke({});
    const openLaunches = async () => {
      const launches = await ports.ledger.recent(secondsAfter(ports.clock.now(), -600));
      return launches.filter(({ state }) => state === 'open').length;
    };
    await eventually(async () => (await openLaunches()) === 2 && victim.instancesOf('unheard').length === 3);
    await functions.provision.kill();
    expect(await killed).toMatchObject({ kind: 'killed' });
    expect(await openLaunches()).toBe(2);

    // The next one waits until the dead one's lease has run out.
    void functions.provision.invoke({});
    for (const workerType of ['under-way', 'unheard']) {
      await eventually(async () => (await victim.statusOf(workerType))?.capacity?.running === 3);
      expect(await victim.statusOf(workerType)).toMatchObject({ state: 'ok', target: 3, supply: 3 });
      expect(victim.instancesOf(workerType)).toHaveLength(3);
    }
    expect(await openLaunches()).toBe(0);
  });
});

describe.concurrent('one provisioner with many worker types', { timeout: 100_000 }, () => {
  it('reaps a worker that ignores everything at its maximum lifetime, and replaces it', async () => {
    const { definition } = await run.define('wedged', {
      minCapacity: 1,
      maxCapacity: 1,
      idleTimeoutSeconds: 1,
      maxUptimeSeconds: 2,
      maxLifetimeSeconds: 4,
      userData: { wedged: true },
    });
    const workerId = await eventually(() => run.instancesOf('wedged')[0]?.instanceId);
    await eventually(() =>
      run.events.some(
        (event) =>
          event.source === 'reap' && event.fields['workerId'] === workerId && event.fields['reason'] === 'too-old',
      ),
    );
    await eventually(
      () => run.instancesOf('wedged').find(({ instanceId }) => instanceId === workerId)?.state === 'terminated',
    );
    // The replacement is not waited for to grow old.
    await eventually(() => run.instancesOf('wedged').length > 1);
    await run.save({ ...definition, enabled: false }, definition.version);
    await eventually(() => !run.local.machines.running().includes(workerId));
    for (const { instanceId } of run.instancesOf('wedged')) run.local.machines.killHard(instanceId);
  });

  it('launches workers for tasks, every result is right, and the workers leave', async ({ expect }) => {
    const { queueUrl, deadLetterQueueUrl } = await run.define('plenty', {
      instanceTypes: [
        { instanceType: 'c7g.medium', capacity: 1, utility: 1, weight: 1 },
        { instanceType: 'c7g.large', capacity: 2, utility: 2, weight: 1 },
      ],
      idleTimeoutSeconds: 2,
    });
    const tasks = names('plenty', 12);
    await run.send(queueUrl, tasks);

    await eventually(() => tasks.every((name) => run.isDone(name)));
    await eventually(async () => (await run.depth(queueUrl)) === 0);
    await eventually(() => run.instancesOf('plenty').every(({ state }) => state === 'terminated'));
    expect(tasks.map((name) => run.startsOf(name).length)).toEqual(tasks.map(() => 1));
    expect(await run.depth(deadLetterQueueUrl)).toBe(0);
  });

  it('launches in the next region what the first one has no room for, and works there', async ({ expect }) => {
    const dry = poolKey({ instanceType: 'm7g.medium', zone: 'us-east-1a', market: 'spot' });
    run.local.world.settings.poolCapacity.set(dry, 0);
    const { queueUrl } = await run.define('abroad', {
      instanceTypes: [{ instanceType: 'm7g.medium', capacity: 1, utility: 1, weight: 1 }],
      regions: ['us-east-1', 'eu-west-1'].map((region) => {
        const { images, securityGroup, subnets } = fixturesOf(region);
        const zones = subnets
          .slice(0, 1)
          .map(({ subnetId, zone }) => ({ subnetId, availabilityZone: zone, weight: 1 }));
        const launchSpec = { imageId: images.linuxArm64.imageId, securityGroupIds: [securityGroup.groupId] };
        return { region, weight: 1, launchSpec, zones };
      }),
      idleTimeoutSeconds: 2,
    });
    await run.send(queueUrl, names('abroad', 2));
    await eventually(() => names('abroad', 2).every((name) => run.isDone(name)));
    await eventually(() => run.instancesOf('abroad').every(({ state }) => state === 'terminated'));
    expect(new Set(run.instancesOf('abroad').map(({ zone }) => zone))).toEqual(new Set(['eu-west-1a']));
  });

  it('runs the task of a killed worker again, elsewhere, and loses no message', async ({ expect }) => {
    const { queueUrl, deadLetterQueueUrl } = await run.define('fragile', { maxCapacity: 2, idleTimeoutSeconds: 20 });
    await run.send(queueUrl, ['fragile'], 'hang');
    const [first] = await eventually(() => {
      const starts = run.startsOf('fragile');
      return starts.length > 0 && starts;
    });
    run.local.machines.killHard(first?.workerId ?? '');

    await eventually(() => run.isDone('fragile'));
    await eventually(async () => (await run.depth(queueUrl)) === 0);
    const starts = run.startsOf('fragile');
    expect(starts).toHaveLength(2);
    expect(starts[1]?.workerId).not.toBe(first?.workerId);
    expect(isAlive(first?.pid ?? 0)).toBe(false);
    expect(await run.depth(deadLetterQueueUrl)).toBe(0);
  });

  it('reports an invalid item by field, launches nothing for it and leaves its workers alone', async ({ expect }) => {
    const { queueUrl, definition } = await run.define('spoiled', { minCapacity: 1, ...LONG });
    const workerId = await eventually(
      () => run.instancesOf('spoiled').find(({ state }) => state === 'running')?.instanceId,
    );
    const { minCapacity: _, ...rest } = { ...definition, maxCapacity: 'many', minCapcity: 2 };
    await run.local.clients.dynamoDb.send(
      new PutItemCommand({
        TableName: run.local.connection.workerTypesTable,
        Item: marshall(rest, { removeUndefinedValues: true }),
      }),
    );

    const status = await eventually(async () => {
      const found = await run.statusOf('spoiled');
      return found?.state === 'invalid' && found;
    });
    expect(status.problems?.map(({ path }) => path).sort()).toEqual(['maxCapacity', 'minCapcity']);
    const isNotice = (event: LocalEvent) =>
      event.source === 'bus' &&
      event.event.detail['workerType'] === 'spoiled' &&
      event.event.detail['to'] === 'invalid';
    const notice = await eventually(() => run.events.find(isNotice));
    expect(notice).toMatchObject({ event: { source: 'spot-provisioner.test', detail: { attention: true } } });

    // The others go on; its own worker too, and the reaper does not know better.
    await run.send(queueUrl, names('spoiled', 6));
    const beside = await run.define('beside', LONG);
    await run.send(beside.queueUrl, ['beside']);
    await eventually(() => run.isDone('beside'));
    await ticks(2);
    await eventually(async () => {
      const { reap } = await run.local.ports.board.load();
      return reap?.unknown.some((unknown) => unknown.workerId === workerId && unknown.reason === 'definition-invalid');
    });
    expect(run.instancesOf('spoiled').map(({ instanceId, state }) => [instanceId, state])).toEqual([
      [workerId, 'running'],
    ]);
  });

  it('launches nothing for a queue that is missing, says so, and fails the invocation in the end', async ({
    expect,
  }) => {
    const { queueUrl, definition } = await run.define('lost', { enabled: false });
    await run.save(
      { ...definition, enabled: true, minCapacity: 1, queueUrls: [`${queueUrl}-gone`] },
      definition.version,
    );

    const status = await eventually(async () => {
      const found = await run.statusOf('lost');
      return found?.state === 'backlog-unknown' && found;
    });
    expect(status).not.toHaveProperty('pendingTasks');
    expect(status.decision).toMatch(/queue/i);
    // An invocation that found the lease taken all the time has seen nothing.
    const message = await eventually(async () => {
      const result = await run.local.functions.provision.invoke({});
      return result.kind === 'threw' && result.message;
    });
    expect(message).toContain('lost: ');
    expect(run.instancesOf('lost')).toEqual([]);
  });

  it('launches what is missing once, however many invocations run', async ({ expect }) => {
    await run.define('steady', { minCapacity: 3, ...LONG });
    const results = await Promise.all([1, 2].map(() => run.local.functions.provision.invoke({})));
    expect(results.map(({ kind }) => kind)).not.toContain('killed');
    await eventually(async () => (await run.statusOf('steady'))?.capacity?.running === 3);
    expect(await run.statusOf('steady')).toMatchObject({ state: 'ok', target: 3, supply: 3 });
    expect(run.instancesOf('steady')).toHaveLength(3);
  });
});

describe('the end of local mode and its next start', { timeout: 100_000 }, () => {
  it('leaves no process behind, and finds queues, tables and tasks again', async ({ expect }) => {
    const { queueUrl, definition } = await run.define('later', { enabled: false, idleTimeoutSeconds: 2 });
    const tasks = names('later', 3);
    await run.send(queueUrl, tasks);
    expect(run.local.machines.running()).not.toEqual([]);
    // As if it ended in the middle of a tick: the lease is never given back.
    await eventually(async () => (await run.local.ports.leases.acquire('dead', 3_600_000)).kind === 'acquired');
    await run.close();
    expect(run.pids().length).toBeGreaterThan(10);
    expect(run.pids().filter(isAlive)).toEqual([]);

    await run.start();
    const stored = await run.local.ports.workerTypes.get('later');
    expect(stored?.parsed).toEqual({ kind: 'valid', definition });
    await run.save({ ...definition, enabled: true }, definition.version);
    await eventually(() => tasks.every((name) => run.isDone(name)));
    await eventually(async () => (await run.depth(queueUrl)) === 0);
  });
});
