import { describe, expect, it } from 'vitest';
import type { CheckBoard } from '../../lib/control/check-ports.ts';
import type { CheckReport } from '../../lib/core/finding.ts';
import { NOW } from '../support/builders.ts';

const aReport = (workerType: string, changes: Partial<CheckReport> = {}): CheckReport => ({
  workerType,
  definitionVersion: 1,
  checkedAt: NOW,
  findings: [],
  unknown: [],
  ...changes,
});

const full = aReport('full', {
  definitionVersion: 7,
  findings: [
    {
      severity: 'error',
      path: 'launchSpec.imageId',
      region: 'us-east-1',
      value: 'ami-1',
      message: 'does not exist in us-east-1',
      pools: ['subnet-a/c7g.large', 'subnet-b/c7g.large'],
    },
  ],
  unknown: ['us-east-1: key pair k: TimeoutError: slow'],
});

/** What every CheckBoard does. */
export function describeCheckBoard(name: string, subject: () => Promise<{ readonly checkBoard: CheckBoard }>): void {
  const named = (reports: readonly CheckReport[]) => reports.map(({ workerType }) => workerType).sort();

  describe(`CheckBoard: ${name}`, () => {
    it('is empty before anything was checked', async () => {
      const { checkBoard } = await subject();
      expect(await checkBoard.load()).toEqual([]);
    });

    it('gives a report back as it was saved', async () => {
      const { checkBoard } = await subject();
      await checkBoard.save([full]);
      expect(await checkBoard.load()).toEqual([full]);
    });

    it('replaces the report of the same type and keeps the others', async () => {
      const { checkBoard } = await subject();
      await checkBoard.save([full, aReport('other')]);
      await checkBoard.save([aReport('full')]);
      const reports = await checkBoard.load();
      expect(reports).toHaveLength(2);
      expect(reports).toContainEqual(aReport('full'));
    });

    it('loads the reports of a range of names alone', async () => {
      const { checkBoard } = await subject();
      await checkBoard.save(['a', 'b', 'b-2', 'c'].map((workerType) => aReport(workerType)));
      expect(named(await checkBoard.load({ from: 'b', to: 'c' }))).toEqual(['b', 'b-2']);
    });

    it('removes the types named, also those it does not hold, and nothing else', async () => {
      const { checkBoard } = await subject();
      await checkBoard.save(['a', 'b', 'c'].map((workerType) => aReport(workerType)));
      await checkBoard.remove(['a', 'c', 'never-there']);
      expect(named(await checkBoard.load())).toEqual(['b']);
    });
  });
}
