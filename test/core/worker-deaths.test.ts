import { describe, expect, it } from 'vitest';
import { secondsAfter, secondsBetween } from '../../lib/core/units.ts';
import type { Worker } from '../../lib/core/worker.ts';
import { breakerOf } from '../../lib/core/worker-deaths.ts';
import { aDefinition, aWorker, NOW, someWorkers } from '../support/builders.ts';

const LAUNCHED = secondsAfter(NOW, -30);
const breakerFor = (changes: Parameters<typeof someWorkers>[1], clearedAt?: typeof NOW) =>
  breakerOf(someWorkers(5, { state: 'stopped', launchedAt: LAUNCHED, ...changes }), aDefinition(), NOW, clearedAt);

describe('five workers in a row that ended without a time', () => {
  it.each([
    'Client.InternalError',
    'Client.InvalidSnapshot.NotFound',
    'Client.VolumeLimitExceeded',
    'Server.InternalError',
  ])('open the breaker when their launch failed (%s), as of their launch', (endCode) => {
    expect(breakerFor({ endCode })).toEqual({
      deaths: 5,
      lastDeathAt: LAUNCHED,
      probeAt: secondsAfter(LAUNCHED, 60),
      lastEnd: endCode,
    });
  });

  it.each(['Client.InstanceInitiatedShutdown', 'Client.UserInitiatedShutdown', 'Server.SpotInstanceTermination'])(
    'do not when they may have lived for long (%s)',
    (endCode) => {
      expect(breakerFor({ endCode })).toBeUndefined();
    },
  );
});

it('a pool that was dry at the last moment says nothing of the workers', () => {
  expect(breakerFor({ endCode: 'Server.InsufficientInstanceCapacity', stoppedAt: LAUNCHED })).toBeUndefined();
});

it('workers that somebody told to stop say nothing of themselves', () => {
  const dead = { endCode: 'Client.InstanceInitiatedShutdown', stoppedAt: secondsAfter(LAUNCHED, 10) };
  expect(breakerFor(dead)).toMatchObject({ deaths: 5 });
  expect(breakerFor({ ...dead, wasToldToStop: true })).toBeUndefined();
});

it('workers launched before somebody resumed the type do not count', () => {
  const dead = { endCode: 'Client.InstanceInitiatedShutdown', stoppedAt: secondsAfter(LAUNCHED, 10) };
  expect(breakerFor(dead, LAUNCHED)).toBeUndefined();
  expect(breakerFor(dead, secondsAfter(LAUNCHED, -1))).toMatchObject({ deaths: 5 });
});

describe('a worker that was of use', () => {
  const dead = someWorkers(5, {
    state: 'stopped',
    launchedAt: LAUNCHED,
    stoppedAt: secondsAfter(LAUNCHED, 10),
    endCode: 'Client.InstanceInitiatedShutdown',
  });
  const closes = (changes: Partial<Worker>, now = secondsAfter(LAUNCHED, 130)) =>
    breakerOf([...dead, aWorker({ launchedAt: LAUNCHED, ...changes })], aDefinition(), now) === undefined;

  it.each<[string, boolean, Partial<Worker>]>([
    ['and was launched with those that died closes', true, {}],
    ['and is told to stop meanwhile closes', true, { state: 'draining' }],
    ['whose version is not known closes', true, { definitionVersion: undefined }],
    [
      'before EC2 took it back closes',
      true,
      { state: 'stopped', stoppedAt: secondsAfter(LAUNCHED, 125), endCode: 'Server.SpotInstanceTermination' },
    ],
    ['and was launched before those that died does not close', false, { launchedAt: secondsAfter(LAUNCHED, -1) }],
    ['and is of another version does not close', false, { definitionVersion: 2 }],
    ['and whose launch time is not known does not close', false, { launchedAt: undefined }],
    ['and boots for long does not close', false, { state: 'booting' }],
  ])('%s the breaker', (_what, isClosed, changes) => {
    expect(closes(changes)).toBe(isClosed);
  });

  it('does not close it before it has lived for two minutes', () => {
    expect(closes({}, secondsAfter(LAUNCHED, 119))).toBe(false);
  });

  it('and lives from before somebody resumed the type says nothing of those that died since', () => {
    const resumedAt = secondsAfter(LAUNCHED, -1);
    const old = aWorker({ launchedAt: resumedAt });
    expect(breakerOf([...dead, old], aDefinition(), NOW, resumedAt)).toMatchObject({ deaths: 5 });
  });

  it('ends the row, also between others that died', () => {
    const before = { ...dead[0], launchedAt: secondsAfter(LAUNCHED, -300), stoppedAt: secondsAfter(LAUNCHED, -290) };
    const between = aWorker({ launchedAt: secondsAfter(LAUNCHED, -200) });
    const workers = [...dead, aWorker(before), between];
    expect(breakerOf(workers, aDefinition(), NOW)).toMatchObject({ deaths: 5 });
    expect(breakerOf(workers.slice(1), aDefinition(), NOW)).toBeUndefined();
  });
});

describe('the wait for the first probe', () => {
  const died = (launchedAt: typeof NOW) => ({
    state: 'stopped' as const,
    launchedAt,
    stoppedAt: secondsAfter(launchedAt, 10),
    endCode: 'Client.InstanceInitiatedShutdown',
  });
  const launchedTogether = someWorkers(50, died(LAUNCHED));
  const waitAfter = (workers: Parameters<typeof breakerOf>[0]) => {
    const breaker = breakerOf(workers, aDefinition(), NOW);
    return breaker && secondsBetween(breaker.lastDeathAt, breaker.probeAt);
  };

  it('is a minute, however many were launched before the breaker could open', () => {
    expect(waitAfter(launchedTogether)).toBe(60);
  });

  it('does not grow by workers that replaced the dead before all of them were seen', () => {
    const replaced = Array.from({ length: 5 }, () => aWorker(died(secondsAfter(LAUNCHED, 40))));
    expect(waitAfter([...launchedTogether, ...replaced])).toBe(60);
  });

  it('doubles with each probe that died, up to half an hour', () => {
    const probes = (count: number) =>
      Array.from({ length: count }, (_, index) => aWorker(died(secondsAfter(LAUNCHED, 100 * (index + 1)))));
    expect([1, 2, 4, 5].map((count) => waitAfter([...launchedTogether, ...probes(count)]))).toEqual([
      120, 240, 960, 1800,
    ]);
  });
});
