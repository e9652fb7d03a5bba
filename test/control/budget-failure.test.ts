import { expect, it } from 'vitest';
import { tick } from '../../lib/control/provision.ts';
import { memoryWorld } from '../../lib/memory/memory-world.ts';
import { aDocument, HOME, NOW } from '../support/builders.ts';

it('a launch budget that cannot be read fails the types that would launch, and no other is forgotten', async () => {
  const world = memoryWorld(NOW);
  const queue = (name: string) => `https://sqs.us-east-1.amazonaws.com/1/${name}`;
  for (const workerType of ['busy', 'idle']) {
    world.workerTypes.putRaw(workerType, aDocument({ workerType, queueUrls: [queue(workerType)] }));
    world.backlog.set(queue(workerType), { pendingTasks: workerType === 'busy' ? 3 : 0 });
  }
  world.budget.take = () => Promise.reject(new Error('the table is gone'));
  const result = await tick(world, { holder: 'one', ...HOME });
  expect(result).toMatchObject({ kind: 'done', report: { failures: [expect.stringContaining('busy: ')] } });
  const states = (await world.board.load()).workerTypes.map(({ workerType, state }) => [workerType, state]);
  expect(states.toSorted()).toEqual([
    ['busy', 'failed'],
    ['idle', 'ok'],
  ]);
});
