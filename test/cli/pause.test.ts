import { describe, expect, it } from 'vitest';
import { tick } from '../../lib/control/provision.ts';
import { resumeWorkerType } from '../../lib/control/resume.ts';
import type { Refusal } from '../../lib/core/refusal.ts';
import { secondsAfter } from '../../lib/core/units.ts';
import { aDefinition, aDocument, HOME, NOW } from '../support/builders.ts';
import { cliWorld } from './cli-world.ts';

const [QUEUE = ''] = aDefinition().queueUrls;
const NOTE = ['--note', 'broken image, see #123'];

function worldWithBacklog(changes: Record<string, unknown> = {}) {
  const world = cliWorld();
  world.workerTypes.putRaw('build', aDocument(changes));
  world.backlog.set(QUEUE, { pendingTasks: 2 });
  return world;
}

const tickOf = (world: ReturnType<typeof cliWorld>) => tick(world, { holder: 'test', ...HOME });

describe('pause', () => {
  it('stops launches from the next tick on, and leaves definition and workers alone', async () => {
    const world = worldWithBacklog();
    const { exitCode, stdout } = await world.run(['pause', 'build', ...NOTE, '--by', 'ann']);
    expect(exitCode).toBe(0);
    expect(stdout).toContain('build is paused by ann, 0 s ago, until somebody resumes it: broken image, see #123');
    await tickOf(world);
    expect(world.fleet.truth).toEqual([]);
    expect(await world.workerTypes.get('build')).toMatchObject({ document: aDocument() });
  });

  it('ends by itself at the time that is said', async () => {
    const world = worldWithBacklog();
    await world.run(['pause', 'build', ...NOTE, '--until', '1h30min']);
    world.clock.advance(89 * 60_000);
    await tickOf(world);
    expect(world.fleet.truth).toEqual([]);
    world.clock.advance(60_000);
    await tickOf(world);
    expect(world.fleet.truth).toHaveLength(2);
  });

  it('shows its note, person and time in status before any tick has seen it', async () => {
    const world = worldWithBacklog();
    await tickOf(world);
    await world.run(['pause', 'build', ...NOTE, '--until', '2026-01-02T05:04:05Z'], {
      env: { PROVISIONER_ID: 'acme', AWS_REGION: 'us-east-1', USER: 'bob' },
    });
    world.clock.advance(60_000);
    const { stdout } = await world.run('status');
    expect(stdout).toMatch(/^build +paused /m);
    expect(stdout).toContain(
      'build: paused by bob, 1 min ago, until 2026-01-02T05:04:05.000Z (another 1 h 59 min): broken image, see #123',
    );
    const { data } = await world.json('status build');
    expect(data.workerTypes[0]).toMatchObject({
      state: 'paused',
      pause: { by: 'bob', until: '2026-01-02T05:04:05.000Z' },
    });
  });

  it.each([
    [['pause', 'build'], '--note'],
    [['pause', 'build', '--note', ' '], '--note says nothing'],
    [['pause', 'build', ...NOTE, '--until', 'soon'], 'It is a duration such as'],
    [['pause', 'build', ...NOTE, '--until', '2026-01-02T03:04:05'], 'It is a duration such as'],
    [['pause', 'build', ...NOTE, '--until', '2026-01-02T03:04:05Z'], '--until is over already'],
  ])('answers %j as wrong usage', async (line, message) => {
    const { exitCode, stderr } = await worldWithBacklog().run(line);
    expect(exitCode).toBe(2);
    expect(stderr).toContain(message);
  });

  it('does not know a worker type that is not defined', async () => {
    expect((await cliWorld().run(['pause', 'biuld', ...NOTE])).stderr).toContain('there is no worker type "biuld"');
  });
});

