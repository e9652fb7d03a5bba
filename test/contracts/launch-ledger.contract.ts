import { describe, expect, it } from 'vitest';
import type { LaunchRecord } from '../../lib/control/ports.ts';
import { FIRST_SHARD, type Shard } from '../../lib/control/shards.ts';
import { secondsAfter } from '../../lib/core/units.ts';
import { aDefinition, anOrder, aWorker, NOW } from '../support/builders.ts';
import { acquired } from './leases.contract.ts';
import type { SubjectFactory } from './subject.ts';

const definition = aDefinition({
  instanceTypes: [{ instanceType: 'c7g.large' }, { instanceType: 'c7g.xlarge', capacity: 2, utility: 1.9 }],
  userData: { z: [1, { a: null }], a: 'text' },
  tags: { team: 'blue' },
  maxPriceUsdPerHour: 0.0123,
});

const aRecord = (changes: Partial<LaunchRecord> = {}, launchId = 'launch-1'): LaunchRecord => ({
  order: anOrder({ launchId, definition, market: 'on-demand', targetCapacity: 3 }),
  shard: FIRST_SHARD,
  openedAt: NOW,
  state: 'open',
  workers: [],
  refusals: [],
  ...changes,
});

const closed = aRecord({
  state: 'closed',
  workers: [aWorker({ workerId: 'i-1' }), aWorker({ workerId: 'i-2', capacity: undefined, zone: 'unknown' })],
  refusals: [
    {
      class: 'no-capacity',
      code: 'InsufficientInstanceCapacity',
      message: '',
      count: 1,
      pools: ['c7g.xlarge/subnet-1'],
    },
    { class: 'unknown', code: 'Odd', message: 'never seen', requestId: 'r-1' },
  ],
});

