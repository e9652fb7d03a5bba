import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { startLocalMode } from '../../lib/local/local-mode.ts';

it('local mode that cannot be started leaves nothing behind: the folder can be used at once', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'start-failure-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const start = () =>
    startLocalMode({
      folder,
      provisionerId: 'test',
      region: 'us-east-1',
      bundles: () => Promise.reject(new Error('the bundles cannot be built')),
      world: {},
      workerCommand: ['false'],
      workerEnvironment: {},
      environment: {},
      provisionEverySeconds: 60,
      tickSeconds: 10,
      reapEverySeconds: 60,
      onEvent: () => undefined,
    });
  await expect(start()).rejects.toThrow('the bundles cannot be built');
  await expect(start()).rejects.toThrow('the bundles cannot be built');
  expect(existsSync(join(folder, 'connection.json'))).toBe(false);
});
