import { describe, expect, it } from 'vitest';
import type { VersionRecord } from '../../lib/control/check-ports.ts';
import { aDocument, NOW } from '../support/builders.ts';
import type { SubjectFactory } from './subject.ts';

const aRecord = (version: number, changes: Partial<VersionRecord> = {}): VersionRecord => ({
  workerType: 'build',
  version,
  statedVersion: version,
  at: NOW,
  source: 'table',
  document: aDocument({ version, tags: { team: 'a' }, odd: [null, { deep: 0.1 }] }),
  changes: [
    { path: 'maxCapacity', before: 1, after: 2 },
    { path: 'tags.team', after: 'a' },
    { path: 'gone', before: null },
  ],
  ...changes,
});

/** What every VersionHistory does. */
export function describeVersionHistory(name: string, subject: SubjectFactory): void {
  describe(`VersionHistory: ${name}`, () => {
    it('is empty before anything changed', async () => {
      const { history } = await subject();
      expect(await history.list('build')).toEqual([]);
      expect(await history.get('build', 1)).toBeUndefined();
    });

    it('gives each version back as it was kept, whatever the definition held', async () => {
      const { history } = await subject();
      const full = aRecord(1, { author: 'ada', source: 'cli', sequence: '4'.repeat(40), deleted: true, found: true });
      expect(await history.add(full)).toBe('added');
      await history.add(
        aRecord(2, { document: { workerType: 7, version: 'two', maxCapacity: '12345678901234567890' } }),
      );
      expect(await history.get('build', 1)).toEqual(full);
      expect((await history.get('build', 2))?.document).toMatchObject({ version: 'two' });
      expect(await history.get('build', 3)).toBeUndefined();
    });

    it('lists the versions of one worker type by number', async () => {
      const { history } = await subject();
      for (const version of [10, 9, 999_999_999, 1, 100]) await history.add(aRecord(version));
      for (const workerType of ['build-2', 'buil', 'build#1']) await history.add(aRecord(1, { workerType }));
      expect((await history.list('build')).map(({ version }) => version)).toEqual([1, 9, 10, 100, 999_999_999]);
      expect(await history.list('build-2')).toHaveLength(1);
    });

    it('never overwrites a version that is kept', async () => {
      const { history } = await subject();
      await history.add(aRecord(1));
      expect(await history.add(aRecord(1, { author: 'eve' }))).toBe('taken');
      expect(await history.get('build', 1)).toEqual(aRecord(1));
    });

    it('lets exactly one of two writers have a number', async () => {
      const { history } = await subject();
      const answers = await Promise.all(['ada', 'eve', 'bob'].map((author) => history.add(aRecord(1, { author }))));
      expect(answers.toSorted()).toEqual(['added', 'taken', 'taken']);
    });

    it('completes a kept version, as often as it is told to', async () => {
      const { history } = await subject();
      await history.add(aRecord(1));
      for (const _ of [1, 2]) await history.complete(aRecord(1, { author: 'ada', sequence: '7' }));
      expect(await history.list('build')).toEqual([aRecord(1, { author: 'ada', sequence: '7' })]);
    });
  });
}