/** What every LaunchLedger does. */
export function describeLaunchLedger(name: string, subject: SubjectFactory): void {
  describe(`LaunchLedger: ${name}`, () => {
    it('keeps an answer that is there, whoever comes late with another one', async () => {
      const { ledger } = await subject();
      await ledger.settle(closed);
      await ledger.settle({ ...closed, workers: [], refusals: [] });
      await ledger.settle({ ...closed, state: 'abandoned' });
      expect(await ledger.recent(NOW)).toEqual([closed]);
    });

    it('opens an intent under the lease and gives it back complete', async () => {
      const ports = await subject();
      expect(await ports.ledger.open(aRecord(), await acquired(ports, 'me'))).toBe('opened');
      expect(await ports.ledger.recent(NOW)).toEqual([aRecord()]);
    });

    it('keeps what is opened under the lease of a shard in its ledger, also when it is answered', async () => {
      const ports = await subject();
      const first = await acquired(ports, 'me');
      await ports.ledger.open(aRecord({}, 'before'), first);
      const [other = ''] = (await ports.leases.split(first, ['m'], secondsAfter(NOW, 60))) ?? [];
      const answer = await ports.leases.acquire('you', 1000, other);
      if (answer.kind !== 'acquired') throw new Error(answer.kind);
      expect(await ports.ledger.open(aRecord({ shard: other }, 'after'), answer.lease)).toBe('opened');
      await ports.ledger.settle(aRecord({ shard: other, state: 'closed' }, 'after'));
      const ids = async (of?: Pick<Shard, 'shard' | 'inherited'>) =>
        (await ports.ledger.recent(NOW, of)).map(({ order, state }) => `${order.launchId} ${state}`).sort();
      expect(await ids({ shard: FIRST_SHARD, inherited: [] })).toEqual(['before open']);
      expect(await ids({ shard: other, inherited: [] })).toEqual(['after closed']);
      expect(await ids(answer.lease)).toEqual(['after closed', 'before open']);
      expect(await ids()).toEqual(['after closed', 'before open']);
    });

    it('opens nothing under a lease of before a split or a merger', async () => {
      const ports = await subject();
      const before = await acquired(ports, 'me');
      const [other = ''] = (await ports.leases.split(before, ['m'], NOW)) ?? [];
      expect(await ports.ledger.open(aRecord(), before)).toBe('lease-lost');
      const [a, b] = [await acquired(ports, 'me'), await ports.leases.acquire('you', 1000, other)];
      if (b.kind !== 'acquired') throw new Error(b.kind);
      ports.clock.advance(60_000);
      expect(await ports.leases.merge(a, b.lease, NOW)).toBe('merged');
      expect(await ports.ledger.open(aRecord(), a)).toBe('lease-lost');
      expect(await ports.ledger.open(aRecord(), b.lease)).toBe('lease-lost');
      expect(await ports.ledger.recent(NOW)).toEqual([]);
    });

    it('gives back an order that can be repeated identically', async () => {
      const ports = await subject();
      await ports.ledger.open(aRecord(), await acquired(ports, 'me'));
      const [record] = await ports.ledger.recent(NOW);
      expect(record?.order).toEqual(aRecord().order);
      expect(record?.order.pools.map(({ instanceType }) => instanceType)).toEqual(['c7g.large', 'c7g.xlarge']);
    });

    it('still opens under a lease that was renewed, or ran out while nobody took it', async () => {
      const ports = await subject();
      const lease = await acquired(ports, 'me');
      await ports.leases.renew(lease, 30_000);
      expect(await ports.ledger.open(aRecord({}, 'renewed'), lease)).toBe('opened');
      ports.clock.advance(60_000);
      expect(await ports.ledger.open(aRecord({}, 'late'), lease)).toBe('opened');
    });

    it.each([
      ['taken over', { release: false }],
      ['given back', { release: true }],
    ])('writes nothing under a lease that was %s', async (_how, { release }) => {
      const ports = await subject();
      const lease = await acquired(ports, 'me');
      if (release) await ports.leases.release(lease);
      else {
        ports.clock.advance(30_000);
        await acquired(ports, 'other');
      }
      expect(await ports.ledger.open(aRecord(), lease)).toBe('lease-lost');
      expect(await ports.ledger.recent(NOW)).toEqual([]);
    });

    it('answers the records opened at the given time or later, whatever their ids, and no others', async () => {
      const ports = await subject();
      const lease = await acquired(ports, 'me');
      for (const [launchId, seconds] of [
        ['z-before', -0.001],
        ['0-at', 0],
        ['after', 60],
      ] as const) {
        await ports.ledger.open(aRecord({ openedAt: secondsAfter(NOW, seconds) }, launchId), lease);
      }
      const ids = (await ports.ledger.recent(NOW)).map(({ order }) => order.launchId);
      expect(ids.sort()).toEqual(['0-at', 'after']);
      expect(await ports.ledger.recent(secondsAfter(NOW, 61))).toEqual([]);
    });

    it('replaces an open record by its outcome', async () => {
      const ports = await subject();
      const lease = await acquired(ports, 'me');
      await ports.ledger.open(aRecord(), lease);
      await ports.ledger.open(aRecord({}, 'another'), lease);
      await ports.ledger.settle(closed);
      const records = await ports.ledger.recent(NOW);
      expect(records.find(({ order }) => order.launchId === 'launch-1')).toEqual(closed);
      expect(records.find(({ order }) => order.launchId === 'another')).toMatchObject({ state: 'open' });
    });

    it('keeps the answer to the largest order: 500 workers beside a definition of 340 KB', async () => {
      const ports = await subject();
      const zones = Array.from({ length: 14 }, (_, index) => ({
        subnetId: `subnet-0123456789abcde${index.toString(16).padStart(2, '0')}`,
        userData: { text: 'x'.repeat(8_000) },
      }));
      const regions = ['us-east-1', 'us-west-2', 'eu-west-1'].map((region) => ({ region, zones }));
      const large = aDefinition({ regions });
      const order = anOrder({ definition: large, targetCapacity: 500 });
      const open = aRecord({ order });
      await ports.ledger.open(open, await acquired(ports, 'me'));
      const workers = Array.from({ length: 500 }, (_, index) =>
        aWorker({ workerId: `i-${String(index).padStart(17, '0')}`, zone: index < 250 ? 'us-east-1a' : 'us-east-1b' }),
      );
      const answered = { ...open, state: 'closed' as const, workers };
      await ports.ledger.settle(answered);
      expect(await ports.ledger.recent(NOW)).toEqual([answered]);
    });

    it('settles also without the lease, and a second time without harm', async () => {
      const ports = await subject();
      await ports.ledger.open(aRecord(), await acquired(ports, 'me'));
      ports.clock.advance(30_000);
      await acquired(ports, 'other');
      await ports.ledger.settle(closed);
      await ports.ledger.settle(closed);
      expect(await ports.ledger.recent(NOW)).toEqual([closed]);
    });
  });
}
