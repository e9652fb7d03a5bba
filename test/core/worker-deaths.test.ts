import { describe, expect, it } from 'vitest';
import { secondsAfter } from '../../lib/core/units.ts';
import { breakerOf } from '../../lib/core/worker-deaths.ts';
import { aDefinition, NOW, someWorkers } from '../support/builders.ts';

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

it('workers launched before somebody resumed the type do not count', () => {
  const dead = { endCode: 'Client.InstanceInitiatedShutdown', stoppedAt: secondsAfter(LAUNCHED, 10) };
  expect(breakerFor(dead, LAUNCHED)).toBeUndefined();
  expect(breakerFor(dead, secondsAfter(LAUNCHED, -1))).toMatchObject({ deaths: 5 });
});
