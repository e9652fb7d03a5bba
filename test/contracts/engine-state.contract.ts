import { describe, expect, it } from 'vitest';
import type { DecisionRecord } from '../../lib/control/decision-record.ts';
import type { TypeControl } from '../../lib/control/ports.ts';
import type { Cooldown } from '../../lib/core/pool-cooldown.ts';
import { epochMillis, secondsAfter } from '../../lib/core/units.ts';
import { NOW } from '../support/builders.ts';
import type { SubjectFactory } from './subject.ts';

const aCooldown = (changes: Partial<Cooldown> = {}): Cooldown => ({
  region: 'us-east-1',
  market: 'spot',
  subnetId: 'subnet-0aaa',
  instanceType: 'c7g.large',
  since: NOW,
  until: secondsAfter(NOW, 180),
  code: 'InsufficientInstanceCapacity',
  ...changes,
});
const ofMarket: Cooldown = {
  region: 'eu-west-1',
  market: 'on-demand',
  since: NOW,
  until: secondsAfter(NOW, 300),
  code: 'VcpuLimitExceeded',
};
const byCode = (cooldowns: readonly Cooldown[]) => [...cooldowns].sort((a, b) => (a.code < b.code ? -1 : 1));

/** What every PoolMemory does. */
export function describePoolMemory(name: string, subject: SubjectFactory): void {
  describe(`PoolMemory: ${name}`, () => {
    it('remembers nothing at first', async () => {
      expect(await (await subject()).poolMemory.load()).toEqual([]);
    });

    it('gives cooldowns back as they were saved, of a pool, a market or one definition', async () => {
      const { poolMemory } = await subject();
      const own = aCooldown({ code: 'InvalidAMIID.NotFound', definitionKey: '0123456789abcdef', isLasting: true });
      await poolMemory.add([aCooldown(), ofMarket, own]);
      expect(byCode(await poolMemory.load())).toEqual([aCooldown(), own, ofMarket]);
    });

    it('replaces that of the same pool by a newer one, and keeps what others added', async () => {
      const { poolMemory } = await subject();
      const newer = aCooldown({ code: 'A', until: secondsAfter(NOW, 300) });
      await poolMemory.add([aCooldown()]);
      await Promise.all([poolMemory.add([ofMarket]), poolMemory.add([newer])]);
      expect(byCode(await poolMemory.load())).toEqual([newer, ofMarket]);
    });

    it('forgets each when it is over', async () => {
      const { poolMemory, clock } = await subject();
      await poolMemory.add([aCooldown(), ofMarket]);
      clock.advance(180_000);
      expect(await poolMemory.load()).toEqual([ofMarket]);
      clock.advance(1);
      expect(await poolMemory.load()).toEqual([ofMarket]);
      clock.advance(600_000);
      expect(await poolMemory.load()).toEqual([]);
    });

    it('holds a thousand', async () => {
      const { poolMemory } = await subject();
      const many = Array.from({ length: 1_000 }, (_, index) => aCooldown({ subnetId: `subnet-${index}` }));
      await poolMemory.add(many);
      expect(await poolMemory.load()).toHaveLength(1_000);
    });
  });
}

const paused: TypeControl = {
  workerType: 'build',
  pause: { note: 'the mirror is down', by: 'ana', at: NOW, until: secondsAfter(NOW, 60) },
};

/** What every Controls does. */
export function describeControls(name: string, subject: SubjectFactory): void {
  describe(`Controls: ${name}`, () => {
    it('holds nothing against anybody at first', async () => {
      expect(await (await subject()).controls.load()).toEqual([]);
    });

    it('gives each back as it was saved, and the last one of a type only', async () => {
      const { controls } = await subject();
      const cleared: TypeControl = { workerType: 'other', clearedAt: NOW };
      await controls.save({ ...paused, clearedAt: NOW });
      await controls.save(cleared);
      await controls.save(paused);
      const loaded = await controls.load();
      expect(loaded.sort((a, b) => (a.workerType < b.workerType ? -1 : 1))).toEqual([paused, cleared]);
    });

    it('forgets what was said, unless something else was said since', async () => {
      const { controls } = await subject();
      await controls.save(paused);
      await controls.remove({ workerType: 'never', clearedAt: NOW });
      await controls.remove({ ...paused, clearedAt: NOW });
      expect(await controls.load()).toEqual([paused]);
      await controls.remove(paused);
      expect(await controls.load()).toEqual([]);
    });

    it('keeps what it was given, whatever becomes of the object', async () => {
      const { controls } = await subject();
      const pause = { note: 'n', by: 'ana', at: NOW };
      await controls.save({ workerType: 'build', pause });
      pause.note = 'changed';
      for (const loaded of await controls.load()) Object.assign(loaded, { workerType: 'changed' });
      expect(await controls.load()).toEqual([{ workerType: 'build', pause: { note: 'n', by: 'ana', at: NOW } }]);
    });
  });
}

const aDecision = (at: number, workerType = 'build'): DecisionRecord => ({
  workerType,
  at: epochMillis(at),
  definitionVersion: 3,
  words: `launch 2 at ${at}`,
  usablePools: ['us-east-1a/c7g.large spot: 0.0291 USD an hour, 0.0291 by utility'],
  rejectedPools: [],
  usable: 1,
  rejected: 0,
  attempts: [{ launchId: 'l-1', words: 'asked 2, launched 2', refusals: [], requestIds: ['r-1'] }],
  shortfall: 0,
});

/** What every Decisions does. */
export function describeDecisions(name: string, subject: SubjectFactory): void {
  describe(`Decisions: ${name}`, () => {
    it('knows none of a type that was never decided about', async () => {
      expect(await (await subject()).decisions.latest('build', 5)).toEqual([]);
    });

    it('answers the latest of a type, newest first, at most as many as asked for', async () => {
      const { decisions } = await subject();
      const times = [0, 9_000, 10_000, 100_000].map((ms) => NOW + ms);
      for (const at of times) await decisions.append([aDecision(at), aDecision(at + 1, 'other')]);
      const newestFirst = times.toReversed().map((at) => aDecision(at));
      expect(await decisions.latest('build', 10)).toEqual(newestFirst);
      expect(await decisions.latest('build', 2)).toEqual(newestFirst.slice(0, 2));
    });

    it('does not take one type for another whose name begins alike', async () => {
      const { decisions } = await subject();
      await decisions.append([aDecision(NOW, 'build'), aDecision(NOW, 'build-large')]);
      expect(await decisions.latest('build', 5)).toEqual([aDecision(NOW)]);
    });

    it('takes hundreds at once', async () => {
      const { decisions } = await subject();
      await decisions.append(Array.from({ length: 300 }, (_, index) => aDecision(NOW, `type-${index}`)));
      expect(await decisions.latest('type-299', 1)).toHaveLength(1);
    });
  });
}
