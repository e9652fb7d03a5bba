import { describe, expect, it } from 'vitest';
import type { SubjectFactory } from './subject.ts';

/** What every Backlog does. */
export function describeBacklog(name: string, subject: SubjectFactory): void {
  describe(`Backlog: ${name}`, () => {
    it('counts waiting, claimed and delayed tasks apart, as of now', async () => {
      const { backlog, clock, fill } = await subject();
      clock.advance(1_000);
      const queueUrl = await fill({ pendingTasks: 12, claimedTasks: 3, delayedTasks: 2 });
      expect(await backlog.read(queueUrl)).toEqual({
        kind: 'known',
        pendingTasks: 12,
        claimedTasks: 3,
        delayedTasks: 2,
        readAt: clock.now(),
      });
    });

    it('knows that an empty queue is empty', async () => {
      const { backlog, fill } = await subject();
      const zeros = { kind: 'known', pendingTasks: 0, claimedTasks: 0, delayedTasks: 0 };
      expect(await backlog.read(await fill({}))).toMatchObject(zeros);
    });

    it('answers unknown, with the cause, for a queue that is not there, and does not throw', async () => {
      const { backlog } = await subject();
      expect(await backlog.read('https://sqs.us-east-1.amazonaws.com/000000000000/gone')).toEqual({
        kind: 'unknown',
        reason: expect.stringContaining('QueueDoesNotExist'),
      });
    });
  });
}
