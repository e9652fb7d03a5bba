import { describe, expect, it } from 'vitest';
import { FIRST_SHARD } from '../../lib/control/shards.ts';
import type { ReapReport, TickReport, WorkerTypeStatus } from '../../lib/control/status.ts';
import { type NameRange, onlyName } from '../../lib/core/name-range.ts';
import { secondsAfter } from '../../lib/core/units.ts';
import { NOW } from '../support/builders.ts';
import type { SubjectFactory } from './subject.ts';

const aStatus = (workerType: string, changes: Partial<WorkerTypeStatus> = {}): WorkerTypeStatus => ({
  workerType,
  state: 'ok',
  changedAt: NOW,
  decision: 'hold, supply meets the target',
  ...changes,
});
const fullStatus = aStatus('full', {
  state: 'backing-off',
  definitionVersion: 3,
  minCapacity: 0,
  maxCapacity: 9,
  pendingTasks: 4,
  claimedTasks: 0,
  target: 4,
  supply: 1,
  capacity: { launching: 1, booting: 0, running: 0, draining: 0, stopping: 2, halted: 0 },
  lastLaunch: { at: NOW, launchId: 'l', asked: 3, launched: 0, refusals: ['quota: VcpuLimitExceeded ()'] },
  hold: { since: NOW, until: secondsAfter(NOW, 300), class: 'unknown', reason: 'unknown', definitionKey: '0123' },
  spotShortSince: NOW,
});
const tick: TickReport = {
  startedAt: NOW,
  finishedAt: secondsAfter(NOW, 2.5),
  holder: 'me',
  workerTypes: 2,
  invalid: 0,
  launchedCapacity: 5,
  failures: ['build: queue gone'],
};
const reap: ReapReport = {
  startedAt: NOW,
  finishedAt: NOW,
  seen: 3,
  reaped: [{ workerId: 'i-1', workerType: 'build', reason: 'too-old' }],
  unknown: [{ workerId: 'i-2', reason: 'age-unknown' }],
  failures: [],
};

/** What every StatusBoard does. */
export function describeStatusBoard(name: string, subject: SubjectFactory): void {
  const namesOn = async ({ board }: { board: Awaited<ReturnType<SubjectFactory>>['board'] }) =>
    (await board.load()).workerTypes.map(({ workerType }) => workerType).sort();

  describe(`StatusBoard: ${name}`, () => {
    it('is empty before anything ran', async () => {
      const { board } = await subject();
      expect(await board.load()).toEqual({ workerTypes: [], tick: undefined, reap: undefined });
    });

    it('gives everything back as it was saved', async () => {
      const { board } = await subject();
      await board.saveWorkerTypes([fullStatus]);
      await board.saveTick(tick, FIRST_SHARD);
      await board.saveReap(reap);
      expect(await board.load()).toEqual({ workerTypes: [fullStatus], tick, reap });
    });

    it('replaces what it held of the same type, and keeps the others', async () => {
      const { board } = await subject();
      await board.saveWorkerTypes([fullStatus, aStatus('other')]);
      await board.saveWorkerTypes([aStatus('full')]);
      const { workerTypes } = await board.load();
      expect(workerTypes.find(({ workerType }) => workerType === 'full')).toEqual(aStatus('full'));
      expect(workerTypes).toHaveLength(2);
    });

    it('holds hundreds of types', async () => {
      const { board } = await subject();
      await board.saveWorkerTypes(Array.from({ length: 300 }, (_, index) => aStatus(`type-${index}`)));
      expect(await namesOn({ board })).toHaveLength(300);
    });

    it('loads the statuses of a range of names alone', async () => {
      const { board } = await subject();
      await board.saveWorkerTypes(['a', 'b', 'b-2', 'c'].map((workerType) => aStatus(workerType)));
      await board.saveTick(tick, FIRST_SHARD);
      const names = async (range: NameRange) =>
        (await board.loadWorkerTypes(range)).map(({ workerType }) => workerType).sort();
      expect(await names({ from: 'b', to: 'c' })).toEqual(['b', 'b-2']);
      expect(await names({ to: 'b' })).toEqual(['a']);
      expect(await names({ from: 'b-' })).toEqual(['b-2', 'c']);
      expect(await names(onlyName('b'))).toEqual(['b']);
      expect(await names({})).toEqual(['a', 'b', 'b-2', 'c']);
    });

    it('shows the last ticks of all shards that there are as one, as old as the oldest', async () => {
      const { board, leases } = await subject();
      const answer = await leases.acquire('me', 30_000);
      if (answer.kind !== 'acquired') throw new Error(answer.kind);
      const [other = ''] = (await leases.split(answer.lease, ['m'], NOW)) ?? [];
      await board.saveTick({ ...tick, finishedAt: secondsAfter(NOW, 9), failures: ['lint: odd'] }, FIRST_SHARD);
      // Silent for hours: it counts, and shows.
      await board.saveTick({ ...tick, finishedAt: secondsAfter(NOW, -9000) }, other);
      await board.saveTick({ ...tick, workerTypes: 40 }, 'merged away');
      expect((await board.load()).tick).toEqual({
        ...tick,
        finishedAt: secondsAfter(NOW, -9000),
        workerTypes: 4,
        launchedCapacity: 10,
        failures: expect.arrayContaining(['build: queue gone', 'lint: odd']),
      });
    });

    it('removes the types named, also those it does not hold, and nothing else', async () => {
      const { board } = await subject();
      await board.saveWorkerTypes(['a', 'b', 'c'].map((workerType) => aStatus(workerType)));
      await board.saveTick(tick, FIRST_SHARD);
      await board.removeWorkerTypes(['a', 'c', 'tick', 'never-there']);
      expect(await namesOn({ board })).toEqual(['b']);
      expect((await board.load()).tick).toEqual(tick);
    });

    it('keeps the last tick and the last run of the reaper only', async () => {
      const { board } = await subject();
      await board.saveTick(tick, FIRST_SHARD);
      await board.saveTick({ ...tick, holder: 'next' }, FIRST_SHARD);
      await board.saveReap(reap);
      await board.saveReap({ ...reap, seen: 4 });
      expect(await board.load()).toMatchObject({ tick: { holder: 'next' }, reap: { seen: 4 } });
    });
  });
}
