import { describe, expect, it } from 'vitest';
import { isNewsworthy } from '../../lib/control/decision.ts';
import type { WorkerTypeStatus } from '../../lib/control/status.ts';
import { secondsAfter } from '../../lib/core/units.ts';
import { anEngine, refused } from '../support/an-engine.ts';
import { NOW } from '../support/builders.ts';

const HOLD = { since: NOW, class: 'unknown', reason: 'unknown: Odd (no)', definitionKey: 'k' } as const;
const STATUS: WorkerTypeStatus = {
  workerType: 'build',
  state: 'short',
  changedAt: NOW,
  definitionVersion: 3,
  pendingTasks: 7,
  target: 5,
  supply: 5,
  decision: 'hold, 7 pending',
  shortBecause: 'no-room',
  hold: HOLD,
};

describe('a decision is news', () => {
  it.each<[string, Partial<WorkerTypeStatus>]>([
    ['another state', { state: 'ok' }],
    ['another target', { target: 6 }],
    ['another version of the definition', { definitionVersion: 4 }],
    ['another cause of a shortage', { shortBecause: 'launch-rate' }],
    ['another cause of a wait', { hold: { ...HOLD, reason: 'permission: No (no)' } }],
  ])('with %s', (_what, changes) => {
    expect(isNewsworthy(STATUS, { ...STATUS, ...changes })).toBe(true);
  });

  it('when it is the first one', () => {
    expect(isNewsworthy(undefined, STATUS)).toBe(true);
  });

  it('not for other figures alone', () => {
    const figures = { changedAt: secondsAfter(NOW, 10), pendingTasks: 8, supply: 4, decision: 'hold, 8 pending' };
    expect(isNewsworthy(STATUS, { ...STATUS, ...figures, hold: { ...HOLD, since: secondsAfter(NOW, 300) } })).toBe(
      false,
    );
  });
});

describe('what a tick keeps', () => {
  it('is nothing while only the number of pending tasks changes', async () => {
    const engine = anEngine([{ maxCapacity: 2, pendingTasks: 5 }]);
    for (let tasks = 5; tasks < 15; tasks += 1) {
      engine.pending('build', tasks);
      await engine.run();
    }
    // The launch, which left target and state as they are.
    expect(await engine.decisions.latest('build', 20)).toHaveLength(1);
    expect((await engine.status())?.pendingTasks).toBe(14);
  });

  it('is each request to EC2, also when it ends like the one before', async () => {
    const engine = anEngine([{ pendingTasks: 1 }]);
    engine.answer = () => refused('unknown', 'Odd');
    for (let ticks = 0; ticks < 3; ticks += 1) await engine.run(301);
    const decisions = await engine.decisions.latest('build', 20);
    expect(decisions.map(({ attempts }) => attempts.length)).toEqual([1, 1, 1]);
  });

  it.each([
    ['no-room', { maxCapacity: 1 }],
    ['launch-rate', { maxLaunchesPerMinute: 1 }],
  ])('tells why a type is short although nothing was asked (%s)', async (cause, limits) => {
    const engine = anEngine([{ ...limits, pendingTasks: 5 }]);
    await engine.run();
    for (const { workerId } of engine.fleet.truth)
      engine.fleet.setState(workerId, cause === 'no-room' ? 'draining' : 'running');
    await engine.run();
    expect(await engine.status()).toMatchObject({ state: 'short', shortBecause: cause });
  });
});
