import { spawnSync } from 'node:child_process';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readLocalConnection, removeLocalConnection, writeLocalConnection } from '../../lib/local/connection.ts';

const connection = {
  pid: process.pid,
  provisionerId: 'local',
  region: 'us-east-1',
  regions: ['us-east-1', 'eu-west-1'],
  workerTypesTable: 'worker-types',
  stateTable: 'state',
  eventBus: 'bus',
  workerInstanceProfileArn: 'arn:aws:iam::123456789012:instance-profile/workers',
  endpoints: {
    dynamodb: 'http://127.0.0.1:4001',
    sqs: 'http://127.0.0.1:4002',
    ec2: 'http://127.0.0.1:4003',
    events: 'http://127.0.0.1:4007',
  },
  accountEndpoints: {
    iam: 'http://127.0.0.1:4004',
    serviceQuotas: 'http://127.0.0.1:4005',
    ssm: 'http://127.0.0.1:4006',
  },
  startedAt: '2026-01-02T03:04:05.000Z',
};

describe('the connection file of local mode', () => {
  let folder = '';
  beforeEach(async () => {
    folder = join(await mkdtemp(join(tmpdir(), 'connection-')), '.local');
  });
  afterEach(async () => {
    await rm(join(folder, '..'), { recursive: true });
  });

  it('reads back what a running local mode wrote, and leaves no draft behind', async () => {
    await writeLocalConnection(folder, connection);
    expect(await readLocalConnection(folder)).toEqual(connection);
    expect(await readdir(folder)).toEqual(['connection.json']);
  });

  it('says that local mode is not running when nothing was ever written', async () => {
    await expect(readLocalConnection(folder)).rejects.toThrow(
      /local mode is not running: there is no .*connection\.json/,
    );
  });

  it('says that local mode is not running after it removed its file, which it may do twice', async () => {
    await writeLocalConnection(folder, connection);
    await removeLocalConnection(folder);
    await removeLocalConnection(folder);
    await expect(readLocalConnection(folder)).rejects.toThrow('local mode is not running');
  });

  it('names the dead process when local mode ended without removing its file', async () => {
    const { pid } = spawnSync(process.execPath, ['--version']);
    await writeLocalConnection(folder, { ...connection, pid });
    await expect(readLocalConnection(folder)).rejects.toThrow(`names process ${pid}, which has ended`);
  });

  it('takes a process of another user for a live one', async () => {
    await writeLocalConnection(folder, { ...connection, pid: 1 });
    expect((await readLocalConnection(folder)).pid).toBe(1);
  });

  it.each([
    ['a text that is no JSON', '{'],
    ['a JSON without the endpoints', JSON.stringify({ ...connection, endpoints: undefined })],
  ])('refuses %s and says what to do', async (_what, text) => {
    await mkdir(folder, { recursive: true });
    await writeFile(join(folder, 'connection.json'), text);
    await expect(readLocalConnection(folder)).rejects.toThrow('delete it and start local mode again');
  });
});
