import { describe, expect, it } from 'vitest';
import type { Fleet } from '../../lib/control/ports.ts';
import { epochMillis } from '../../lib/core/units.ts';
import { aWorker, NOW } from '../support/builders.ts';
import { cliWorld } from './cli-world.ts';

const HOUR = 3600 * 1000;

function worldWithWorkers() {
  const world = cliWorld();
  world.fleet.put(aWorker({ workerId: 'i-a', launchedAt: epochMillis(NOW - 2.5 * HOUR) }));
  world.fleet.put(aWorker({ workerId: 'i-b', workerType: undefined, launchedAt: undefined, capacity: undefined }));
  world.fleet.put(aWorker({ workerId: 'i-gone', state: 'stopped' }));
  return world;
}

describe('workers list', () => {
  it('shows the workers that are present, and ? for what is not known', async () => {
    const { stdout } = await worldWithWorkers().run('workers list');
    expect(stdout).toMatch(/^i-a +build +running +1 +c7g\.large +us-east-1a +spot +2 h 30 min +1$/m);
    expect(stdout).toMatch(/^i-b +\? +running +\? +c7g\.large +us-east-1a +spot +\? +1$/m);
    expect(stdout).not.toContain('i-gone');
  });

  it('shows those of one worker type, as JSON too', async () => {
    const { data } = await worldWithWorkers().json('workers list --worker-type build');
    expect(data.workers).toMatchObject([{ workerId: 'i-a', workerType: 'build', ageSeconds: 9000 }]);
    expect((await worldWithWorkers().run('workers list --worker-type x')).stdout).toBe('There are no workers of x.\n');
  });
});

describe('a region whose workers could not be listed', () => {
  it.each(['workers list', 'reap --dry-run'])('is a warning of "%s": its workers are missing there', async (line) => {
    const world = worldWithWorkers();
    world.fleet.settings.unreadRegions.set('eu-west-1', 'UnauthorizedOperation');
    const warning = 'the workers in eu-west-1 could not be listed, so they are missing here: UnauthorizedOperation';
    expect((await world.run(line)).stderr).toBe(`warning: ${warning}\n`);
    expect((await world.json(line)).data.warnings).toEqual([warning]);
  });

  it('is named when a worker to terminate is not among those that could', async () => {
    const world = worldWithWorkers();
    world.fleet.settings.unreadRegions.set('eu-west-1', 'UnauthorizedOperation');
    const { error } = await world.json('workers terminate i-x --yes');
    expect(error.message).toContain('i-x (eu-west-1 could not be read)');
  });
});

describe('workers terminate', () => {
  it('terminates each one, once, and reports those that were gone', async () => {
    const world = worldWithWorkers();
    const { exitCode, stdout } = await world.run('workers terminate i-a i-gone i-a --yes');
    expect({ exitCode, stdout }).toEqual({ exitCode: 0, stdout: 'i-a: terminated\ni-gone: gone already\n' });
    expect(world.fleet.truth.find(({ workerId }) => workerId === 'i-a')?.state).toBe('stopped');
  });

  it('refuses ids that are no workers of the provisioner by name, and then terminates nothing', async () => {
    const world = worldWithWorkers();
    const { error } = await world.json('workers terminate i-a i-foreign --yes');
    expect(error).toMatchObject({ kind: 'invalid-input', exitCode: 2 });
    expect(error.message).toBe('not a worker of provisioner acme: i-foreign; nothing was terminated');
    expect(world.fleet.truth.find(({ workerId }) => workerId === 'i-a')?.state).toBe('running');
  });

  it.each([
    ['yes', 0, 'stopped'],
    ['no', 1, 'running'],
  ])('asks, and %s leads to exit code %i', async (answer, exitCode, state) => {
    const world = worldWithWorkers();
    const result = await world.run('workers terminate i-a', { canAsk: true, stdin: `${answer}\n` });
    expect(result.exitCode).toBe(exitCode);
    expect(result.stderr).toContain('i-a  build  running');
    expect(world.fleet.truth.find(({ workerId }) => workerId === 'i-a')?.state).toBe(state);
  });

  it.each([
    ['some fail', ['i-a'], 4],
    ['all fail', [], 1],
  ])('names what EC2 did not do when %s', async (_case, terminated, exitCode) => {
    const { fleet } = worldWithWorkers();
    const failed = [{ workerId: 'i-b', code: 'OperationNotPermitted', message: 'protected' }];
    const terminate: Fleet['terminate'] = async () => ({ terminated, failed });
    const result = await cliWorld({ fleet: Object.assign(fleet, { terminate }) }).json(
      'workers terminate i-a i-b --yes',
    );
    expect(result.exitCode).toBe(exitCode);
    expect(result.data.workers[1]).toEqual({
      workerId: 'i-b',
      result: 'failed',
      cause: 'OperationNotPermitted (protected)',
    });
  });
});
