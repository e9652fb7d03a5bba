import { describe, expect, it } from 'vitest';
import { tick } from '../../lib/control/provision.ts';
import type { Refusal } from '../../lib/core/refusal.ts';
import { secondsAfter } from '../../lib/core/units.ts';
import { aDefinition, aDocument, aWorker, HOME, NOW } from '../support/builders.ts';
import { cliWorld } from './cli-world.ts';

const [QUEUE = ''] = aDefinition().queueUrls;
const SUBNET = 'subnet-0123456789abcdef0';

function worldWithBacklog(changes: Record<string, unknown> = {}) {
  const world = cliWorld();
  world.workerTypes.putRaw('build', aDocument(changes));
  world.backlog.set(QUEUE, { pendingTasks: 3 });
  return world;
}

const tickOf = (world: ReturnType<typeof cliWorld>) => tick(world, { holder: 'test', ...HOME });

describe('explain, the decision trace', () => {
  it('tells in one screen why not enough launches: inputs, formula, candidates, what EC2 said, the shortfall', async () => {
    const world = worldWithBacklog();
    world.fleet.settings.poolRoom.set(`us-east-1/${SUBNET}/c7g.large/spot`, 1);
    await tickOf(world);
    world.clock.advance(60_000);
    const { exitCode, stdout } = await world.run('explain build');
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/^State: short$/m);
    expect(stdout).toMatch(/^ {2}queue +read 0 s before the decision$/m);
    expect(stdout).toMatch(/^ {2}demand +3 pending \+ 0 claimed \+ 0 expected = 3 tasks$/m);
    expect(stdout).toMatch(/^ {2}missing +3 - 0 = 3$/m);
    expect(stdout).toMatch(/^ {2}0 of 1 pool can be used$/m);
    expect(stdout).toMatch(/c7g.large spot: EC2 said InsufficientInstanceCapacity, for another 2 min$/m);
    expect(stdout).toMatch(/^Asked of EC2, 1 min ago$/m);
    expect(stdout).toMatch(/^ {2}us-east-1 spot: asked 3, launched 1 \(launch /m);
    expect(stdout).toMatch(/^ {2}2 tasks have no capacity yet: no pool can be used: /m);
    expect(stdout.split('\n').length).toBeLessThan(40);
  });

  it('tells of a pool that is left out because most launches in it failed, as the last tick counted them', async () => {
    const zones = ['a', 'b'].map((letter) => ({
      subnetId: `subnet-aaaaaaa${letter}`,
      availabilityZone: `us-east-1${letter}`,
    }));
    const world = worldWithBacklog({ regions: [{ zones: zones.map((zone) => ({ ...zone, weight: 0.5 })) }] });
    for (let index = 0; index < 10; index += 1) {
      const ended = { state: 'stopped', stoppedAt: NOW, endCode: 'Client.InstanceInitiatedShutdown' } as const;
      world.fleet.put(
        aWorker({ launchedAt: secondsAfter(NOW, -119 - (index < 7 ? 0 : 1)), ...(index < 7 ? ended : {}) }),
      );
    }
    await tickOf(world);
    const { stdout } = await world.run('explain build');
    expect(stdout).toMatch(/^ {2}use +us-east-1b\/c7g.large spot: price unknown$/m);
    expect(stdout).toMatch(
      /^ {2}use +us-east-1a\/c7g.large spot: price unknown; weight 0.5 -> 0.15: 7 of 10 launches failed in the last hour$/m,
    );
  });

  it('tells of a suspension with the refusal, the request id and the way out', async () => {
    const world = worldWithBacklog();
    const refusal: Refusal = {
      class: 'permission',
      code: 'UnauthorizedOperation',
      message: 'not allowed',
      requestId: 'req-7',
    };
    Object.assign(world.fleet, { launch: async () => ({ kind: 'refused', refusal }) });
    await tickOf(world);
    world.clock.advance(10_000);
    await tickOf(world);
    const { stdout } = await world.run('explain build');
    expect(stdout).toMatch(/^State: suspended$/m);
    expect(stdout).toContain('mend the account and provisioner resume build');
    expect(stdout).toContain('request ids: req-7');
    expect(stdout).toMatch(/^ {2}3 tasks have no capacity yet: hold, suspended/m);
    await world.run('resume build');
    expect((await world.run('explain build')).stdout).toMatch(/^State: new$/m);
  });

  it('tells of a pause that no tick has seen yet, and of a broken definition', async () => {
    const world = worldWithBacklog();
    await world.run(['pause', 'build', '--note', 'moving house', '--by', 'ann']);
    expect((await world.run('explain build')).stdout).toContain('Paused by ann 0 s ago, until somebody resumes it');
    world.workerTypes.putRaw('build', aDocument({ maxCapacity: 'many' }));
    const { stdout } = await world.run('explain build');
    expect(stdout).toMatch(/^State: invalid$/m);
    expect(stdout).toContain('maxCapacity: ');
  });

  it('takes a type whose definition was mended for one that the next tick looks at anew', async () => {
    const world = worldWithBacklog({ maxCapacity: 'many' });
    await tickOf(world);
    world.workerTypes.putRaw('build', aDocument());
    expect((await world.json('explain build')).data).toMatchObject({ state: 'new', problems: [] });
  });

  it('gives the records as JSON, as many as are wanted, the latest first', async () => {
    const world = worldWithBacklog();
    await tickOf(world);
    world.clock.advance(10_000);
    world.backlog.set(QUEUE, { pendingTasks: 5 });
    await tickOf(world);
    const { data } = await world.json('explain build --last 1');
    expect(data).toMatchObject({ workerType: 'build', state: 'ok', lastTickAt: '2026-01-02T03:04:15.000Z' });
    expect(data.decisions).toHaveLength(1);
    expect(data.decisions[0]).toMatchObject({ at: '2026-01-02T03:04:15.000Z', figures: { pendingTasks: 5 } });
    expect(data.pools).toMatchObject([{ instanceType: 'c7g.large', usable: true }]);
    expect((await world.json('explain build')).data.decisions).toHaveLength(2);
    expect((await world.run('explain build')).stdout).toMatch(/^Earlier decisions$/m);
  });

  it('answers also when EC2 and the queue do not', async () => {
    const world = worldWithBacklog();
    Object.assign(world.fleet, { list: async () => Promise.reject(new Error('EC2 is down')) });
    expect((await world.run('explain build')).exitCode).toBe(0);
  });

  it('shows what the check found against a pool, and when', async () => {
    const world = worldWithBacklog();
    await world.checkBoard.save([
      {
        workerType: 'build',
        definitionVersion: 1,
        checkedAt: NOW - 3_600_000,
        findings: [
          {
            severity: 'error',
            path: 'launchSpec.imageId',
            region: 'us-east-1',
            value: 'ami-1',
            message: 'does not exist',
            pools: [`${SUBNET}/c7g.large`],
          },
        ],
        unknown: [],
      },
    ]);
    const { stdout } = await world.run('explain build');
    expect(stdout).toContain('c7g.large spot: ami-1 does not exist');
    expect(stdout).toMatch(/^ {2}check +against the account, 1 h ago$/m);
  });

  it.each(['0', '201', 'all', '1.5'])('refuses --last %s', async (last) => {
    expect((await worldWithBacklog().json(`explain build --last ${last}`)).error).toMatchObject({ kind: 'usage' });
  });
});
