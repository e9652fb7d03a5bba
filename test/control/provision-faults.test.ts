import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { tick } from '../../lib/control/provision.ts';
import { memoryWorld } from '../../lib/memory/memory-world.ts';
import { aDocument, HOME, NOW } from '../support/builders.ts';
import { KillSwitch } from '../support/kill-switch.ts';

const queue = (workerType: string) => `https://sqs.us-east-1.amazonaws.com/1/acme-${workerType}`;
const WANTED = { a: 3, b: 7, c: 1 } as const;

function aWorld() {
  const world = memoryWorld(NOW);
  for (const [workerType, pendingTasks] of Object.entries(WANTED)) {
    world.workerTypes.putRaw(workerType, aDocument({ workerType, queueUrls: [queue(workerType)] }));
    world.backlog.set(queue(workerType), { pendingTasks });
  }
  return world;
}

function workersByType(world: ReturnType<typeof aWorld>): Record<string, number> {
  const counts: Record<string, number> = { a: 0, b: 0, c: 0 };
  for (const { workerType = '?' } of world.fleet.truth) counts[workerType] = (counts[workerType] ?? 0) + 1;
  return counts;
}

/** Runs a tick that dies at the given await point; a clean tick follows when the lease has run out. */
async function tickKilledAt(point: number, world = aWorld()): Promise<{ outcome: string; points: number }> {
  const kill = new KillSwitch(point);
  const outcome = await Promise.race([
    tick(kill.guard({ ...world }), { holder: 'killed', ...HOME }).then(() => 'finished'),
    kill.killed,
  ]);
  return { outcome, points: kill.points };
}

describe('a tick that is killed', () => {
  it('at every await point in turn, then a clean tick, ends with exactly the workers wanted', async () => {
    const { points } = await tickKilledAt(Number.POSITIVE_INFINITY);
    const killedAt: number[] = [];
    for (let point = 1; point <= points; point += 1) {
      const world = aWorld();
      const { outcome } = await tickKilledAt(point, world);
      expect(outcome, `await point ${point}`).toBe('killed');
      world.clock.advance(31_000);
      await tick(world, { holder: 'clean', ...HOME });
      expect(workersByType(world), `after a kill at await point ${point}`).toEqual(WANTED);
      killedAt.push(point);
    }
    // 3 types: lease, reads, and for each type intent, launch, settlement; a point before and after each call.
    expect(killedAt.length).toBeGreaterThanOrEqual(30);
  });

  it('twice, at any two points, with a list that lags, still doubles and forgets nothing', async () => {
    const { points } = await tickKilledAt(Number.POSITIVE_INFINITY);
    const point = fc.integer({ min: 1, max: points });
    await fc.assert(
      fc.asyncProperty(point, point, fc.integer({ min: 0, max: 200_000 }), async (first, second, lag) => {
        const world = aWorld();
        world.fleet.settings.visibilityLagMs = lag;
        await tickKilledAt(first, world);
        world.clock.advance(31_000);
        await tickKilledAt(second, world);
        world.clock.advance(31_000);
        await tick(world, { holder: 'clean', ...HOME });
        expect(workersByType(world)).toEqual(WANTED);
      }),
      { numRuns: 500 },
    );
  });

  it('never doubles when two invocations tick at the same time, many times over', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat(3), { maxLength: 40 }), async (delays) => {
        const world = aWorld();
        const slow = <Port extends object>(port: Port, offset: number): Port =>
          new Proxy(port, {
            get(target, key) {
              const value = Reflect.get(target, key);
              if (typeof value !== 'function') return value;
              if (['now', 'event', 'count', 'publish'].includes(String(key))) return value.bind(target);
              return async (...parameters: unknown[]) => {
                for (let step = 0; step < (delays[offset % (delays.length || 1)] ?? 0); step += 1)
                  await Promise.resolve();
                return value.apply(target, parameters);
              };
            },
          });
        const ports = (offset: number) =>
          Object.fromEntries(
            Object.entries(world).map(([name, port], index) => [name, slow(port, index + offset)]),
          ) as typeof world;
        await Promise.all([tick(ports(0), { holder: 'one', ...HOME }), tick(ports(7), { holder: 'two', ...HOME })]);
        await tick(world, { holder: 'three', ...HOME });
        expect(workersByType(world)).toEqual(WANTED);
      }),
      { numRuns: 300 },
    );
  });
});
