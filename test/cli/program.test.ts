import { describe, expect, it } from 'vitest';
import { aDocument, aWorker } from '../support/builders.ts';
import { cliWorld } from './cli-world.ts';

describe('the command line', () => {
  it.each([
    ['stauts', "unknown command 'stauts'", 'Did you mean status?'],
    ['worker-types lst', "unknown command 'lst'", 'Did you mean list?'],
    ['status --jsn', "unknown option '--jsn'", 'Did you mean --json?'],
  ])('answers "%s" with a suggestion and exit code 2', async (line, message, suggestion) => {
    const { exitCode, stderr } = await cliWorld().run(line);
    expect(exitCode).toBe(2);
    expect(stderr).toContain(message);
    expect(stderr).toContain(suggestion);
  });

  it.each(['worker-types get', 'status a b'])('answers "%s" as wrong usage with exit code 2', async (line) => {
    expect((await cliWorld().json(line)).error).toMatchObject({ kind: 'usage', exitCode: 2 });
  });

  it('shows the help of a group without a command, with exit code 2', async () => {
    const { exitCode, stderr } = await cliWorld().run('workers');
    expect(exitCode).toBe(2);
    expect(stderr).toContain('Usage: provisioner workers');
  });

  it.each([
    ['--version', '1.2.3'],
    ['--help', 'Exit codes:'],
    ['help tick', 'Examples:'],
  ])('answers %s on standard output with exit code 0', async (line, text) => {
    const { exitCode, stdout, stderr } = await cliWorld().run(line);
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
    expect(stdout).toContain(text);
  });

  it('reports an error of the adapters by name, without a stack trace, and as JSON on request', async () => {
    const denied = Object.assign(new Error('no dynamodb:Query'), { name: 'AccessDeniedException' });
    const workerTypes = { ...cliWorld().workerTypes, list: () => Promise.reject(denied) };
    const world = cliWorld({ workerTypes: workerTypes as never });
    const text = await world.run('worker-types list');
    expect(text.exitCode).toBe(1);
    expect(text.stderr).toMatch(/^error: AccessDeniedException: no dynamodb:Query\nThese credentials may not do that/);
    expect(text.stderr).not.toContain(' at ');
    expect((await world.json('worker-types list')).error).toMatchObject({ kind: 'failure', exitCode: 1 });
  });

  it('adds the stack trace when DEBUG is set', async () => {
    const { stderr } = await cliWorld().run('worker-types list', { env: { DEBUG: '1' } });
    expect(stderr).toMatch(/\n {4}at /);
  });

  it('puts colours into the text only where the terminal shows them', async () => {
    const world = cliWorld();
    world.fleet.put(aWorker());
    expect((await world.run('workers list', { colour: true })).stdout).toContain('\u001b[');
    expect((await world.run('workers list')).stdout).not.toContain('\u001b[');
  });
});

