import { describe, expect, it } from 'vitest';
import { FIRST_SHARD, type Lease } from '../../lib/control/shards.ts';
import { secondsAfter } from '../../lib/core/units.ts';
import { NOW } from '../support/builders.ts';
import type { Subject, SubjectFactory } from './subject.ts';

const HALF_A_MINUTE = 30_000;

/** The lease, now held by `holder`. Fails when somebody else has it. */
export async function acquired({ leases }: Pick<Subject, 'leases'>, holder: string): Promise<Lease> {
  const answer = await leases.acquire(holder, HALF_A_MINUTE);
  if (answer.kind !== 'acquired') throw new Error(JSON.stringify(answer));
  return answer.lease;
}

async function lease({ leases }: Pick<Subject, 'leases'>, holder: string, shard: string): Promise<Lease> {
  const answer = await leases.acquire(holder, HALF_A_MINUTE, shard);
  if (answer.kind !== 'acquired') throw new Error(JSON.stringify(answer));
  return answer.lease;
}

/** What every Leases does. */
export function describeLeases(name: string, subject: SubjectFactory): void {
  describe(`Leases: ${name}`, () => {
    it('gives the lease to the first who asks, for as long as asked', async () => {
      const { leases, clock } = await subject();
      expect(await leases.acquire('one', HALF_A_MINUTE)).toEqual({
        kind: 'acquired',
        lease: {
          shard: FIRST_SHARD,
          range: {},
          inherited: [],
          holder: 'one',
          fence: expect.any(Number),
          until: clock.now() + HALF_A_MINUTE,
        },
      });
    });

    it('gives it to nobody else meanwhile, and names the holder', async () => {
      const { leases, clock } = await subject();
      await leases.acquire('one', HALF_A_MINUTE);
      clock.advance(HALF_A_MINUTE - 1);
      expect(await leases.acquire('two', HALF_A_MINUTE)).toEqual({ kind: 'held', by: 'one' });
    });

    it('gives it to exactly one of many who ask at once', async () => {
      const { leases } = await subject();
      const answers = await Promise.all(['a', 'b', 'c', 'd'].map((holder) => leases.acquire(holder, HALF_A_MINUTE)));
      expect(answers.map(({ kind }) => kind).sort()).toEqual(['acquired', 'held', 'held', 'held']);
    });

    it('gives it to the next once it has run out, under a higher fence', async () => {
      const ports = await subject();
      const first = await acquired(ports, 'one');
      ports.clock.advance(HALF_A_MINUTE);
      expect((await acquired(ports, 'two')).fence).toBeGreaterThan(first.fence);
    });

    it('gives it again to who has it, under a higher fence', async () => {
      const ports = await subject();
      const first = await acquired(ports, 'one');
      const again = await acquired(ports, 'one');
      expect(again.fence).toBeGreaterThan(first.fence);
      expect(await ports.leases.renew(first, HALF_A_MINUTE)).toBeUndefined();
    });

    it('prolongs it from now on, under the same fence', async () => {
      const ports = await subject();
      const first = await acquired(ports, 'one');
      ports.clock.advance(20_000);
      const renewed = await ports.leases.renew(first, HALF_A_MINUTE);
      expect(renewed).toEqual({ ...first, until: ports.clock.now() + HALF_A_MINUTE });
      ports.clock.advance(HALF_A_MINUTE - 1);
      expect(await ports.leases.acquire('two', HALF_A_MINUTE)).toMatchObject({ kind: 'held' });
    });

    it('prolongs one that ran out while nobody else took it', async () => {
      const ports = await subject();
      const first = await acquired(ports, 'one');
      ports.clock.advance(10 * HALF_A_MINUTE);
      expect(await ports.leases.renew(first, HALF_A_MINUTE)).toMatchObject({ fence: first.fence });
      expect(await ports.leases.acquire('two', HALF_A_MINUTE)).toMatchObject({ kind: 'held', by: 'one' });
    });

    it('prolongs nothing for who lost it, and leaves the new holder undisturbed', async () => {
      const ports = await subject();
      const first = await acquired(ports, 'one');
      ports.clock.advance(HALF_A_MINUTE);
      await acquired(ports, 'two');
      expect(await ports.leases.renew(first, HALF_A_MINUTE)).toBeUndefined();
      await ports.leases.release(first);
      expect(await ports.leases.acquire('three', HALF_A_MINUTE)).toEqual({ kind: 'held', by: 'two' });
    });

    it('is free at once when given back, under a higher fence for the next', async () => {
      const ports = await subject();
      const first = await acquired(ports, 'one');
      await ports.leases.release(first);
      expect((await acquired(ports, 'two')).fence).toBeGreaterThan(first.fence);
    });

    it('leaves what a tick says of itself in the shard, until somebody splits or joins it', async () => {
      const ports = await subject();
      const { leases } = ports;
      expect(await leases.shards()).toEqual([]);
      const first = await acquired(ports, 'one');
      const summary = { startedAt: NOW, tickedAt: NOW, workerTypes: 3, gauges: { Supply: 4 } };
      expect(await leases.release(first, summary)).toBe(true);
      expect(await leases.release(first, { ...summary, workerTypes: 4 })).toBe(false);
      const shard = { shard: FIRST_SHARD, range: {}, inherited: [], since: expect.any(Number) };
      expect(await leases.shards()).toEqual([{ ...shard, summary }]);
      const second = await acquired(ports, 'two');
      expect(second.lastTickAt).toBe(NOW);
      await leases.release(second);
      expect(await leases.shards()).toEqual([{ ...shard, summary }]);
      await leases.split(await acquired(ports, 'three'), ['m'], NOW);
      expect((await leases.shards()).map((each) => each.summary)).toEqual([undefined, undefined]);
    });

    it('splits a shard into parts that hold every name once, each with a lease of its own', async () => {
      const ports = await subject();
      const { leases, clock } = ports;
      const until = secondsAfter(NOW, 60);
      const made = await leases.split(await acquired(ports, 'one'), ['f', 'm'], until);
      expect(made).toHaveLength(2);
      const [second = '', third = ''] = made ?? [];
      const again = (await leases.split(await lease(ports, 'two', third), ['t'], secondsAfter(NOW, 90))) ?? [];
      const inherited = [{ shard: FIRST_SHARD, until }];
      const since = clock.now();
      expect(await leases.shards()).toEqual([
        { shard: FIRST_SHARD, range: { to: 'f' }, inherited: [], since },
        { shard: second, range: { from: 'f', to: 'm' }, inherited, since },
        { shard: third, range: { from: 'm', to: 't' }, inherited, since },
        {
          shard: again[0],
          range: { from: 't' },
          inherited: [{ shard: third, until: secondsAfter(NOW, 90) }, ...inherited],
          since,
        },
      ]);
      expect(await lease(ports, 'three', second)).toMatchObject({ range: { from: 'f', to: 'm' }, inherited });
      expect(await acquired(ports, 'four')).toMatchObject({ range: { to: 'f' }, inherited: [] });
      expect(await leases.acquire('five', HALF_A_MINUTE, second)).toEqual({ kind: 'held', by: 'three' });
    });

    it('splits nothing under a lease that was lost or given back', async () => {
      const ports = await subject();
      const first = await acquired(ports, 'one');
      await ports.leases.release(first);
      expect(await ports.leases.split(first, ['m'], NOW)).toBeUndefined();
      await acquired(ports, 'two');
      expect(await ports.leases.split(first, ['m'], NOW)).toBeUndefined();
      expect(await ports.leases.shards()).toMatchObject([{ range: {} }]);
    });

    it('takes the lease from whoever splits, who may ask for it anew', async () => {
      const ports = await subject();
      const first = await acquired(ports, 'one');
      await ports.leases.split(first, ['m'], NOW);
      expect(await ports.leases.renew(first, HALF_A_MINUTE)).toBeUndefined();
      const again = await acquired(ports, 'two');
      expect(again.fence).toBeGreaterThan(first.fence);
      expect(again.range).toEqual({ to: 'm' });
    });

    it('joins two neighbours that nobody holds, and reads the ledgers of both from then on', async () => {
      const ports = await subject();
      const { leases } = ports;
      await leases.split(await acquired(ports, 'one'), ['f', 'm'], secondsAfter(NOW, 60));
      const [first, second, third] = await leases.shards();
      if (first === undefined || second === undefined || third === undefined) throw new Error('three');
      const held = await lease(ports, 'two', second.shard);
      expect(await leases.merge(first, second, NOW)).toBe('busy');
      expect(await leases.merge(second, third, NOW)).toBe('busy');
      expect(await leases.merge(first, third, NOW)).toBe('busy');
      await leases.release(held);
      expect(await leases.merge(second, third, secondsAfter(NOW, 90))).toBe('merged');
      expect(await leases.merge(second, third, NOW)).toBe('busy');
      expect(await leases.acquire('three', HALF_A_MINUTE, third.shard)).toEqual({ kind: 'gone' });
      const joined = await lease(ports, 'four', second.shard);
      expect(joined.range).toEqual({ from: 'f' });
      expect(new Set(joined.inherited.map(({ shard }) => shard))).toEqual(new Set([FIRST_SHARD, third.shard]));
      expect(await leases.shards()).toHaveLength(2);
    });

    it('gives notes to the first who takes them, each once', async () => {
      const { leases } = await subject();
      expect(await leases.takeNotes('a')).toEqual([]);
      await Promise.all([leases.note('a', ['x', 'y']), leases.note('a', ['y', 'z']), leases.note('b', ['other'])]);
      expect([...(await leases.takeNotes('a'))].sort()).toEqual(['x', 'y', 'z']);
      expect(await leases.takeNotes('a')).toEqual([]);
      await leases.note('a', []);
      expect(await leases.takeNotes('a')).toEqual([]);
      expect(await leases.takeNotes('b')).toEqual(['other']);
      expect(await leases.shards()).toEqual([]);
    });

    it('knows nothing of a shard that was never there', async () => {
      const { leases } = await subject();
      expect(await leases.acquire('one', HALF_A_MINUTE, 'never')).toEqual({ kind: 'gone' });
      expect(await leases.shards()).toEqual([]);
    });

    it('prolongs nothing that was given back, and giving it back twice is harmless', async () => {
      const ports = await subject();
      const first = await acquired(ports, 'one');
      await ports.leases.release(first);
      await ports.leases.release(first);
      expect(await ports.leases.renew(first, HALF_A_MINUTE)).toBeUndefined();
      expect(await ports.leases.acquire('two', HALF_A_MINUTE)).toMatchObject({ kind: 'acquired' });
    });
  });
}
