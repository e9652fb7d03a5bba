/** Laws of the engine, each in 10,000 cases. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { definitionKey } from '../../lib/core/definition-key.ts';
import { MemoryClock } from '../../lib/memory/memory-clock.ts';
import { MemoryLaunchBudget } from '../../lib/memory/memory-engine-state.ts';
import { MemoryFleet } from '../../lib/memory/memory-fleet.ts';
import { anEngine, refusedPools } from '../support/an-engine.ts';
import { aDefinition, aDocument, anOrder, NOW } from '../support/builders.ts';

const CASES = { numRuns: 10_000 };
const PATIENCE_MS = 120_000;

it(
  'the same intent, replayed in any order and as often as may be, gives the same instances',
  async () => {
    const order = fc.record({ id: fc.integer({ min: 1, max: 4 }), target: fc.integer({ min: 1, max: 9 }) });
    await fc.assert(
      fc.asyncProperty(
        fc.array(order, { minLength: 1, maxLength: 12 }),
        fc.integer({ min: 0, max: 20 }),
        async (all, room) => {
          const fleet = new MemoryFleet(new MemoryClock(NOW), { room });
          const first = new Map<number, string[]>();
          for (const { id, target } of all) {
            // An intent is written once: whoever repeats it repeats its target.
            const targetCapacity = all.find((each) => each.id === id)?.target ?? target;
            const outcome = await fleet.launch(anOrder({ launchId: `launch-${id}`, targetCapacity }));
            const ids = outcome.kind === 'answered' ? outcome.workers.map(({ workerId }) => workerId) : [];
            expect(ids).toEqual(first.get(id) ?? ids);
            first.set(id, ids);
          }
          expect(fleet.truth.map(({ workerId }) => workerId).sort()).toEqual([...first.values()].flat().sort());
        },
      ),
      CASES,
    );
  },
  PATIENCE_MS,
);

it(
  'sharing is fair: whatever each type wants and the budget allows, none has a second order before each had its first',
  async () => {
    const wants = fc.array(fc.constantFrom(1, 3, 40, 1000), { minLength: 2, maxLength: 4 });
    await fc.assert(
      fc.asyncProperty(wants, fc.integer({ min: 1, max: 6 }), fc.boolean(), async (pending, tokens, isDry) => {
        const engine = anEngine(
          pending.map((pendingTasks, index) => ({ workerType: `type-${index}`, maxCapacity: 1000, pendingTasks })),
        );
        const budget = new MemoryLaunchBudget(engine.clock, { maxTokens: tokens, refillPerSecond: 0.001 });
        engine.budget.take = (region) => budget.take(region);
        // Where nothing comes, each type asks again as long as it may.
        if (isDry) engine.answer = (order) => refusedPools(order, 'unknown', `Odd-${engine.orders.length}`);
        await engine.run();
        const types = engine.orders.map(({ definition }) => definition.workerType);
        const firstRound = types.slice(0, Math.min(pending.length, tokens));
        expect(new Set(firstRound).size).toBe(Math.min(pending.length, tokens));
      }),
      CASES,
    );
  },
  PATIENCE_MS,
);

it(
  'a disabled, paused, suspended or invalid type, and one whose pools all have weight 0, never launches',
  async () => {
    const reasons = ['disabled', 'paused', 'suspended', 'invalid', 'weight 0'] as const;
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...reasons),
        fc.integer({ min: 1, max: 500 }),
        fc.integer({ min: 0, max: 50 }),
        async (reason, pendingTasks, minCapacity) => {
          const engine = anEngine([{ minCapacity, maxCapacity: 50, pendingTasks }]);
          const [stored] = await engine.workerTypes.list();
          const change = (fields: object) => engine.workerTypes.putRaw('build', { ...stored?.document, ...fields });
          if (reason === 'disabled') change({ enabled: false });
          if (reason === 'invalid') change({ maxCapacity: -1 });
          if (reason === 'weight 0') change({ instanceTypes: [{ instanceType: 'c7g.large', weight: 0 }] });
          if (reason === 'paused')
            await engine.controls.save({ workerType: 'build', pause: { by: 'ana', note: 'n', at: NOW } });
          if (reason === 'suspended') {
            const key = definitionKey(aDefinition(aDocument({ ...stored?.document })));
            const hold = { since: NOW, class: 'configuration', reason: 'refused', definitionKey: key } as const;
            await engine.board.saveWorkerTypes([
              { workerType: 'build', state: 'suspended', changedAt: NOW, decision: '', hold },
            ]);
          }
          await engine.run();
          await engine.run();
          expect(engine.orders).toEqual([]);
        },
      ),
      CASES,
    );
  },
  PATIENCE_MS,
);