describe('the provisioner that is meant', () => {
  it('takes its tables by name from the provisionerId', async () => {
    const world = cliWorld();
    await world.run('status --provisioner main --region eu-west-1', { env: {} });
    expect(world.targets).toMatchObject([
      {
        provisionerId: 'main',
        region: 'eu-west-1',
        workerTypesTable: 'SpotProvisioner-main-WorkerTypes',
        stateTable: 'SpotProvisioner-main-State',
      },
    ]);
  });

  it('is said by options before the environment', async () => {
    const world = cliWorld();
    await world.run('--state-table mine status --provisioner other', {
      env: { PROVISIONER_ID: 'ci', AWS_REGION: 'eu-west-1', WORKER_TYPES_TABLE: 'types', STATE_TABLE: 'state' },
    });
    expect(world.targets).toMatchObject([{ provisionerId: 'other', workerTypesTable: 'types', stateTable: 'mine' }]);
  });

  it.each([
    ['by REGIONS', 'status', { REGIONS: 'eu-west-1, us-east-1' }],
    ['by --regions before that', 'status --regions eu-west-1', { REGIONS: 'eu-north-1' }],
  ])('has workers in its own region and in those that are said %s', async (_how, line, more) => {
    const world = cliWorld();
    await world.run(line, { env: { PROVISIONER_ID: 'ci', AWS_REGION: 'us-east-1', ...more } });
    expect(world.targets).toMatchObject([{ region: 'us-east-1', regions: ['us-east-1', 'eu-west-1'] }]);
  });

  it.each([
    [{ PROVISIONER_ID: 'ci', AWS_REGION: 'us-east-1', REGIONS: 'eu west' }, 'status', '"eu west" is no region'],
    [{}, 'status', 'Give --provisioner or PROVISIONER_ID, and --region or AWS_REGION'],
    [{ PROVISIONER_ID: 'ci', AWS_REGION: ' ' }, 'status', 'Give --region or AWS_REGION'],
    [{ PROVISIONER_ID: 'c i', AWS_REGION: 'r' }, 'status', '"c i" is no provisionerId'],
    [{ PROVISIONER_ID: 'ci', AWS_REGION: 'r' }, 'tick --dry-run', '--worker-instance-profile-arn'],
    [{}, 'status --local --region eu-west-1', 'leave the other options out'],
  ])('is asked for when %j does not say enough for "%s"', async (env, line, message) => {
    const { error } = await cliWorld().json(line, { env });
    expect(error).toMatchObject({ kind: 'usage', message: expect.stringContaining(message) });
  });

  it.each([
    ['--local status', '.local/connection.json'],
    ['status --local', '.local/connection.json'],
    ['--local /no/such/folder status', '/no/such/folder/connection.json'],
    ['worker-types get --local build', '.local/connection.json'],
  ])('is the local mode of a folder with "%s"', async (line, file) => {
    const { error } = await cliWorld().json(line, { env: {} });
    expect(error).toMatchObject({ kind: 'failure', message: expect.stringMatching(/^local mode is not running/) });
    expect(error.message).toContain(file);
  });
});

describe('worker-types list and get', () => {
  it('list the invalid ones with their problems, and tell that there are none', async () => {
    const world = cliWorld();
    expect((await world.run('worker-types list')).stdout).toBe('There are no worker types.\n');
    world.workerTypes.putRaw('build', aDocument({ enabled: false, version: 7 }));
    world.workerTypes.putRaw('broken', { workerType: 'broken' });
    const { stdout } = await world.run('worker-types list');
    expect(stdout).toMatch(/^build +7 +disabled +0-100 +c7g\.large$/m);
    expect(stdout).toMatch(/^broken +1 +invalid +.*queueUrls: is missing/m);
    const { data } = await world.json('worker-types list');
    expect(data.workerTypes).toMatchObject([
      { workerType: 'broken', valid: false },
      { workerType: 'build', version: 7 },
    ]);
  });

  it('get prints YAML that apply finds unchanged', async () => {
    const world = cliWorld();
    world.workerTypes.putRaw('build', aDocument({ version: 3, maxPriceUsdPerHour: 0.02 }));
    const { stdout } = await world.run('worker-types get build');
    expect(stdout).toMatch(/^provisionerId: acme\nworkerType: build\nschemaVersion: 2\nversion: 3\n/);
    const applied = await world.run('worker-types apply -', { stdin: stdout });
    expect(applied).toEqual({ exitCode: 0, stdout: 'build: unchanged (version 3)\n', stderr: '' });
  });

  it('get shows what is wrong with an invalid one and what exists instead of an unknown one', async () => {
    const world = cliWorld();
    world.workerTypes.putRaw('broken', { workerType: 'broken', shape: 1 });
    const { exitCode, stdout, stderr } = await world.run('worker-types get broken');
    expect({ exitCode, stdout }).toEqual({ exitCode: 0, stdout: 'workerType: broken\nshape: 1\n' });
    expect(stderr).toContain('warning: invalid: shape: is not a field of this document');
    const { error } = await world.json('worker-types get build');
    expect(error).toMatchObject({
      kind: 'not-found',
      exitCode: 1,
      message: expect.stringContaining('there are: broken'),
    });
  });
});
