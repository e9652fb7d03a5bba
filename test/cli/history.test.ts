import { describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { recordChange } from '../../lib/control/versions.ts';
import { aDocument, NOW } from '../support/builders.ts';
import { cliWorld } from './cli-world.ts';

type World = ReturnType<typeof cliWorld>;

const apply = (world: World, changes: Record<string, unknown>, options = '') =>
  world.run(`worker-types apply -${options}`, { stdin: stringify(aDocument(changes)) });

/** Three versions: of ada, of nobody, and an edit by hand that did not raise the version. */
async function worldWithHistory(): Promise<World> {
  const world = cliWorld();
  await apply(world, { maxCapacity: 5 }, ' --author ada');
  await apply(world, { maxCapacity: 6 });
  const before = (await world.workerTypes.get('build'))?.document;
  const after = { ...before, maxCapacity: 7, owner: 'eve' };
  world.workerTypes.putRaw('build', after);
  await recordChange({ workerType: 'build', before, after, at: NOW, source: 'table', sequence: '9' }, world.history);
  return world;
}

describe('worker-types history', () => {
  it('shows when each version came, by whom, and what it changed', async () => {
    const { stdout } = await (await worldWithHistory()).run('worker-types history build');
    expect(stdout.split('\n')).toEqual([
      'VERSION  AT                    BY            CHANGE',
      '      1  2026-01-02T03:04:05Z  ada           created',
      '      2  2026-01-02T03:04:05Z  command line  maxCapacity',
      '      3  2026-01-02T03:04:05Z  by hand       owner, maxCapacity (the item says version 2)',
      '',
    ]);
  });

  it('tells programs the fields in full', async () => {
    const { data } = await (await worldWithHistory()).json('worker-types history build');
    expect(data.versions[1]).toEqual({
      workerType: 'build',
      version: 2,
      statedVersion: 2,
      at: new Date(NOW).toISOString(),
      author: null,
      source: 'cli',
      changes: [{ path: 'maxCapacity', before: 5, after: 6 }],
    });
  });

  it.each([
    ['the environment', { USER: 'bob' }, '', 'bob'],
    ['git before the login', { USER: 'bob', GIT_AUTHOR_NAME: 'Bob B.' }, '', 'Bob B.'],
    ['the option before all', { USER: 'bob', GIT_AUTHOR_NAME: 'Bob B.' }, ' --author carol', 'carol'],
  ])('takes the author from %s', async (_where, env, options, author) => {
    const world = cliWorld();
    const target = { PROVISIONER_ID: 'acme', AWS_REGION: 'us-east-1' };
    await world.run(`worker-types apply -${options}`, { stdin: stringify(aDocument()), env: { ...target, ...env } });
    expect(await world.history.get('build', 1)).toMatchObject({ author });
  });

  it('keeps nothing of a dry run, of a conflict and of what does not change', async () => {
    const world = await worldWithHistory();
    await apply(world, { maxCapacity: 8 }, ' --dry-run');
    await apply(world, { maxCapacity: 8, version: 1 });
    await apply(world, { maxCapacity: 7, owner: 'eve' });
    expect(await world.history.list('build')).toHaveLength(3);
  });

  it('keeps a definition that was there before its history began', async () => {
    const world = cliWorld();
    world.workerTypes.putRaw('build', aDocument({ version: 4 }));
    await apply(world, { maxCapacity: 7 });
    const { stdout } = await world.run('worker-types history build');
    expect(stdout).toMatch(/^ {6}4 .* \? .*was there when the history began\n {6}5 /m);
  });

  it('goes on over a deletion', async () => {
    const world = await worldWithHistory();
    await world.run('worker-types delete build --yes --author dave');
    const { stdout } = await world.run('worker-types history build');
    expect(stdout).toMatch(/\n {6}4 .* dave +deleted\n/);
  });

  it('says that nothing is kept yet, or that there is no such type', async () => {
    const world = cliWorld();
    world.workerTypes.putRaw('build', aDocument());
    expect(await world.run('worker-types history build')).toMatchObject({
      exitCode: 0,
      stdout: 'No version of build is kept yet.\n',
    });
    expect(await world.run('worker-types history biuld')).toMatchObject({ exitCode: 1 });
  });

  it('that cannot be written is a warning: the change itself is made', async () => {
    const { history } = cliWorld();
    const broken = cliWorld({
      history: Object.assign(history, { list: () => Promise.reject(new Error('throttled')) }),
    });
    const { exitCode, stdout, stderr } = await apply(broken, {});
    expect({ exitCode, stdout }).toMatchObject({
      exitCode: 0,
      stdout: expect.stringContaining('created as version 1'),
    });
    expect(stderr).toContain('build was changed, but the version could not be kept in the history: throttled');
    expect((await broken.json('worker-types delete build --yes')).data.warnings).toHaveLength(1);
  });
});

describe('worker-types show', () => {
  it('prints a version as apply takes it back', async () => {
    const world = await worldWithHistory();
    const { stdout } = await world.run('worker-types show build --version 1');
    expect(stdout).toContain('maxCapacity: 5\n');
    const again = await world.json('worker-types validate -', { stdin: stdout });
    expect(again.data).toMatchObject({ valid: true });
  });

  it.each([
    ['4', 1, 'there is no version 4 of "build" in the history (kept are 1, 2, 3)'],
    ['latest', 2, 'a whole number from 1 on'],
  ])('says what is wrong with --version %s', async (version, exitCode, message) => {
    const { error } = await (await worldWithHistory()).json(`worker-types show build --version ${version}`);
    expect(error).toMatchObject({ exitCode, message: expect.stringContaining(message) });
  });
});

describe('worker-types diff', () => {
  it.each([
    ['--from 1 --to 2', ['~ maxCapacity: 5 -> 6', '']],
    ['--from 2 --to 1', ['~ maxCapacity: 6 -> 5', '']],
    ['--from 1', ['~ maxCapacity: 5 -> 7', '~ owner: "" -> "eve"', '']],
    ['--from 2 --to 2', ['Nothing differs.', '']],
  ])('%s shows each field that differs', async (options, lines) => {
    const { stdout } = await (await worldWithHistory()).run(`worker-types diff build ${options}`);
    expect(stdout.split('\n').toSorted()).toEqual(lines.toSorted());
  });
});

describe('worker-types restore', () => {
  it('writes a version as the newest one, and keeps those in between', async () => {
    const world = await worldWithHistory();
    const { exitCode, stdout } = await world.run('worker-types restore build --version 1 --author ada');
    expect({ exitCode, stdout }).toMatchObject({
      exitCode: 0,
      stdout: expect.stringContaining('build: version 1 is restored as version 3\n'),
    });
    expect((await world.workerTypes.get('build'))?.document).toMatchObject({ version: 3, maxCapacity: 5, owner: '' });
    expect(await world.history.list('build')).toMatchObject(
      [
        { version: 1 },
        { version: 2 },
        { version: 3, author: undefined },
        { version: 4, statedVersion: 3, author: 'ada', document: { maxCapacity: 5 } },
      ].map(({ author, ...record }) => (author === undefined ? record : { ...record, author })),
    );
  });

  it('brings a deleted definition back', async () => {
    const world = await worldWithHistory();
    await world.run('worker-types delete build --yes');
    const { data } = await world.json('worker-types restore build --version 4');
    expect(data).toMatchObject({ result: 'saved', restored: 4, version: 1 });
    expect((await world.workerTypes.get('build'))?.document).toMatchObject({ maxCapacity: 7, owner: 'eve' });
  });

  it('changes nothing when the definition is so already', async () => {
    const world = await worldWithHistory();
    const { stdout } = await world.run('worker-types restore build --version 3');
    expect(stdout).toBe('build is so already.\n');
    expect(await world.history.list('build')).toHaveLength(3);
  });

  it('does not overwrite a concurrent change: a stale update gets a conflict', async () => {
    const world = await worldWithHistory();
    const save = async () => 'conflict' as const;
    const { workerTypes, history } = world;
    const raced = cliWorld({ history, workerTypes: Object.assign(workerTypes, { save }) });
    const { error } = await raced.json('worker-types restore build --version 1');
    expect(error).toMatchObject({ kind: 'conflict', exitCode: 3 });
    expect(await history.list('build')).toHaveLength(3);
  });

  it('refuses a version that is no valid definition', async () => {
    const world = cliWorld();
    const after = aDocument({ maxCapacity: 'many' });
    await recordChange({ workerType: 'build', before: undefined, after, at: NOW, source: 'table' }, world.history);
    const { error } = await world.json('worker-types restore build --version 1');
    expect(error).toMatchObject({ kind: 'invalid-input', exitCode: 2, problems: [{ path: 'maxCapacity' }] });
  });
});
