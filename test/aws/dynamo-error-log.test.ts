import { expect, it } from 'vitest';
import type { ErrorRecord } from '../../lib/control/error-record.ts';
import { secondsAfter } from '../../lib/core/units.ts';
import { useAwsWorld } from '../support/aws-world.ts';
import { NOW } from '../support/builders.ts';

const DAY_SECONDS = 24 * 3600;

const anError = (at: ErrorRecord['at']): ErrorRecord => ({
  workerType: 'build',
  source: 'launch',
  class: 'quota',
  code: 'MaxSpotInstanceCountExceeded',
  message: 'Max spot instance count exceeded',
  region: 'us-east-1',
  market: 'spot',
  pools: [],
  launchId: 'launch-1',
  definitionVersion: 1,
  firstAt: at,
  at,
  count: 1,
});

it('errors expire 14 days after they were last met', async () => {
  const { ports, clock, dynamoDb } = await useAwsWorld();
  const last = secondsAfter(NOW, 600);
  await ports.errorLog.append([anError(NOW)]);
  await ports.errorLog.append([anError(last)]);
  clock.advance(14 * DAY_SECONDS * 1000);
  await dynamoDb.sweepExpired();
  expect(await ports.errorLog.latest({ count: 5 })).toMatchObject([{ count: 2 }]);
  clock.advance(600_000 + 1_000);
  await dynamoDb.sweepExpired();
  expect(await ports.errorLog.latest({ count: 5 })).toEqual([]);
  expect(await ports.errorLog.latest({ workerType: 'build', count: 5 })).toEqual([]);
});
