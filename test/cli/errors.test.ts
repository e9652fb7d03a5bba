import { describe, expect, it } from 'vitest';
import type { ErrorRecord } from '../../lib/control/error-record.ts';
import { tick } from '../../lib/control/provision.ts';
import { secondsAfter } from '../../lib/core/units.ts';
import { aDefinition, aDocument, HOME, NOW } from '../support/builders.ts';
import { cliWorld } from './cli-world.ts';

const anError = (seconds: number, changes: Partial<ErrorRecord> = {}): ErrorRecord => ({
  workerType: 'build',
  source: 'launch',
  class: 'configuration',
  code: 'InvalidAMIID.NotFound',
  message: `The image id '[ami-1]'\ndoes not exist, ${'and so on, '.repeat(20)}`,
  region: 'us-east-1',
  market: 'spot',
  pools: ['a', 'b', 'c'].map((letter) => ({
    zone: `us-east-1${letter}`,
    subnetId: 'subnet-1',
    instanceType: 'c7g.large',
  })),
  launchId: 'launch-1',
  definitionVersion: 3,
  requestId: 'request-1',
  firstAt: secondsAfter(NOW, seconds),
  at: secondsAfter(NOW, seconds),
  count: 4,
  ...changes,
});

async function aWorldWithErrors() {
  const world = cliWorld();
  world.workerTypes.putRaw('build', aDocument());
  world.workerTypes.putRaw('quiet', aDocument({ workerType: 'quiet' }));
  const { requestId: _, ...silent } = anError(60, { workerType: 'gone', class: 'quota', code: 'Max', pools: [] });
  await world.errorLog.append([anError(0), silent]);
  world.clock.advance(120_000);
  return world;
}

describe('errors', () => {
  it('lists those of all types, the newest first, one line each', async () => {
    const { stdout } = await (await aWorldWithErrors()).run('errors');
    const [heading, ...rows] = stdout.trimEnd().split('\n');
    expect(heading).toMatch(/^LAST +TIMES +WORKER TYPE +CLASS +CODE +WHERE +EC2 SAID$/);
    expect(rows).toHaveLength(2);
    expect(rows[0]).toMatch(/^1 min ago +4 +gone +quota +Max +us-east-1 spot +The image id/);
    expect(rows[1]).toMatch(
      /^2 min ago +4 +build +configuration +InvalidAMIID\.NotFound +us-east-1 spot us-east-1a\/c7g\.large, us-east-1b\/c7g\.large, \.\.\. +The image id '\[ami-1\]' does not exist, .*\.\.\.$/,
    );
  });

  it('lists those of one type, deleted or not, with launch and request', async () => {
    const world = await aWorldWithErrors();
    const { stdout } = await world.run('errors build');
    expect(stdout).toMatch(/^LAST +TIMES +CLASS +CODE +WHERE +LAUNCH +REQUEST +EC2 SAID$/m);
    expect(stdout).toMatch(/ launch-1 +request-1 +The image/);
    expect((await world.run('errors gone')).stdout).toMatch(/ launch-1 +- +The image/);
  });

  it('gives the records themselves as JSON', async () => {
    const { data } = await (await aWorldWithErrors()).json('errors gone');
    const { requestId: _, firstAt: __, at: ___, ...rest } = anError(60);
    expect(data).toEqual({
      errors: [
        {
          ...rest,
          workerType: 'gone',
          class: 'quota',
          code: 'Max',
          pools: [],
          requestId: null,
          firstAt: '2026-01-02T03:05:05.000Z',
          at: '2026-01-02T03:05:05.000Z',
        },
      ],
    });
  });

  it('says that there are none, and that there is no such type', async () => {
    const world = await aWorldWithErrors();
    expect((await world.run('errors quiet')).stdout).toBe('EC2 has refused nothing to quiet for 14 days.\n');
    expect((await cliWorld().run('errors')).stdout).toBe('EC2 has refused nothing for 14 days.\n');
    expect((await world.json('errors biuld')).error).toMatchObject({
      kind: 'not-found',
      message: 'there is no worker type "biuld" (there are: build, quiet)',
    });
  });

  it.each(['0', '501', 'x'])('takes no --last of %s', async (last) => {
    const { error } = await (await aWorldWithErrors()).json(`errors --last ${last}`);
    expect(error).toMatchObject({
      kind: 'usage',
      message: expect.stringContaining('It is a whole number from 1 to 500.'),
    });
  });

  it('lists no more than --last', async () => {
    const { data } = await (await aWorldWithErrors()).json('errors --last 1');
    expect(data.errors).toMatchObject([{ workerType: 'gone' }]);
  });

  it('shows what a tick was refused', async () => {
    const world = cliWorld();
    world.workerTypes.putRaw('build', aDocument());
    const [queue = ''] = aDefinition().queueUrls;
    world.backlog.set(queue, { pendingTasks: 1 });
    world.fleet.settings.poolRoom.set('us-east-1/subnet-0123456789abcdef0/c7g.large/spot', 0);
    await tick(world, { holder: 'test', ...HOME });
    expect((await world.json('errors')).data.errors).toMatchObject([
      { workerType: 'build', class: 'no-capacity', code: 'InsufficientInstanceCapacity', count: 1 },
    ]);
  });
});
