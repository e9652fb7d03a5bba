/** What the engine does when launches come to nothing: pools that only fail, workers that end by themselves at once. */
import { describe, expect, it } from 'vitest';
import { secondsAfter } from '../../lib/core/units.ts';
import { anEngine, type Engine, zonesIn } from '../support/an-engine.ts';
import { aWorker, NOW } from '../support/builders.ts';

/** Every booting worker ends, after a tick; in one zone, where one is given. EC2 dates only what ends by itself. */
function endBooting({ fleet, clock }: Engine, endCode: string, zone?: string): void {
  const dated = endCode === 'Client.InstanceInitiatedShutdown' ? { stoppedAt: clock.now() } : {};
  for (const worker of fleet.truth) {
    if (worker.state !== 'booting' || (zone !== undefined && worker.zone !== zone)) continue;
    fleet.put({ ...worker, state: 'stopped', endCode, ...dated });
  }
}

describe('launches that EC2 grants and then fails', () => {
  it.each(['Client.InternalError', 'Server.InsufficientInstanceCapacity'])(
    'in one region only (%s) have the other one serve',
    async (endCode) => {
      const engine = anEngine([{ ...zonesIn('us-east-1', 'eu-west-1'), maxCapacity: 20, pendingTasks: 20 }]);
      engine.fleet.put(aWorker({ zone: 'eu-west-1a', launchedAt: secondsAfter(NOW, -1200) }));
      for (let ticks = 0; ticks < 60; ticks += 1) {
        await engine.run();
        endBooting(engine, endCode, 'us-east-1a');
      }
      expect(engine.orders.map(({ region }) => region)).toContain('eu-west-1');
      expect((await engine.status())?.state).toBe('ok');
    },
  );
});
