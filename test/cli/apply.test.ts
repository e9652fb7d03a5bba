import { describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { aDocument } from '../support/builders.ts';
import { cliWorld } from './cli-world.ts';

const yaml = (...documents: readonly Record<string, unknown>[]) =>
  documents.map((each) => stringify(each)).join('---\n');
/** As people write it: provisionerId and version are left to the tool. */
const file = (changes: Record<string, unknown> = {}) => {
  const { provisionerId: _connected, ...rest } = aDocument();
  return { ...rest, ...changes };
};

describe('worker-types apply', () => {
  it('creates what is new, once', async () => {
    const world = cliWorld();
    const stdin = yaml(file());
    const first = await world.run('worker-types apply -', { stdin });
    expect(first.exitCode).toBe(0);
    expect(first.stdout).toMatch(/^build: created as version 1\n {2}\+ provisionerId: "acme"\n/);
    const again = await world.run('worker-types apply -', { stdin });
    expect(again).toEqual({ exitCode: 0, stdout: 'build: unchanged (version 1)\n', stderr: '' });
    expect((await world.workerTypes.get('build'))?.document).toMatchObject({ provisionerId: 'acme', version: 1 });
  });

  it('updates what differs and shows it field by field', async () => {
    const world = cliWorld();
    world.workerTypes.putRaw('build', aDocument({ version: 4, maxPriceUsdPerHour: 0.5 }));
    const changed = file({
      maxCapacity: 20,
      tags: { team: 'x' },
      instanceTypes: [{ instanceType: 'c7g.large', capacity: 2 }],
    });
    const { stdout } = await world.run('worker-types apply -', { stdin: yaml(changed) });
    expect(stdout.split('\n').sort()).toEqual(
      [
        'build: updated as version 5',
        '  ~ maxCapacity: 100 -> 20',
        '  ~ instanceTypes[0].capacity: 1 -> 2',
        '  + tags.team: "x"',
        '  - maxPriceUsdPerHour: 0.5',
        '',
      ].sort(),
    );
    expect((await world.workerTypes.get('build'))?.document).toMatchObject({ version: 5, maxCapacity: 20 });
  });

  it('writes nothing in a dry run and says the same', async () => {
    const world = cliWorld();
    world.workerTypes.putRaw('build', aDocument());
    const stdin = yaml(file({ maxCapacity: 20 }));
    const { exitCode, data } = await world.json('worker-types apply - --dry-run', { stdin });
    expect({ exitCode, data }).toEqual({
      exitCode: 0,
      data: {
        dryRun: true,
        workerTypes: [
          {
            workerType: 'build',
            action: 'update',
            result: 'not-written',
            version: 2,
            changes: [{ path: 'maxCapacity', before: 100, after: 20 }],
          },
        ],
      },
    });
    expect((await world.workerTypes.get('build'))?.document).toMatchObject({ maxCapacity: 100 });
  });

  it('mends an invalid item', async () => {
    const world = cliWorld();
    world.workerTypes.putRaw('build', aDocument({ maxCapacity: 'many' }));
    const { stdout } = await world.run('worker-types apply -', { stdin: yaml(file()) });
    expect(stdout).toContain('build: updated as version 2');
    expect(stdout).toContain('~ maxCapacity: "many" -> 100');
  });

  it('tells every problem of every document by file, line and field, and writes none of them', async () => {
    const world = cliWorld();
    const stdin = yaml(
      file({ workerType: 'fine' }),
      file({ maxCapacity: -1, colour: 'red' }),
      file({ provisionerId: 'other' }),
    );
    const { exitCode, stderr } = await world.run('worker-types apply -', { stdin });
    expect(exitCode).toBe(2);
    expect(stderr).toMatch(/^standard input:\d+: build: maxCapacity: .*found -1$/m);
    expect(stderr).toMatch(/^standard input:\d+: build: colour: is not a field/m);
    expect(stderr).toMatch(/build: provisionerId: must be the connected provisioner "acme" or absent, found "other"$/m);
    expect(await world.workerTypes.list()).toEqual([]);
    const { error } = await world.json('worker-types apply -', { stdin });
    expect(error).toMatchObject({ kind: 'invalid-input', exitCode: 2 });
    expect(error.problems).toHaveLength(3);
  });

  it('refuses two documents for one worker type', async () => {
    const { error } = await cliWorld().json('worker-types apply -', { stdin: yaml(file(), file()) });
    expect(error.problems).toMatchObject([{ path: 'workerType', message: 'is also in standard input:1' }]);
  });

  it.each([
    ['stored is newer', aDocument({ version: 5 }), { version: 4 }, 'stored is version 5'],
    ['nothing is stored any more', undefined, { version: 4 }, 'nothing is stored any more'],
  ])(
    'answers a conflict and writes nothing at all when the file holds a version and %s',
    async (_case, stored, changes, cause) => {
      const world = cliWorld();
      if (stored !== undefined) world.workerTypes.putRaw('build', stored);
      const stdin = yaml(file(changes), file({ workerType: 'other' }));
      const { exitCode, data, error } = await world.json('worker-types apply -', { stdin });
      expect(exitCode).toBe(3);
      expect(error).toMatchObject({ kind: 'conflict', message: 'conflict for build; nothing was written' });
      expect(data.workerTypes[0].cause).toContain(cause);
      expect(await world.workerTypes.get('other')).toBeUndefined();
    },
  );

  it('does not overwrite an edit that comes between reading and writing', async () => {
    const world = cliWorld();
    world.workerTypes.putRaw('build', aDocument());
    const { workerTypes } = world;
    const raced = cliWorld({
      workerTypes: {
        list: () => workerTypes.list(),
        remove: (...args) => workerTypes.remove(...args),
        save: (...args) => workerTypes.save(...args),
        async get(name) {
          const stored = await workerTypes.get(name);
          if (name === 'build') workerTypes.putRaw('build', aDocument({ version: 2, maxCapacity: 7 }));
          return stored;
        },
      },
    });
    const alone = await raced.run('worker-types apply -', { stdin: yaml(file({ maxCapacity: 20 })) });
    expect(alone.exitCode).toBe(3);
    expect(alone.stdout).toContain('somebody else changed it in the meantime');
    expect((await workerTypes.get('build'))?.document).toMatchObject({ version: 2, maxCapacity: 7 });

    workerTypes.putRaw('build', aDocument());
    const stdin = yaml(file({ maxCapacity: 20 }), file({ workerType: 'other' }));
    const partly = await raced.run('worker-types apply -', { stdin });
    expect(partly.exitCode).toBe(4);
    expect(partly.stdout).toContain('other: created as version 1');
  });
});

describe('worker-types validate', () => {
  it.each(['minimal', 'ci-linux'])(
    'finds examples/worker-types/%s.yaml valid without knowing a provisioner',
    async (name) => {
      const path = `examples/worker-types/${name}.yaml`;
      const { exitCode, data } = await cliWorld().json(`worker-types validate ${path}`, { env: {} });
      expect(exitCode).toBe(0);
      expect(data).toMatchObject({ valid: true, workerTypes: [{ workerType: name, file: path }] });
    },
  );

  it('answers exit code 2 and the line of a syntax error', async () => {
    const { exitCode, stderr } = await cliWorld().run('worker-types validate -', { env: {}, stdin: 'a: 1\na: 2\n' });
    expect(exitCode).toBe(2);
    expect(stderr).toMatch(/^standard input:2: is no YAML/);
  });
});
