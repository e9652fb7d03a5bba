import { describe, expect, it } from 'vitest';
import type { LaunchBudget } from '../../lib/control/ports.ts';
import { LAUNCH_BUDGET } from '../../lib/core/token-bucket.ts';
import type { SubjectFactory } from './subject.ts';

const REGION = 'us-east-1';
const { maxTokens, refillPerSecond } = LAUNCH_BUDGET;
const SECONDS_FOR_ONE = 1 / refillPerSecond;

/** Takes `attempts` times one after the other. Answers how often it was granted. */
async function granted(budget: LaunchBudget, attempts: number, region = REGION): Promise<number> {
  let count = 0;
  for (let attempt = 0; attempt < attempts; attempt += 1) {
    if ((await budget.take(region)).kind === 'granted') count += 1;
  }
  return count;
}

/** What every LaunchBudget does. */
export function describeLaunchBudget(name: string, subject: SubjectFactory): void {
  describe(`LaunchBudget: ${name} (row 19)`, () => {
    it('grants what the bucket holds, and says when there will be more', async () => {
      const { budget, clock } = await subject();
      expect(await granted(budget, maxTokens + 5)).toBe(maxTokens);
      const retryAt = clock.now() + SECONDS_FOR_ONE * 1000;
      expect(await budget.take(REGION)).toEqual({ kind: 'exhausted', retryAt });
      clock.advance(SECONDS_FOR_ONE * 1000 - 1);
      expect((await budget.take(REGION)).kind).toBe('exhausted');
      clock.advance(1);
      expect(await granted(budget, 2)).toBe(1);
    });

    it('fills at its rate and never above its size', async () => {
      const { budget, clock } = await subject();
      await granted(budget, maxTokens);
      clock.advance(3_000);
      expect(await granted(budget, maxTokens)).toBe(3 * refillPerSecond);
      clock.advance(86_400_000);
      expect(await granted(budget, maxTokens + 5)).toBe(maxTokens);
    });

    it('is empty after a throttle and fills again from zero', async () => {
      const { budget, clock } = await subject();
      await budget.drain(REGION);
      expect((await budget.take(REGION)).kind).toBe('exhausted');
      clock.advance(2_000);
      expect(await granted(budget, maxTokens)).toBe(2 * refillPerSecond);
    });

    it('of one region is not that of another', async () => {
      const { budget } = await subject();
      await budget.drain(REGION);
      expect(await granted(budget, 3, 'eu-west-1')).toBe(3);
    });

    it('is shared by two processes: together never more than the bucket allows', async () => {
      const { budget, otherBudget, clock } = await subject();
      const [one, other] = [await granted(budget, 25), await granted(otherBudget, 25)];
      expect([one, other]).toEqual([25, maxTokens - 25]);
      clock.advance(1_000);
      expect((await granted(otherBudget, 10)) + (await granted(budget, 10))).toBe(refillPerSecond);
    });

    it('is shared by two processes that race: never more, and no token is lost for good', async () => {
      const { budget, otherBudget } = await subject();
      const race = await Promise.all(
        Array.from({ length: maxTokens + 20 }, (_, index) => (index % 2 === 0 ? budget : otherBudget).take(REGION)),
      );
      const inRace = race.filter(({ kind }) => kind === 'granted').length;
      expect(inRace).toBeGreaterThan(0);
      expect(inRace + (await granted(budget, maxTokens))).toBe(maxTokens);
    });

    it('drained by one process in a race is not filled again by the other', async () => {
      const { budget, otherBudget } = await subject();
      await Promise.all([granted(budget, 10), otherBudget.drain(REGION), granted(budget, 10)]);
      expect(await granted(budget, 1)).toBe(0);
      expect(await granted(otherBudget, 1)).toBe(0);
    });
  });
}
