/** What the engine does when launches come to nothing: pools that only fail, workers that end by themselves at once. */
import { describe, expect, it } from 'vitest';
import { secondsAfter } from '../../lib/core/units.ts';
import type { Worker } from '../../lib/core/worker.ts';
import { anEngine, type Engine, zonesIn } from '../support/an-engine.ts';
import { aWorker, NOW } from '../support/builders.ts';

/** A tick; then every booting worker ends where `ends` says so, and runs elsewhere. EC2 dates only what ends by itself. */
async function runAndEnd(
  engine: Engine,
  endCode: string,
  ends: (worker: Worker) => boolean = () => true,
): Promise<void> {
  await engine.run();
  const { fleet, clock } = engine;
  const dated = endCode === 'Client.InstanceInitiatedShutdown' ? { stoppedAt: clock.now() } : {};
  for (const worker of fleet.truth.filter(({ state }) => state === 'booting')) {
    fleet.put(ends(worker) ? { ...worker, state: 'stopped', endCode, ...dated } : { ...worker, state: 'running' });
  }
}

const inState = ({ fleet }: Engine, wanted: Worker['state']) => fleet.truth.filter(({ state }) => state === wanted);

describe('launches that EC2 grants and then fails', () => {
  it.each(['Client.InternalError', 'Server.InsufficientInstanceCapacity'])(
    'in one region only (%s) have the other one serve',
    async (endCode) => {
      const engine = anEngine([{ ...zonesIn('us-east-1', 'eu-west-1'), maxCapacity: 20, pendingTasks: 20 }]);
      engine.fleet.put(aWorker({ zone: 'eu-west-1a', launchedAt: secondsAfter(NOW, -1200) }));
      for (let ticks = 0; ticks < 60; ticks += 1) {
        await runAndEnd(engine, endCode, ({ zone }) => zone === 'us-east-1a');
      }
      expect(inState(engine, 'running')).toHaveLength(20);
      expect((await engine.status())?.state).toBe('ok');
    },
  );
});

describe('workers that end by themselves at once while another one lives', () => {
  const EXITED = 'Client.InstanceInitiatedShutdown';

  it.each([
    ['of an older version', { definitionVersion: 1 }],
    ['from before the image broke', { definitionVersion: 2 }],
  ])('%s stop launches all the same, until a probe lives', async (_what, living) => {
    const engine = anEngine([{ version: 2, maxCapacity: 20, pendingTasks: 20 }]);
    engine.fleet.put(aWorker({ ...living, launchedAt: secondsAfter(NOW, -7200) }));
    for (let ticks = 0; ticks < 30; ticks += 1) await runAndEnd(engine, EXITED);
    // All that could be launched at first, and a probe after one minute and after two more.
    expect(inState(engine, 'stopped')).toHaveLength(21);
    expect((await engine.status())?.state).toBe('workers-die');
    for (let ticks = 0; ticks < 60; ticks += 1) await runAndEnd(engine, EXITED, () => false);
    expect(inState(engine, 'running')).toHaveLength(20);
    expect((await engine.status())?.state).toBe('ok');
  });
});
