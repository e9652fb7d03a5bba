import { describe, expect, it } from 'vitest';
import type { Refusal } from '../../lib/core/refusal.ts';
import { epochMillis, secondsAfter } from '../../lib/core/units.ts';
import { aDefinition, aDocument, aWorker, NOW } from '../support/builders.ts';
import { cliWorld } from './cli-world.ts';

const [QUEUE = ''] = aDefinition().queueUrls;

const HOUR = 3600 * 1000;

function worldWithBacklog(pendingTasks: number) {
  const world = cliWorld();
  world.workerTypes.putRaw('build', aDocument());
  world.workerTypes.putRaw('broken', { workerType: 'broken' });
  world.backlog.set(QUEUE, { pendingTasks });
  return world;
}

/** From now on EC2 refuses every call as a whole. */
function refuse({ fleet }: ReturnType<typeof worldWithBacklog>, refusal: Refusal) {
  Object.assign(fleet, { launch: async () => ({ kind: 'refused', refusal }) });
}

describe('tick', () => {
  it('launches what is missing and shows the decisions', async () => {
    const world = worldWithBacklog(3);
    const { exitCode, stdout } = await world.run('tick');
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/^build: launch 3: 3 pending .*; us-east-1 spot: asked 3, launched 3$/m);
    expect(stdout).toMatch(/^2 worker types \(1 invalid\), launched capacity 3\.$/m);
    expect(world.fleet.truth).toHaveLength(3);
  });

  it('does nothing while another tick runs', async () => {
    const world = worldWithBacklog(3);
    await world.leases.acquire('lambda', 30_000);
    const { error } = await world.json('tick');
    expect(error).toMatchObject({ kind: 'failure', exitCode: 1, message: expect.stringContaining('lambda') });
    expect(world.fleet.truth).toEqual([]);
  });

  it('answers exit code 4 when the turn of a worker type failed', async () => {
    const world = worldWithBacklog(0);
    world.workerTypes.putRaw('other', aDocument({ workerType: 'other', queueUrls: ['https://sqs/1/none'] }));
    const { exitCode, data, error } = await world.json('tick');
    expect(exitCode).toBe(4);
    expect(error.message).toContain('other: ');
    expect(data.tick.failures).toHaveLength(1);
  });

  it('shows plan and requests in a dry run, also while another tick runs, and leaves no trace', async () => {
    const world = worldWithBacklog(3);
    await world.leases.acquire('lambda', 30_000);
    const { exitCode, data } = await world.json('tick --dry-run');
    expect(exitCode).toBe(0);
    expect(data).toMatchObject({
      dryRun: true,
      openLaunches: [],
      workerTypes: [
        { workerType: 'broken', kind: 'invalid', orders: [], rejectedPools: [] },
        {
          workerType: 'build',
          kind: 'launch',
          plan: { figures: { pendingTasks: 3, target: 3, supply: 0 }, want: 3, maxInstances: null },
          orders: [
            {
              region: 'us-east-1',
              market: 'spot',
              targetCapacity: 3,
              pools: ['subnet-0123456789abcdef0/c7g.large'],
              requests: [{ action: 'CreateFleet', input: { TotalTargetCapacity: 3 } }],
            },
          ],
        },
      ],
    });
    expect(world.fleet.truth).toEqual([]);
    expect(await world.ledger.recent(epochMillis(0))).toEqual([]);
    expect(await world.board.load()).toMatchObject({ workerTypes: [], tick: undefined });
  });

  it('plans in a dry run what the tick then does', async () => {
    const world = worldWithBacklog(5);
    const preview = await world.json('tick --dry-run');
    const done = await world.json('tick');
    const planned = preview.data.workerTypes.map(({ decision }: { decision: string }) => decision);
    const decided = done.data.workerTypes.map(({ decision }: { decision: string }) =>
      decision.replace(/; us-east-1 spot: asked.*/, ''),
    );
    expect(decided).toEqual(planned);
  });

  it('names the launches that are open and the wait that a refusal led to', async () => {
    const world = worldWithBacklog(2);
    refuse(world, { class: 'unknown', code: 'Strange', message: 'who knows' });
    await world.run('tick');
    const { data } = await world.json('tick --dry-run');
    const build = data.workerTypes[1];
    expect(build).toMatchObject({ kind: 'hold', plan: { reason: 'backing-off', until: '2026-01-02T03:09:05.000Z' } });

    const answer = await world.leases.acquire('crashed', 1);
    if (answer.kind !== 'acquired') throw new Error('the lease is free');
    const definition = aDefinition();
    const pools = [{ subnetId: 'subnet-0123456789abcdef0', instanceType: 'c7g.large', capacity: 1 }];
    const order = {
      launchId: 'lost',
      definition,
      region: 'us-east-1',
      market: 'spot',
      targetCapacity: 2,
      pools,
    } as const;
    const { lease } = answer;
    const intent = { order, shard: lease.shard, openedAt: NOW, state: 'open', workers: [], refusals: [] } as const;
    await world.ledger.open(intent, lease);
    expect((await world.run('tick --dry-run')).stdout).toContain('launch lost (capacity 2) has no answer yet');
  });

  it('shows in a dry run each order of several regions and the pools that would not be used, with the time', async () => {
    const world = worldWithBacklog(3);
    const zone = (subnetId: string, availabilityZone: string, weight = 1) => ({ subnetId, availabilityZone, weight });
    const regions = [{ zones: [zone('subnet-aaaa', 'us-east-1a'), zone('subnet-bbbb', 'us-east-1b', 0)] }];
    const instanceTypes = [{ instanceType: 'c7g.large' }, { instanceType: 'm7g.large' }];
    world.workerTypes.putRaw('build', aDocument({ regions, instanceTypes, market: { onDemandBaseCapacity: 1 } }));
    const dry = { region: 'us-east-1', market: 'spot', subnetId: 'subnet-aaaa', instanceType: 'm7g.large' } as const;
    await world.poolMemory.add([
      { ...dry, since: NOW, until: secondsAfter(NOW, 120), code: 'InsufficientInstanceCapacity' },
    ]);
    const { stdout } = await world.run('tick --dry-run');
    expect(stdout).toMatch(/^ {2}us-east-1 on-demand: capacity 1, from 2 pools$/m);
    expect(stdout).toMatch(/^ {2}us-east-1 spot: capacity 2, from 1 pool$/m);
    expect(stdout).toMatch(/us-east-1a\/m7g.large .*EC2 said InsufficientInstanceCapacity, for another 2 min$/m);
    expect(stdout).toMatch(/us-east-1b\/c7g.large .*its weight is 0$/m);
  });

  it('warns that the workers of a region could not be listed, and holds what may be there', async () => {
    const world = worldWithBacklog(3);
    world.fleet.settings.unreadRegions.set('us-east-1', 'RequestTimeout');
    const { stdout, stderr } = await world.run('tick --dry-run');
    expect(stdout).toMatch(/^build: hold, .*us-east-1: RequestTimeout/m);
    expect(stderr).toContain('the workers in us-east-1 could not be listed');
  });

  it('goes on with the preview when the request of one worker type cannot be built', async () => {
    const requestsFor = () => {
      throw new Error('user data is too long');
    };
    const world = cliWorld({ launchPreview: { requestsFor } });
    world.workerTypes.putRaw('build', aDocument());
    world.backlog.set(QUEUE, { pendingTasks: 1 });
    const { exitCode, stdout } = await world.run('tick --dry-run');
    expect(exitCode).toBe(0);
    expect(stdout).toContain('the request cannot be built: user data is too long');
  });
});

