import { describe, expect, it } from 'vitest';
import type { Lease } from '../../lib/control/ports.ts';
import type { Subject, SubjectFactory } from './subject.ts';

const HALF_A_MINUTE = 30_000;

/** The lease, now held by `holder`. Fails when somebody else has it. */
export async function acquired({ leases }: Pick<Subject, 'leases'>, holder: string): Promise<Lease> {
  const answer = await leases.acquire(holder, HALF_A_MINUTE);
  if (answer.kind === 'held') throw new Error(`held by ${answer.by}`);
  return answer.lease;
}

/** What every Leases does. */
export function describeLeases(name: string, subject: SubjectFactory): void {
  describe(`Leases: ${name}`, () => {
    it('gives the lease to the first who asks, for as long as asked', async () => {
      const { leases, clock } = await subject();
      expect(await leases.acquire('one', HALF_A_MINUTE)).toEqual({
        kind: 'acquired',
        lease: { holder: 'one', fence: expect.any(Number), until: clock.now() + HALF_A_MINUTE },
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