describe('resume', () => {
  it('ends a pause: the next tick launches', async () => {
    const world = worldWithBacklog();
    await world.run(['pause', 'build', ...NOTE, '--by', 'ann']);
    await tickOf(world);
    const { stdout } = await world.run('resume build');
    expect(stdout).toBe('build goes on with the next tick.\n  ended: the pause by ann (broken image, see #123)\n');
    expect((await world.json('status build')).data.workerTypes[0]).toMatchObject({ state: 'new' });
    await tickOf(world);
    expect(world.fleet.truth).toHaveLength(2);
  });

  it('ends a suspension: the next tick asks EC2 again', async () => {
    const world = worldWithBacklog();
    const refusal: Refusal = { class: 'configuration', code: 'InvalidAMIID.NotFound', message: 'no such image' };
    const { launch } = world.fleet;
    Object.assign(world.fleet, { launch: async () => ({ kind: 'refused', refusal }) });
    await tickOf(world);
    Object.assign(world.fleet, { launch });
    await tickOf(world);
    expect(world.fleet.truth).toEqual([]);
    expect((await world.run('status build')).stdout).toMatch(/^Waits until: +somebody resumes it, because of .*AMIID/m);
    const { data } = await world.json('resume build');
    expect(data.hold).toMatchObject({ class: 'configuration' });
    await tickOf(world);
    expect(world.fleet.truth).toHaveLength(2);
  });

  it('has this type, and no other, try pools again that are cooling down', async () => {
    const world = worldWithBacklog();
    world.workerTypes.putRaw('other', aDocument({ workerType: 'other' }));
    const pool = { region: 'us-east-1', market: 'spot', subnetId: 'subnet-0123456789abcdef0' } as const;
    await world.poolMemory.add([
      { ...pool, instanceType: 'c7g.large', since: NOW, until: secondsAfter(NOW, 180), code: 'Insufficient' },
    ]);
    const { stdout } = await world.run('resume build');
    expect(stdout).toContain('tried again: 1 pool (us-east-1/subnet-0123456789abcdef0/c7g.large spot)');
    await tickOf(world);
    expect(world.fleet.truth.map(({ workerType }) => workerType)).toEqual(['build', 'build']);
    expect((await world.json('status other --pools')).data.cooldowns).toHaveLength(1);
    expect((await world.json('status build --pools')).data.cooldowns).toEqual([]);
  });

  it.each([
    ['is disabled', { enabled: false }, 'it is disabled'],
    ['is invalid', { maxCapacity: 'many' }, 'its definition is invalid'],
  ])('warns of a type that %s', async (_case, changes, warning) => {
    const { stdout, stderr } = await worldWithBacklog(changes).run('resume build');
    expect(stdout).toBe('build goes on with the next tick.\n  Nothing held it back.\n');
    expect(stderr).toContain(warning);
  });

  it('does not tell of holds and pauses that were over', async () => {
    const world = worldWithBacklog();
    await world.run(['pause', 'build', ...NOTE, '--until', '10s']);
    world.clock.advance(10_000);
    const ended = await resumeWorkerType('build', aDefinition(), 'us-east-1', world);
    expect(ended).toEqual({ pause: undefined, hold: undefined, pools: [] });
  });
});

describe('status --pools', () => {
  it('lists the pools that are cooling down, with the code and the time left', async () => {
    const world = worldWithBacklog();
    const base = { region: 'us-east-1', market: 'spot', since: NOW } as const;
    await world.poolMemory.add([
      { ...base, subnetId: 'subnet-a', instanceType: 'c7g.large', until: secondsAfter(NOW, 180), code: 'Dry' },
      { ...base, until: secondsAfter(NOW, 60), code: 'MaxSpotInstanceCountExceeded' },
      { ...base, subnetId: 'subnet-a', until: secondsAfter(NOW, 10), code: 'Over' },
    ]);
    world.clock.advance(30_000);
    const { stdout } = await world.run('status --pools');
    const lines = stdout.slice(stdout.indexOf('POOL COOLING DOWN')).trimEnd().split('\n');
    expect(lines.slice(1)).toEqual([
      expect.stringMatching(/^every pool +us-east-1 +spot +MaxSpotInstanceCountExceeded +30 s ago +2026-.* +30 s$/),
      expect.stringMatching(/^subnet-a\/c7g.large +us-east-1 +spot +Dry +30 s ago +2026-.* +2 min$/),
    ]);
    expect((await world.json('status --pools')).data.cooldowns[0]).toMatchObject({
      subnetId: null,
      instanceType: null,
    });
    expect((await cliWorld().run('status --pools')).stdout).toContain('No pool is cooling down.');
  });
});
