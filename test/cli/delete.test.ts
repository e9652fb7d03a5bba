import { describe, expect, it } from 'vitest';
import { aDocument, aWorker } from '../support/builders.ts';
import { cliWorld } from './cli-world.ts';

function worldWithBuild() {
  const world = cliWorld();
  world.workerTypes.putRaw('build', aDocument({ version: 3 }));
  world.fleet.put(aWorker());
  world.fleet.put(aWorker({ state: 'stopped' }));
  world.fleet.put(aWorker({ workerType: 'other' }));
  return world;
}

describe('worker-types delete', () => {
  it('warns of a region whose workers are not in the count', async () => {
    const world = worldWithBuild();
    world.fleet.settings.unreadRegions.set('eu-west-1', 'RequestTimeout');
    const { exitCode, stderr } = await world.run('worker-types delete build --yes');
    expect(exitCode).toBe(0);
    expect(stderr).toContain('the workers in eu-west-1 could not be listed');
  });

  it('deletes with --yes and says how many workers are present', async () => {
    const world = worldWithBuild();
    const { exitCode, stdout } = await world.run('worker-types delete build --yes');
    expect(exitCode).toBe(0);
    expect(stdout).toBe('build is deleted. 1 worker of build is present and will leave when idle.\n');
    expect(await world.workerTypes.list()).toEqual([]);
  });

  it('deletes when the name is typed', async () => {
    const world = worldWithBuild();
    const { exitCode, stderr } = await world.run('worker-types delete build', { canAsk: true, stdin: 'build\n' });
    expect(exitCode).toBe(0);
    expect(stderr).toContain('1 worker of build is present');
    expect(stderr).toContain('Type build to confirm:');
    expect(await world.workerTypes.list()).toEqual([]);
  });

  it.each([
    ['another word is typed', { canAsk: true, stdin: 'yes\n' }, 'not-confirmed', 1],
    ['the input ends', { canAsk: true, stdin: '' }, 'not-confirmed', 1],
    ['nobody is there to be asked', {}, 'usage', 2],
  ])('deletes nothing when %s', async (_case, call, kind, exitCode) => {
    const world = worldWithBuild();
    const { error } = await world.json('worker-types delete build', call);
    expect(error).toMatchObject({ kind, exitCode });
    expect(await world.workerTypes.list()).toHaveLength(1);
  });

  it('deletes also when the workers cannot be counted, and says so', async () => {
    const { fleet } = cliWorld();
    const world = cliWorld({ fleet: Object.assign(fleet, { list: () => Promise.reject(new Error('throttled')) }) });
    world.workerTypes.putRaw('build', aDocument());
    const { data } = await world.json('worker-types delete build --yes');
    expect(data).toEqual({
      workerType: 'build',
      result: 'removed',
      workersPresent: null,
      warnings: ['the workers could not be counted: throttled'],
    });
  });

  it('answers a conflict when it was edited after it was read', async () => {
    const { workerTypes } = worldWithBuild();
    const remove = async () => 'conflict' as const;
    const world = cliWorld({ workerTypes: Object.assign(workerTypes, { remove }) });
    expect((await world.json('worker-types delete build --yes')).error).toMatchObject({
      kind: 'conflict',
      exitCode: 3,
    });
  });
});
