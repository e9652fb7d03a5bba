import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { planNext, type WorkerView } from '../../worker/leave-policy.ts';

const MINUTE_MS = 60_000;
const aView = (changes: Partial<WorkerView> = {}): WorkerView => ({
  nowMs: 10 * MINUTE_MS,
  startedAtMs: 0,
  idleSinceMs: 10 * MINUTE_MS,
  runningTasks: 0,
  capacity: 3,
  signal: undefined,
  interrupted: false,
  idleTimeoutSeconds: 300,
  maxUptimeSeconds: 3600,
  longPollSeconds: 20,
  ...changes,
});
const leave = (reason: string) => ({ kind: 'leave', reason });
const take = (maxTasks: number, waitSeconds: number) => ({ kind: 'take', maxTasks, waitSeconds });
const [idleMs, fullUptimeMs] = [5 * MINUTE_MS, 60 * MINUTE_MS];

describe('planNext', () => {
  it.each([
    ['takes as many tasks as it has slots', {}, take(3, 20)],
    ['takes for the slots that are left', { runningTasks: 2 }, take(1, 20)],
    ['waits when every slot is taken', { runningTasks: 3 }, { kind: 'wait' }],
    ['leaves when idle for the whole timeout', { idleSinceMs: idleMs }, leave('idle')],
    ['asks until the idle timeout and no longer', { idleSinceMs: idleMs + 4200 }, take(3, 5)],
    ['is not idle while a task runs', { idleSinceMs: idleMs, runningTasks: 1 }, take(2, 20)],
    ['does not idle out when told to stay', { idleSinceMs: 0, signal: 'stay' }, take(3, 20)],
    ['leaves at the end of its uptime', { nowMs: fullUptimeMs, runningTasks: 1 }, leave('max-uptime')],
    [
      'leaves at the end of its uptime even when told to stay',
      { nowMs: fullUptimeMs, signal: 'stay' },
      leave('max-uptime'),
    ],
    ['asks until the end of its uptime', { nowMs: fullUptimeMs - 1, runningTasks: 1 }, take(2, 1)],
    ['leaves when told to stop, whatever runs', { signal: 'stop', runningTasks: 3 }, leave('told-to-stop')],
    [
      'names an interruption before all else',
      { interrupted: true, signal: 'stop', nowMs: fullUptimeMs },
      leave('interrupted'),
    ],
  ] satisfies [string, Partial<WorkerView>, unknown][])('%s', (_fact, changes, step) => {
    expect(planNext(aView(changes))).toEqual(step);
  });

  it('never takes more than it has room for, and never waits with nothing running', () => {
    const views = fc.record({
      nowMs: fc.nat(4 * fullUptimeMs),
      idleSinceMs: fc.nat(fullUptimeMs),
      runningTasks: fc.nat(3),
      signal: fc.constantFrom(undefined, 'stay' as const, 'stop' as const),
      interrupted: fc.boolean(),
    });
    fc.assert(
      fc.property(views, (changes) => {
        const view = aView(changes);
        const step = planNext(view);
        if (step.kind === 'wait') expect(view.runningTasks).toBeGreaterThan(0);
        if (step.kind !== 'take') return;
        expect(step.maxTasks).toBeLessThanOrEqual(view.capacity - view.runningTasks);
        expect(step.waitSeconds).toBeGreaterThanOrEqual(1);
        expect(step.waitSeconds).toBeLessThanOrEqual(20);
      }),
    );
  });
});
