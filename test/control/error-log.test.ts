import { describe, expect, it } from 'vitest';
import type { LaunchOutcome } from '../../lib/control/ports.ts';
import { tick } from '../../lib/control/provision.ts';
import { metricNames } from '../../lib/control/telemetry.ts';
import type { Refusal } from '../../lib/core/refusal.ts';
import { secondsAfter } from '../../lib/core/units.ts';
import { memoryWorld } from '../../lib/memory/memory-world.ts';
import { aDocument, HOME, NOW } from '../support/builders.ts';

const QUEUE = 'https://sqs.us-east-1.amazonaws.com/123456789012/acme-build';
const ZONES = [
  { subnetId: 'subnet-0aaaaaaaaaaaaaaaa', availabilityZone: 'us-east-1a' },
  { subnetId: 'subnet-0bbbbbbbbbbbbbbbb' },
];
const dry: Refusal = {
  class: 'no-capacity',
  code: 'InsufficientInstanceCapacity',
  message: 'none left',
  count: 2,
  pools: ZONES.map(({ subnetId }) => `${subnetId}/c7g.large`),
  requestId: 'request-1',
};
const forbidden: Refusal = {
  class: 'permission',
  code: 'UnauthorizedOperation',
  message: 'x'.repeat(10_000),
  requestId: 'request-2',
};

/** A world in which each launch gets the next of these answers. */
function aWorld(...answers: LaunchOutcome[]) {
  const world = memoryWorld(NOW);
  for (const workerType of ['build', 'test'])
    world.workerTypes.putRaw(workerType, aDocument({ workerType, version: 3, regions: [{ zones: ZONES }] }));
  world.workerTypes.putRaw('test', aDocument({ workerType: 'test', enabled: false }));
  world.backlog.set(QUEUE, { pendingTasks: 1 });
  world.fleet.launch = async () => answers.shift() ?? { kind: 'no-answer', cause: 'nothing prepared' };
  let ticks = 0;
  const run = () => {
    ticks += 1;
    return tick(world, { holder: `tick-${ticks}`, ...HOME });
  };
  return { ...world, run };
}

describe('what EC2 refuses', () => {
  it('is kept with class, code, words, pools by zone, launch, version and request id (row 36)', async () => {
    const world = aWorld({ kind: 'answered', workers: [], refusals: [dry] });
    await world.run();
    expect(await world.errorLog.latest({ count: 5 })).toEqual([
      {
        workerType: 'build',
        source: 'launch',
        class: 'no-capacity',
        code: 'InsufficientInstanceCapacity',
        message: 'none left',
        region: 'us-east-1',
        market: 'spot',
        pools: [
          { zone: 'us-east-1a', subnetId: 'subnet-0aaaaaaaaaaaaaaaa', instanceType: 'c7g.large' },
          { subnetId: 'subnet-0bbbbbbbbbbbbbbbb', instanceType: 'c7g.large' },
        ],
        launchId: expect.stringMatching(/-0$/),
        definitionVersion: 3,
        requestId: 'request-1',
        firstAt: NOW,
        at: NOW,
        count: 1,
      },
    ]);
  });

  it('as a whole call is kept without pools, its words as far as they go', async () => {
    const world = aWorld({ kind: 'refused', refusal: forbidden });
    await world.run();
    expect(await world.errorLog.latest({ workerType: 'build', count: 5 })).toMatchObject([
      { code: 'UnauthorizedOperation', pools: [], requestId: 'request-2', message: 'x'.repeat(4_000) },
    ]);
  });

  it('again and again within an hour is one record that counts', async () => {
    const refused: LaunchOutcome = {
      kind: 'answered',
      workers: [],
      refusals: [{ ...dry, class: 'unknown', code: 'New' }],
    };
    const world = aWorld(refused, refused, refused);
    for (let index = 0; index < 3; index += 1) {
      await world.run();
      world.clock.advance(301_000);
    }
    expect(await world.errorLog.latest({ count: 5 })).toMatchObject([
      { code: 'New', count: 3, firstAt: NOW, at: secondsAfter(NOW, 602) },
    ]);
  });

  it('of a launch that is repeated is kept as well, whether that closes it or not', async () => {
    const world = aWorld(
      { kind: 'no-answer', cause: 'time-out' },
      { kind: 'refused', refusal: forbidden },
      { kind: 'answered', workers: [], refusals: [dry] },
    );
    for (let index = 0; index < 3; index += 1) {
      await world.run();
      world.clock.advance(10_000);
    }
    const errors = await world.errorLog.latest({ count: 5 });
    expect(errors.map(({ code }) => code)).toEqual(['InsufficientInstanceCapacity', 'UnauthorizedOperation']);
    expect(new Set(errors.map(({ launchId }) => launchId)).size).toBe(1);
  });

  it('and cannot be kept is a failure of its type; statuses and decisions are written all the same', async () => {
    const world = aWorld({ kind: 'answered', workers: [], refusals: [dry] });
    world.errorLog.append = () => Promise.reject(new Error('table gone'));
    expect(await world.run()).toMatchObject({
      kind: 'done',
      report: { failures: ['build: its errors could not be kept: Error: table gone'] },
    });
    expect(world.telemetry.published.get(metricNames.provisioningFailures)).toBe(1);
    expect((await world.board.load()).workerTypes.map(({ workerType }) => workerType).toSorted()).toEqual([
      'build',
      'test',
    ]);
    expect(await world.decisions.latest('build', 1)).toHaveLength(1);
  });
});
