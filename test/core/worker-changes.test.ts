import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type EpochMillis, secondsAfter } from '../../lib/core/units.ts';
import type { Worker } from '../../lib/core/worker.ts';
import { bootingIds, bootSecondsSince, endsOfLastHour, endsSince } from '../../lib/core/worker-changes.ts';
import { aDefinition, aWorker, NOW } from '../support/builders.ts';

const DEFINITION = aDefinition();
const at = (seconds: number): EpochMillis => secondsAfter(NOW, seconds);
const INTERRUPTED = 'Server.SpotInstanceTermination';
const LEFT = 'Client.InstanceInitiatedShutdown';

const ended = (seconds: number, endCode: string | undefined, livedSeconds = 10): Worker =>
  aWorker({ state: 'stopped', launchedAt: at(seconds - livedSeconds), stoppedAt: at(seconds), endCode });

describe('ends', () => {
  it.each<[string, Worker, object]>([
    ['EC2 took it back', ended(0, INTERRUPTED), { interrupted: 1, useless: 0 }],
    ['EC2 took it back and shut it down', ended(0, 'Server.SpotInstanceShutdown'), { interrupted: 1, useless: 0 }],
    ['it ended by itself at once', ended(0, LEFT), { interrupted: 0, useless: 1 }],
    ['it ended by itself when it had been of use', ended(0, LEFT, 600), { interrupted: 0, useless: 0 }],
    ['somebody terminated it', ended(0, 'Client.UserInitiatedShutdown'), { interrupted: 0, useless: 0 }],
    ['EC2 does not say why', ended(0, undefined), { interrupted: 0, useless: 0 }],
    ['EC2 does not say when', aWorker({ state: 'stopped', endCode: LEFT }), { interrupted: 0, useless: 0 }],
    ['it lives', aWorker(), { interrupted: 0, useless: 0 }],
  ])('%s', (_what, worker, expected) => {
    expect(endsOfLastHour([worker], DEFINITION, at(60))).toEqual(expected);
  });

  it('older than an hour are not of the last hour', () => {
    const workers = [ended(0, INTERRUPTED), ended(1, INTERRUPTED)];
    expect(endsOfLastHour(workers, DEFINITION, at(3600)).interrupted).toBe(1);
  });

  it('are told once each, whenever ticks come, as long as the list shows them within five minutes', () => {
    fc.assert(
      fc.property(
        fc.array(fc.record({ end: fc.integer({ min: 0, max: 3000 }), lag: fc.nat(299) }), { maxLength: 20 }),
        fc.uniqueArray(fc.integer({ min: 0, max: 3300 }), { maxLength: 40 }),
        (ends, times) => {
          const ticks = [-1, ...times.toSorted((a, b) => a - b), 3301];
          let told = 0;
          for (const [index, now] of ticks.entries()) {
            const last = ticks[index - 1];
            if (last === undefined) continue;
            // Until its shutdown is over a worker is in the list as one that is stopping.
            const seen = ends.map(({ end, lag }) => {
              const worker = ended(end, INTERRUPTED);
              return now >= end + lag ? worker : { ...worker, state: 'stopping' as const, stoppedAt: undefined };
            });
            told += endsSince(seen, DEFINITION, at(last), at(now)).interrupted;
          }
          expect(told).toBe(ends.length);
        },
      ),
    );
  });
});

describe('boot times', () => {
  it('are those of workers that run now and did not when the last tick looked', () => {
    const [booted, ran, boots] = [
      aWorker({ launchedAt: at(-90) }),
      aWorker({ launchedAt: at(-90) }),
      aWorker({ launchedAt: at(-90), state: 'booting' }),
    ];
    expect(bootSecondsSince([booted, ran, boots], [booted.workerId, boots.workerId], at(-60), NOW)).toEqual([90]);
  });

  it('are those of workers that were launched since the last tick looked', () => {
    const workers = [aWorker({ launchedAt: at(-60) }), aWorker({ launchedAt: at(-62) })];
    expect(bootSecondsSince(workers, [], at(-60), NOW)).toEqual([60]);
  });

  it('are unknown where the launch time is', () => {
    const worker = aWorker({ launchedAt: undefined });
    expect(bootSecondsSince([worker], [worker.workerId], at(-60), NOW)).toEqual([]);
  });

  it('need the workers that do not run yet', () => {
    const workers = (['launching', 'booting', 'running', 'draining', 'stopped'] as const).map((state) =>
      aWorker({ state }),
    );
    expect(bootingIds(workers)).toEqual(workers.slice(0, 2).map(({ workerId }) => workerId));
  });
});
