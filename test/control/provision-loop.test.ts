import { describe, expect, it } from 'vitest';
import type { TickResult } from '../../lib/control/provision.ts';
import { repeatTicks } from '../../lib/control/provision-loop.ts';
import { metricNames } from '../../lib/control/telemetry.ts';
import { secondsAfter } from '../../lib/core/units.ts';
import { MemoryClock } from '../../lib/memory/memory-clock.ts';
import { MemoryTelemetry } from '../../lib/memory/memory-telemetry.ts';
import { NOW } from '../support/builders.ts';

const report = {
  startedAt: NOW,
  finishedAt: NOW,
  holder: 'me',
  workerTypes: 1,
  invalid: 0,
  launchedCapacity: 0,
  failures: [],
};
const done = (changes: object = {}): TickResult => ({ kind: 'done', report: { ...report, ...changes } });

async function run(answers: (index: number, clock: MemoryClock) => TickResult, endsAfterSeconds = 90) {
  const clock = new MemoryClock(NOW);
  const telemetry = new MemoryTelemetry();
  let calls = 0;
  const result = await repeatTicks(
    async () => {
      calls += 1;
      return answers(calls, clock);
    },
    { tickSeconds: 10, durationSeconds: 50, endsAt: secondsAfter(NOW, endsAfterSeconds) },
    { clock, telemetry },
  ).catch((error: Error) => error.message);
  return { result, calls, telemetry, seconds: (clock.now() - NOW) / 1000 };
}

describe('the loop inside one invocation', () => {
  it('ticks every tickSeconds until its time is over', async () => {
    expect(await run(() => done())).toMatchObject({ result: { ticks: 5, skipped: 0 }, calls: 5, seconds: 40 });
  });

  it('leaves at once when no worker type is configured', async () => {
    expect(await run(() => done({ workerTypes: 0 }))).toMatchObject({ calls: 1, seconds: 0 });
  });

  it('keeps the rhythm by the start of ticks, and starts no late one', async () => {
    const slow = await run((_index, clock) => {
      clock.advance(25_000);
      return done();
    });
    expect(slow).toMatchObject({ calls: 2, seconds: 50 });
  });

  it('starts no tick that could still run when the process is ended', async () => {
    const slow = await run((_index, clock) => {
      clock.advance(12_000);
      return done();
    }, 55);
    expect(slow).toMatchObject({ calls: 4, seconds: 48 });
  });

  it('tries again soon when another invocation holds the lease', async () => {
    const result = await run((index) => (index < 3 ? { kind: 'skipped', heldBy: 'other' } : done()));
    expect(result).toMatchObject({ result: { ticks: 5, skipped: 2 }, calls: 7, seconds: 41 });
  });

  it('goes on after a tick that throws, and fails in the end with every cause', async () => {
    const { result, calls, telemetry } = await run((index) => {
      if (index === 2) throw new Error('table unreadable');
      return done(index > 3 ? { failures: ['build: queue gone'] } : {});
    });
    expect(calls).toBe(5);
    expect(result).toBe('Provisioning failed: Error: table unreadable; build: queue gone (2 times)');
    expect(telemetry.published.get(metricNames.provisioningFailures)).toBe(1);
  });
});
