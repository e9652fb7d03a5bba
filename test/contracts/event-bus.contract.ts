import { describe, expect, it } from 'vitest';
import type { BusEvent } from '../../lib/control/ports.ts';
import type { SubjectFactory } from './subject.ts';

const waiting = (...workerTypes: string[]): BusEvent => ({ detailType: 'Tasks Waiting', detail: { workerTypes } });
const inOrder = (events: readonly BusEvent[]) =>
  events.toSorted((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));

/** What every EventBus does. */
export function describeEventBus(name: string, subject: SubjectFactory): void {
  describe(`EventBus: ${name}`, () => {
    it('hands on what it was given, type and detail', async () => {
      const { bus, arrived } = await subject();
      const events: BusEvent[] = [
        {
          detailType: 'Worker Type State Change',
          detail: { workerType: 'build', from: null, nested: { at: [1, 'é'] } },
        },
        waiting('build', 'test'),
        { detailType: 'Shard Due', detail: { shard: '3' } },
      ];
      await bus.put(events);
      expect(inOrder(await arrived())).toEqual(inOrder(events));
    });

    it('takes none, and hundreds, at once', async () => {
      const { bus, arrived } = await subject();
      await bus.put([]);
      expect(await arrived()).toEqual([]);
      const events = Array.from({ length: 203 }, (_, index) => waiting(`type-${index}`));
      await bus.put(events);
      expect(inOrder(await arrived())).toEqual(inOrder(events));
    });

    it('keeps what it was given, whatever becomes of the object', async () => {
      const { bus, arrived } = await subject();
      const workerTypes = ['build'];
      await bus.put([{ detailType: 'Tasks Waiting', detail: { workerTypes } }]);
      workerTypes.push('changed');
      expect(await arrived()).toEqual([waiting('build')]);
    });
  });
}
