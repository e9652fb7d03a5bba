import { describe, expect, it } from 'vitest';
import type { ErrorRecord } from '../../lib/control/error-record.ts';
import { secondsAfter } from '../../lib/core/units.ts';
import { NOW } from '../support/builders.ts';
import type { SubjectFactory } from './subject.ts';

/** Starts at the full hour before NOW, which is five minutes past. */
const at = (seconds: number) => secondsAfter(NOW, seconds);

const anError = (seconds = 0, changes: Partial<ErrorRecord> = {}): ErrorRecord => ({
  workerType: 'build',
  source: 'launch',
  class: 'no-capacity',
  code: 'InsufficientInstanceCapacity',
  message: 'There is no Spot capacity available that matches your request.',
  region: 'us-east-1',
  market: 'spot',
  pools: [{ zone: 'us-east-1a', subnetId: 'subnet-0aaa', instanceType: 'c7g.large' }],
  launchId: `launch-${seconds}`,
  definitionVersion: 3,
  requestId: `request-${seconds}`,
  firstAt: at(seconds),
  at: at(seconds),
  count: 1,
  ...changes,
});

/** What every ErrorLog does. */
export function describeErrorLog(name: string, subject: SubjectFactory): void {
  describe(`ErrorLog: ${name}`, () => {
    it('knows none at first', async () => {
      const { errorLog } = await subject();
      await errorLog.append([]);
      expect(await errorLog.latest({ count: 5 })).toEqual([]);
      expect(await errorLog.latest({ workerType: 'build', count: 5 })).toEqual([]);
    });

    it('gives an error back as it was kept, whole calls without pools too', async () => {
      const { errorLog } = await subject();
      const { requestId: _, ...whole } = anError(0, { pools: [], class: 'permission', code: 'UnauthorizedOperation' });
      await errorLog.append([whole]);
      expect(await errorLog.latest({ workerType: 'build', count: 5 })).toEqual([whole]);
    });

    it('counts equal ones within an hour in one record that tells of the last one', async () => {
      const { errorLog } = await subject();
      await errorLog.append([anError(0), anError(10)]);
      await errorLog.append([anError(600, { definitionVersion: 4, message: 'other words' })]);
      expect(await errorLog.latest({ count: 5 })).toEqual([
        anError(600, { definitionVersion: 4, message: 'other words', firstAt: at(0), count: 3 }),
      ]);
    });

    it('loses none where two processes meet', async () => {
      const { errorLog } = await subject();
      await Promise.all(Array.from({ length: 20 }, () => errorLog.append([anError()])));
      expect(await errorLog.latest({ count: 5 })).toMatchObject([{ count: 20 }]);
    });

    it.each([
      ['hour', anError(3_600)],
      ['worker type', anError(0, { workerType: 'build-large' })],
      ['class', anError(0, { class: 'quota' })],
      ['code', anError(0, { code: 'MaxSpotInstanceCountExceeded' })],
      ['region', anError(0, { region: 'eu-west-1' })],
      ['market', anError(0, { market: 'on-demand' })],
    ])('keeps those of another %s apart', async (_what, other) => {
      const { errorLog } = await subject();
      await errorLog.append([anError(), other]);
      expect(await errorLog.latest({ count: 5 })).toHaveLength(2);
    });

    it('answers the latest of one type or of all, newest first, at most as many as asked for', async () => {
      const { errorLog } = await subject();
      const build = [0, 4_000, 8_000].map((seconds) => anError(seconds));
      const test = [100, 9_000].map((seconds) => anError(seconds, { workerType: 'test' }));
      for (const error of [...build, ...test]) await errorLog.append([error]);
      const newestFirst = [...build, ...test].toSorted((a, b) => b.at - a.at);
      expect(await errorLog.latest({ count: 10 })).toEqual(newestFirst);
      expect(await errorLog.latest({ count: 2 })).toEqual(newestFirst.slice(0, 2));
      expect(await errorLog.latest({ workerType: 'build', count: 2 })).toEqual(build.toReversed().slice(0, 2));
    });

    it('goes by the time of an error also within an hour of many', async () => {
      const { errorLog } = await subject();
      const many = Array.from({ length: 150 }, (_, index) => anError(index, { code: `Code${(index * 37) % 150}` }));
      await errorLog.append(many);
      expect(await errorLog.latest({ workerType: 'build', count: 3 })).toEqual(many.toReversed().slice(0, 3));
    });
  });
}
