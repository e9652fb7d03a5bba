import { describe, expect, it } from 'vitest';
import { type NameRange, onlyName } from '../../lib/core/name-range.ts';
import { aDefinition, aDocument } from '../support/builders.ts';
import type { SubjectFactory } from './subject.ts';

/** What every WorkerTypes does. */
export function describeWorkerTypes(name: string, subject: SubjectFactory): void {
  describe(`WorkerTypes: ${name}`, () => {
    it('lists every item, valid or not, ordered by name', async () => {
      const { workerTypes, putRaw } = await subject();
      const documents = ['beta', 'Zeta', 'alpha', 'alpha-2', '_x'].map((workerType) => aDocument({ workerType }));
      for (const document of documents) await putRaw(document);
      await putRaw(aDocument({ workerType: 'broken', maxCapacity: 'many' }));
      const listed = await workerTypes.list();
      expect(listed.map(({ workerType, parsed }) => `${workerType} ${parsed.kind}`)).toEqual([
        'Zeta valid',
        '_x valid',
        'alpha valid',
        'alpha-2 valid',
        'beta valid',
        'broken invalid',
      ]);
    });

    it('lists the items of a range of names alone, its end not among them', async () => {
      const { workerTypes, putRaw } = await subject();
      for (const workerType of ['Zeta', 'alpha', 'alpha-2', 'beta']) await putRaw(aDocument({ workerType }));
      const names = async (range: NameRange) => (await workerTypes.list(range)).map(({ workerType }) => workerType);
      expect(await names({ from: 'alpha', to: 'beta' })).toEqual(['alpha', 'alpha-2']);
      expect(await names({ to: 'alpha-2' })).toEqual(['Zeta', 'alpha']);
      expect(await names({ from: 'alpha-' })).toEqual(['alpha-2', 'beta']);
      expect(await names(onlyName('alpha'))).toEqual(['alpha']);
      expect(await names({ from: 'b', to: 'b' })).toEqual([]);
    });

    it('lists nothing when there is nothing', async () => {
      const { workerTypes } = await subject();
      expect(await workerTypes.list()).toEqual([]);
    });

    it('keeps the document as it was found beside the definition that it reads as', async () => {
      const { workerTypes, putRaw } = await subject();
      const document = aDocument({ userData: { nested: { list: [1, 'two', null, true] } } });
      await putRaw(document);
      const stored = { workerType: 'build', document, parsed: { kind: 'valid', definition: aDefinition(document) } };
      expect(await workerTypes.get('build')).toEqual(stored);
      expect(await workerTypes.list()).toEqual([stored]);
    });

    it('gets undefined for a type that is not there', async () => {
      const { workerTypes, putRaw } = await subject();
      await putRaw(aDocument());
      expect(await workerTypes.get('buil')).toBeUndefined();
    });

    it('saves a new definition as version 1, whatever version it names', async () => {
      const { workerTypes } = await subject();
      expect(await workerTypes.save(aDefinition({ version: 7 }), undefined)).toBe('saved');
      expect(await workerTypes.get('build')).toMatchObject({
        parsed: { kind: 'valid', definition: { ...aDefinition(), version: 1 } },
      });
    });

    it('saves no new definition where an item exists, and changes nothing', async () => {
      const { workerTypes, putRaw } = await subject();
      await putRaw(aDocument({ maxCapacity: 5 }));
      expect(await workerTypes.save(aDefinition({ maxCapacity: 9 }), undefined)).toBe('conflict');
      expect(await workerTypes.get('build')).toMatchObject({ document: aDocument({ maxCapacity: 5 }) });
    });

    it('saves over the expected version and raises it by one', async () => {
      const { workerTypes } = await subject();
      await workerTypes.save(aDefinition(), undefined);
      expect(await workerTypes.save(aDefinition({ maxCapacity: 7 }), 1)).toBe('saved');
      expect(await workerTypes.save(aDefinition({ maxCapacity: 8 }), 2)).toBe('saved');
      expect(await workerTypes.get('build')).toMatchObject({ document: { maxCapacity: 8, version: 3 } });
    });

    it.each([
      ['an older', 1],
      ['a later', 3],
    ])('saves and removes nothing when %s version is expected', async (_which, expected) => {
      const { workerTypes, putRaw } = await subject();
      await putRaw(aDocument({ version: 2 }));
      expect(await workerTypes.save(aDefinition({ maxCapacity: 1 }), expected)).toBe('conflict');
      expect(await workerTypes.remove('build', expected)).toBe('conflict');
      expect(await workerTypes.get('build')).toMatchObject({ document: aDocument({ version: 2 }) });
    });

    it('saves no change of an item that is not there any more', async () => {
      const { workerTypes } = await subject();
      expect(await workerTypes.save(aDefinition(), 1)).toBe('conflict');
      expect(await workerTypes.list()).toEqual([]);
    });

    it('takes an item without a version as version 1', async () => {
      const { workerTypes, putRaw } = await subject();
      await putRaw(aDocument({ workerType: 'edited' }));
      await putRaw(aDocument({ workerType: 'removed' }));
      expect(await workerTypes.save(aDefinition({ workerType: 'edited' }), 2)).toBe('conflict');
      expect(await workerTypes.save(aDefinition({ workerType: 'edited' }), 1)).toBe('saved');
      expect(await workerTypes.remove('removed', 1)).toBe('removed');
      expect(await workerTypes.list()).toMatchObject([{ workerType: 'edited', document: { version: 2 } }]);
    });

    it('lets exactly one of two writers win', async () => {
      const { workerTypes } = await subject();
      const race = async (expected: number | undefined) =>
        (
          await Promise.all([5, 6, 7].map((maxCapacity) => workerTypes.save(aDefinition({ maxCapacity }), expected)))
        ).sort();
      expect(await race(undefined)).toEqual(['conflict', 'conflict', 'saved']);
      expect(await race(1)).toEqual(['conflict', 'conflict', 'saved']);
    });

    it('removes the expected version, and then answers absent', async () => {
      const { workerTypes, putRaw } = await subject();
      await putRaw(aDocument({ version: 4 }));
      expect(await workerTypes.remove('build', 4)).toBe('removed');
      expect(await workerTypes.remove('build', 4)).toBe('absent');
      expect(await workerTypes.get('build')).toBeUndefined();
    });
  });
}
