import { describe, expect, it } from 'vitest';
import type { Message, QueueClient } from '../../worker/queue-client.ts';
import { TaskQueues } from '../../worker/task-queues.ts';

const NEVER = new AbortController().signal;
const TIMING = { longPollSeconds: 20, visibilitySeconds: 60 };

/** Queues of these names; every poll is noted as `name:seconds`, and answers what `contents` holds or throws it. */
function someQueues(contents: Record<string, (string | Error)[]>) {
  const polls: string[] = [];
  const troubles: unknown[] = [];
  const queues = Object.entries(contents).map(([name, waiting]) => ({
    url: name,
    receive: async (maxMessages: number, waitSeconds: number): Promise<Message[]> => {
      polls.push(`${name}:${waitSeconds}`);
      if (waiting[0] instanceof Error) throw waiting.shift();
      const bodies = waiting.splice(0, maxMessages).map(String);
      return bodies.map((body) => ({ messageId: body, receiptHandle: body, body, receiveCount: 1 }));
    },
  }));
  const log = (_event: string, fields: unknown) => troubles.push(fields);
  const taskQueues = new TaskQueues(queues as unknown as QueueClient[], TIMING, log);
  const take = async (maxTasks = 2) => {
    const { queue, messages, everyQueueWasRead } = await taskQueues.take(maxTasks, taskQueues.longPollSeconds, NEVER);
    return { from: queue?.url, bodies: messages.map(({ body }) => body), everyQueueWasRead };
  };
  return { taskQueues, take, polls, troubles };
}

describe('the queues of a worker', () => {
  it('one queue is waited for as long as SQS allows', async () => {
    const { take, polls } = someQueues({ only: [] });
    expect(await take()).toEqual({ from: 'only', bodies: [], everyQueueWasRead: true });
    expect(polls).toEqual(['only:20']);
  });

  it('the first queue is served until it is empty, then the next', async () => {
    const { take, polls } = someQueues({ urgent: ['u1', 'u2', 'u3'], normal: ['n1', 'n2'], rare: ['r1'] });
    const taken = [await take(), await take(), await take(), await take()];
    expect(taken.map(({ bodies }) => bodies)).toEqual([['u1', 'u2'], ['u3'], ['n1', 'n2'], ['r1']]);
    expect(taken.map(({ from }) => from)).toEqual(['urgent', 'urgent', 'normal', 'rare']);
    expect(polls.filter((poll) => poll.endsWith(':0'))).toEqual(polls);
  });

  it('when all are empty each is waited for in turn, 2 seconds at most, all being asked before each wait', async () => {
    const { take, polls } = someQueues({ a: [], b: [], c: [] });
    for (let round = 0; round < 4; round += 1) await take();
    const asked = ['a:0', 'b:0', 'c:0'];
    expect(polls).toEqual([...asked, 'a:2', ...asked, 'b:2', ...asked, 'c:2', ...asked, 'a:2']);
  });

  it('a queue that cannot be read keeps no other waiting, and is no evidence of idleness', async () => {
    const { take, polls, troubles } = someQueues({ broken: [new Error('down')], fine: ['f1'] });
    expect(await take()).toEqual({ from: 'fine', bodies: ['f1'], everyQueueWasRead: false });
    expect(await take()).toEqual({ from: 'fine', bodies: [], everyQueueWasRead: false });
    // The broken one is left alone for its pause.
    expect(polls).toEqual(['broken:0', 'fine:0', 'fine:0', 'fine:2']);
    expect(troubles).toEqual([{ queueUrl: 'broken', cause: 'down' }]);
  });

  it('queues that can be read again are served again', async () => {
    const { take } = someQueues({ first: [new Error('down'), 'f1'], second: [new Error('down'), 's1'] });
    expect(await take()).toEqual({ from: undefined, bodies: [], everyQueueWasRead: false });
    const served: string[] = [];
    while (served.length < 2) served.push(...(await take()).bodies);
    expect(served.toSorted()).toEqual(['f1', 's1']);
    expect(await take()).toMatchObject({ bodies: [], everyQueueWasRead: true });
  });

  it('an interruption ends the look at the queues at once', async () => {
    const interruption = new AbortController();
    const { taskQueues, polls } = someQueues({ a: [new Error('aborted')], b: ['b1'] });
    interruption.abort();
    const { messages } = await taskQueues.take(1, 2, interruption.signal);
    expect(messages).toEqual([]);
    expect(polls).toEqual(['a:0']);
  });
});
