import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { LaunchOrder, LaunchOutcome } from '../../lib/control/ports.ts';
import { sizeOrder } from '../../lib/core/order-size.ts';
import type { Worker } from '../../lib/core/worker.ts';
import { aDefinition, anOrder as anyOrder } from '../support/builders.ts';
import { LAUNCHABLE, type SubjectFactory } from './subject.ts';

const TYPES = ['c7g.large', 'c7g.xlarge', 'c7g.2xlarge', 'c7g.4xlarge'];

function anOrder(targetCapacity: number, launchId = 'launch-1', changes: object = {}): LaunchOrder {
  const definition = aDefinition({ ...LAUNCHABLE, version: 3, ...changes });
  return anyOrder({ launchId, definition, targetCapacity });
}

/** The workers and refusals of an answer; fails when there was none. */
function answered(outcome: LaunchOutcome): Extract<LaunchOutcome, { kind: 'answered' }> {
  if (outcome.kind !== 'answered') throw new Error(JSON.stringify(outcome));
  return outcome;
}
const capacityOf = (workers: readonly Worker[]): number => workers.reduce((sum, { capacity = 0 }) => sum + capacity, 0);
const idsOf = (workers: readonly Worker[]): string[] => workers.map(({ workerId }) => workerId).sort();

/** What every Fleet does. */
export function describeFleet(name: string, subject: SubjectFactory): void {
  describe(`Fleet: ${name}`, () => {
    it('has no workers at first', async () => {
      const { fleet } = await subject();
      expect(await fleet.list()).toEqual({ workers: [], unread: new Map() });
    });

    it('launches what was ordered, and says of each worker what it is', async () => {
      const { fleet, clock } = await subject();
      const { workers, refusals } = answered(await fleet.launch(anOrder(3)));
      expect(refusals).toEqual([]);
      expect(workers).toHaveLength(3);
      for (const worker of workers) {
        expect(worker).toMatchObject({
          workerType: 'build',
          launchId: 'launch-1',
          capacity: 1,
          instanceType: 'c7g.large',
          zone: expect.stringMatching(/^us-east-1[abc]$/),
          market: 'spot',
          launchedAt: clock.now(),
          definitionVersion: 3,
        });
      }
    });

    it('lists each worker with what its launch said of it', async () => {
      const { fleet } = await subject();
      const { workers } = answered(await fleet.launch(anOrder(2)));
      const withoutState = (list: readonly Worker[]) =>
        [...list].sort((a, b) => (a.workerId < b.workerId ? -1 : 1)).map((worker) => ({ ...worker, state: undefined }));
      const { workers: listed } = await fleet.list();
      expect(withoutState(listed)).toEqual(withoutState(workers));
      for (const { state } of listed) expect(['booting', 'running']).toContain(state);
    });

    it('lists the workers of the types named alone', async () => {
      const { fleet } = await subject();
      await fleet.launch(anOrder(2));
      const { workers } = await fleet.list();
      const type = String(workers[0]?.workerType);
      const others = Array.from({ length: 450 }, (_, index) => `other-${index}`);
      expect((await fleet.list([...others, type])).workers).toEqual(workers);
      expect((await fleet.list(['other', `${type}-2`])).workers).toEqual([]);
      expect(await fleet.list([])).toEqual({ workers: [], unread: new Map() });
    });

    it('launches nothing more for the same launch id, and answers the same workers', async () => {
      const { fleet } = await subject();
      const first = answered(await fleet.launch(anOrder(3)));
      const again = answered(await fleet.launch(anOrder(3)));
      expect(idsOf(again.workers)).toEqual(idsOf(first.workers));
      expect((await fleet.list()).workers).toHaveLength(3);
    });

    it('launches once when the same order is sent twice at the same time', async () => {
      const { fleet } = await subject();
      const outcomes = await Promise.all([fleet.launch(anOrder(3)), fleet.launch(anOrder(3))]);
      const [one = [], two = []] = outcomes.map((outcome) => idsOf(answered(outcome).workers));
      expect(one).toEqual(two);
      expect((await fleet.list()).workers).toHaveLength(3);
    });

    it('launches anew for another launch id', async () => {
      const { fleet } = await subject();
      await fleet.launch(anOrder(1, 'launch-1'));
      await fleet.launch(anOrder(1, 'launch-2'));
      expect((await fleet.list()).workers.map(({ launchId }) => launchId).sort()).toEqual(['launch-1', 'launch-2']);
    });

    it('never passes the room that an order was sized for, whatever the weights', async () => {
      const { fleet } = await subject();
      let launches = 0;
      await fc.assert(
        fc.asyncProperty(
          fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: TYPES.length }),
          fc.integer({ min: 1, max: 30 }),
          fc.integer({ min: 1, max: 30 }),
          async (weights, want, room) => {
            const instanceTypes = weights.map((capacity, index) => ({ instanceType: TYPES[index], capacity }));
            const order = anOrder(1, `sized-${launches}`, { instanceTypes });
            const size = sizeOrder(want, room, order.pools);
            if (size === undefined) return;
            launches += 1;
            const { targetCapacity, options: pools } = size;
            const { workers } = answered(await fleet.launch({ ...order, targetCapacity, pools }));
            expect(capacityOf(workers)).toBeLessThanOrEqual(room);
            expect(capacityOf(workers)).toBeGreaterThanOrEqual(targetCapacity);
          },
        ),
        { numRuns: 40 },
      );
      expect(launches).toBeGreaterThan(10);
    });

    it('answers a refusal, and no workers, when there is no capacity', async () => {
      const { fleet, setRoom } = await subject();
      setRoom(0);
      const { workers, refusals } = answered(await fleet.launch(anOrder(2)));
      expect(workers).toEqual([]);
      expect(refusals).toContainEqual(
        expect.objectContaining({ class: 'no-capacity', code: 'InsufficientInstanceCapacity' }),
      );
    });

    it('answers workers and refusals when there is too little capacity', async () => {
      const { fleet, setRoom } = await subject();
      setRoom(2);
      const { workers, refusals } = answered(await fleet.launch(anOrder(5)));
      expect(workers).toHaveLength(2);
      expect(refusals).toContainEqual(expect.objectContaining({ class: 'no-capacity' }));
    });

    it('terminates the workers named, still lists them, and leaves the others', async () => {
      const { fleet } = await subject();
      const [first = '', second = '', third = ''] = idsOf(answered(await fleet.launch(anOrder(3))).workers);
      expect(await fleet.terminate([first, third])).toEqual({ terminated: [first, third], failed: [] });
      const states = new Map((await fleet.list()).workers.map(({ workerId, state }) => [workerId, state]));
      expect(states.size).toBe(3);
      expect(['stopping', 'stopped']).toContain(states.get(first));
      expect(['booting', 'running']).toContain(states.get(second));
    });

    it('counts a worker that is gone already as terminated', async () => {
      const { fleet } = await subject();
      const ids = idsOf(answered(await fleet.launch(anOrder(2))).workers);
      await fleet.terminate(ids);
      expect(await fleet.terminate(ids)).toEqual({ terminated: ids, failed: [] });
    });

    it('names a worker once, however often it is given', async () => {
      const { fleet } = await subject();
      const [id = ''] = idsOf(answered(await fleet.launch(anOrder(1))).workers);
      expect(await fleet.terminate([id, id])).toEqual({ terminated: [id], failed: [] });
    });

    it('terminates nothing when nothing is named', async () => {
      const { fleet } = await subject();
      expect(await fleet.terminate([])).toEqual({ terminated: [], failed: [] });
    });

    it('does not terminate what is not its own, and one such id does not save the others', async () => {
      const { fleet, stranger } = await subject();
      const ids = idsOf(answered(await fleet.launch(anOrder(2))).workers);
      const foreign = await stranger();
      const { terminated, failed } = await fleet.terminate([foreign, ...ids, 'i-0123456789abcdef0']);
      expect([...terminated].sort()).toEqual(ids);
      expect(failed.map(({ workerId }) => workerId).sort()).toEqual([foreign, 'i-0123456789abcdef0'].sort());
      for (const { code, message } of failed) expect(`${code} ${message}`.length).toBeGreaterThan(10);
    });

    it('does not list the instances of others', async () => {
      const { fleet, stranger } = await subject();
      const foreign = await stranger();
      await fleet.launch(anOrder(1));
      expect(foreign).not.toBe('');
      expect(idsOf((await fleet.list()).workers)).not.toContain(foreign);
      expect((await fleet.list()).workers).toHaveLength(1);
    });
  });
}