describe('reap', () => {
  function worldWithOldWorkers() {
    const world = cliWorld();
    world.workerTypes.putRaw('build', aDocument());
    world.fleet.put(aWorker({ workerId: 'i-old', launchedAt: epochMillis(NOW - 97 * HOUR) }));
    world.fleet.put(aWorker({ workerId: 'i-young' }));
    world.fleet.put(aWorker({ workerId: 'i-ageless', launchedAt: undefined }));
    return world;
  }
  const stateOf = (world: ReturnType<typeof worldWithOldWorkers>, id: string) =>
    world.fleet.truth.find(({ workerId }) => workerId === id)?.state;

  it('shows each verdict with its reason in a dry run and terminates nobody', async () => {
    const world = worldWithOldWorkers();
    const { exitCode, stdout } = await world.run('reap --dry-run');
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/^i-old +build +running +reap +4 d 1 h old, may live 4 d$/m);
    expect(stdout).toMatch(/^i-young +build +running +keep +within its lifetime$/m);
    expect(stdout).toMatch(/^i-ageless +build +running +unknown +EC2 does not say when it was launched$/m);
    expect(stdout).toMatch(/^3 workers there, 1 to terminate\.$/m);
    expect(stateOf(world, 'i-old')).toBe('running');
  });

  it('terminates the condemned with --yes and records the run', async () => {
    const world = worldWithOldWorkers();
    const { exitCode, data } = await world.json('reap --yes');
    expect(exitCode).toBe(0);
    expect(data.report).toMatchObject({ seen: 3, reaped: [{ workerId: 'i-old', reason: 'too-old' }], failures: [] });
    expect(stateOf(world, 'i-old')).toBe('stopped');
    expect((await world.board.load()).reap).toMatchObject({ seen: 3 });
  });

  it('terminates nobody without an agreement', async () => {
    const world = worldWithOldWorkers();
    expect((await world.run('reap')).exitCode).toBe(2);
    expect((await world.run('reap', { canAsk: true, stdin: 'no\n' })).exitCode).toBe(1);
    expect(stateOf(world, 'i-old')).toBe('running');
  });

  it('does not ask when nobody is condemned', async () => {
    const { exitCode, stdout } = await cliWorld().run('reap');
    expect({ exitCode, stdout }).toEqual({ exitCode: 0, stdout: '0 workers seen, 0 terminated, 0 failed.\n' });
  });

  it('answers a failure with what EC2 said', async () => {
    const { fleet, workerTypes } = worldWithOldWorkers();
    const failed = [{ workerId: 'i-old', code: 'OperationNotPermitted', message: 'protected' }];
    const world = cliWorld({
      workerTypes,
      fleet: Object.assign(fleet, { terminate: async () => ({ terminated: [], failed }) }),
    });
    const { exitCode, stdout } = await world.run('reap --yes');
    expect(exitCode).toBe(1);
    expect(stdout).toContain('i-old: OperationNotPermitted (protected): not terminated');
  });
});
