import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { stringify } from 'yaml';
import { known, unknown } from '../../lib/core/check/account-facts.ts';
import { aDocument } from '../support/builders.ts';
import { cliWorld } from './cli-world.ts';

const HOME = 'us-east-1';
const IMAGE = 'ami-0123456789abcdef0';
const SUBNET = 'subnet-0123456789abcdef0';

function worldWith(...names: string[]) {
  const world = cliWorld();
  for (const workerType of names) world.workerTypes.putRaw(workerType, aDocument({ workerType }));
  return world;
}

async function fileWith(document: object): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'doctor-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const file = join(folder, 'types.yaml');
  await writeFile(file, stringify(document));
  return file;
}

describe('doctor', () => {
  it('says of clean definitions that nothing was found', async () => {
    const { exitCode, stdout } = await worldWith('build', 'test').run('doctor');
    expect({ exitCode, stdout }).toEqual({
      exitCode: 0,
      stdout:
        'build (version 1): nothing found\ntest (version 1): nothing found\n' +
        '2 worker types checked against the account: 0 errors, 0 warnings.\n',
    });
  });

  it('names field, value, region and pools of an error, and ends with 2', async () => {
    const world = worldWith('build');
    world.account.change(HOME, { images: new Map([[IMAGE, known({ kind: 'missing' })]]) });
    const { exitCode, stdout, stderr } = await world.run('doctor build');
    expect(exitCode).toBe(2);
    expect(stdout).toContain(
      `  error    launchSpec.imageId: ${IMAGE} does not exist in us-east-1, or is not shared with this account [us-east-1]\n` +
        `           cannot be launched: ${SUBNET}/c7g.large\n`,
    );
    expect(stderr).toBe('error: 1 error found: launches would fail\n');
  });

  it('ends with 0 when there are only warnings', async () => {
    const world = worldWith('build');
    world.account.change(HOME, { spotVcpuQuotas: new Map([['standard', known(64)]]) });
    const { exitCode, stdout } = await world.run('doctor');
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/^ {2}warning {2}maxCapacity: 100 needs 200 vCPUs, .* allows 64: enough for 32 tasks/m);
    expect(stdout).toContain('0 errors, 1 warning.');
  });

  it('ends with 4 when something could not be looked up', async () => {
    const world = worldWith('build');
    world.account.change(HOME, { images: new Map([[IMAGE, unknown('TimeoutError: slow')]]) });
    const { exitCode, stdout, stderr } = await world.run('doctor');
    expect(exitCode).toBe(4);
    expect(stdout).toContain(`  unknown  us-east-1: image ${IMAGE}: TimeoutError: slow\n`);
    expect(stderr).toBe('error: 1 fact could not be looked up\n');
  });

  it('checks definitions of files that are not stored, and writes nothing', async () => {
    const world = worldWith('build');
    const file = await fileWith(aDocument({ workerType: 'unsaved' }));
    const { exitCode, data } = await world.json(`doctor ${file}`);
    expect(exitCode).toBe(0);
    expect(data.reports).toMatchObject([{ workerType: 'unsaved', findings: [], unknown: [] }]);
    expect((await world.workerTypes.list()).map(({ workerType }) => workerType)).toEqual(['build']);
    expect(await world.checkBoard.load()).toEqual([]);
    expect(world.fleet.truth).toEqual([]);
  });

  it('shows the problems of a stored definition that is invalid beside the reports of the others', async () => {
    const world = worldWith('build');
    world.workerTypes.putRaw('broken', { workerType: 'broken', shape: 1 });
    const { exitCode, stdout } = await world.run('doctor');
    expect(exitCode).toBe(2);
    expect(stdout).toContain('broken: not checked, its definition is invalid\n');
    expect(stdout).toContain('shape: is not a field of this document');
    expect(stdout).toContain('build (version 1): nothing found\n');
  });

  it('names the worker types that exist when it is asked for another one', async () => {
    const { error } = await worldWith('build').json('doctor other');
    expect(error).toMatchObject({ kind: 'not-found', message: expect.stringContaining('there are: build') });
  });
});
