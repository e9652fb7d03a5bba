import { describe, expect, it } from 'vitest';
import { tick } from '../../lib/control/provision.ts';
import { metricNames } from '../../lib/control/telemetry.ts';
import { secondsAfter } from '../../lib/core/units.ts';
import { memoryWorld } from '../../lib/memory/memory-world.ts';
import { aDefinition, aDocument, HOME, NOW, someWorkers } from '../support/builders.ts';

const QUEUE = 'https://sqs.us-east-1.amazonaws.com/123456789012/acme-build';

function aWorld(changes: Record<string, unknown> = {}) {
  const world = memoryWorld(NOW);
  world.workerTypes.putRaw('build', aDocument(changes));
  world.backlog.set(QUEUE, { pendingTasks: 0 });
  return world;
}

async function statusOf(world: ReturnType<typeof aWorld>, workerType = 'build') {
  const { workerTypes } = await world.board.load();
  return workerTypes.find((status) => status.workerType === workerType);
}

describe('a provisioning tick', () => {
  it('launches the shortfall once, and nothing more while those workers boot', async () => {
    const world = aWorld();
    world.backlog.set(QUEUE, { pendingTasks: 10 });
    for (let index = 0; index < 3; index += 1) await tick(world, { holder: `tick-${index}`, ...HOME });
    expect(world.fleet.truth).toHaveLength(10);
  });

  it('counts workers that EC2 does not list yet, for as long as its list may lag', async () => {
    const world = aWorld();
    world.fleet.settings.visibilityLagMs = 240_000;
    world.backlog.set(QUEUE, { pendingTasks: 10 });
    for (let index = 0; index < 30; index += 1) {
      await tick(world, { holder: 'loop', ...HOME });
      world.clock.advance(10_000);
    }
    expect(world.fleet.truth).toHaveLength(10);
  });

  it('replaces workers that died within the time in which the list may lag', async () => {
    const world = aWorld();
    world.backlog.set(QUEUE, { pendingTasks: 3 });
    await tick(world, { holder: 'a', ...HOME });
    for (const { workerId } of world.fleet.truth) world.fleet.setState(workerId, 'stopped');
    world.clock.advance(10_000);
    await tick(world, { holder: 'b', ...HOME });
    expect(world.fleet.truth.filter(({ state }) => state === 'booting')).toHaveLength(3);
  });

  it('does nothing while another invocation holds the lease, and takes over when it has run out', async () => {
    const world = aWorld();
    world.backlog.set(QUEUE, { pendingTasks: 1 });
    await world.leases.acquire('other', 30_000);
    expect(await tick(world, { holder: 'me', ...HOME })).toEqual({ kind: 'skipped', heldBy: 'other' });
    expect(world.fleet.truth).toHaveLength(0);
    world.clock.advance(30_001);
    expect(await tick(world, { holder: 'me', ...HOME })).toMatchObject({ kind: 'done' });
    expect(world.fleet.truth).toHaveLength(1);
  });

  it('reports an invalid type by field path, launches nothing for it and serves the others', async () => {
    const world = aWorld();
    world.workerTypes.putRaw('broken', aDocument({ workerType: 'broken', minCapacity: 9, maxCapacity: 3 }));
    world.backlog.set(QUEUE, { pendingTasks: 2 });
    const result = await tick(world, { holder: 'me', ...HOME });
    expect(result).toMatchObject({ kind: 'done', report: { invalid: 1, launchedCapacity: 2, failures: [] } });
    expect(await statusOf(world, 'broken')).toMatchObject({
      state: 'invalid',
      problems: [{ path: 'minCapacity', message: 'must be at most maxCapacity (3), found 9' }],
    });
    expect(world.telemetry.published.get(metricNames.invalidWorkerTypes)).toBe(1);
  });

  it('treats an unreadable queue as unknown: nothing launched, counted as a failure, the others served', async () => {
    const world = aWorld({ minCapacity: 4 });
    world.workerTypes.putRaw(
      'lost',
      aDocument({ workerType: 'lost', minCapacity: 4, queueUrls: ['https://sqs/1/gone'] }),
    );
    const result = await tick(world, { holder: 'me', ...HOME });
    expect(result).toMatchObject({ kind: 'done', report: { launchedCapacity: 4 } });
    expect(result.kind === 'done' && result.report.failures).toEqual([
      expect.stringMatching(/^lost: .*QueueDoesNotExist/),
    ]);
    expect(await statusOf(world, 'lost')).toMatchObject({ state: 'backlog-unknown' });
    expect(world.telemetry.published.get(metricNames.provisioningFailures)).toBe(1);
  });

  it('launches nothing when the definitions cannot be read', async () => {
    const world = aWorld({ minCapacity: 4 });
    world.workerTypes.list = () => Promise.reject(new Error('table unreadable'));
    await expect(tick(world, { holder: 'me', ...HOME })).rejects.toThrow('table unreadable');
    expect(world.fleet.truth).toHaveLength(0);
  });

  it("launches nothing when EC2's list cannot be read whole", async () => {
    const world = aWorld({ minCapacity: 4 });
    world.fleet.list = () => Promise.reject(new Error('zone unavailable'));
    await expect(tick(world, { holder: 'me', ...HOME })).rejects.toThrow('zone unavailable');
    expect(world.fleet.truth).toHaveLength(0);
  });

  it('lets the others have their turn when one type fails in the middle', async () => {
    const world = aWorld();
    world.workerTypes.putRaw('twin', aDocument({ workerType: 'twin' }));
    world.backlog.set(QUEUE, { pendingTasks: 2 });
    const open = world.ledger.open.bind(world.ledger);
    world.ledger.open = (record, lease) =>
      record.order.definition.workerType === 'build' ? Promise.reject(new Error('write failed')) : open(record, lease);
    const result = await tick(world, { holder: 'me', ...HOME });
    expect(result).toMatchObject({
      kind: 'done',
      report: { failures: [expect.stringContaining('build: Error: write failed')] },
    });
    expect(world.fleet.truth.map(({ workerType }) => workerType)).toEqual(['twin', 'twin']);
    expect(await statusOf(world)).toMatchObject({
      state: 'failed',
      decision: expect.stringContaining('Error: write failed'),
    });
  });

  it('stops launching for this tick when EC2 throttles, and starts with another type the next time', async () => {
    const world = aWorld();
    for (const workerType of ['t1', 't2', 't3', 't4', 't5', 't6']) {
      world.workerTypes.putRaw(workerType, aDocument({ workerType }));
    }
    world.backlog.set(QUEUE, { pendingTasks: 1 });
    const throttle = { class: 'throttled', code: 'RequestLimitExceeded', message: 'slow down' } as const;
    const asked: string[] = [];
    world.fleet.launch = async ({ definition }) => {
      asked.push(definition.workerType);
      return { kind: 'answered', workers: [], refusals: [throttle] };
    };
    await tick(world, { holder: 'a', ...HOME });
    expect(asked.length).toBeLessThanOrEqual(4);
    const first = asked[0];
    asked.length = 0;
    world.clock.advance(60_000);
    await tick(world, { holder: 'b', ...HOME });
    expect(asked[0]).not.toBe(first);
  });

  it('waits after a refusal and shows the raw code, then tries again', async () => {
    const world = aWorld();
    world.backlog.set(QUEUE, { pendingTasks: 2 });
    world.fleet.settings.room = 0;
    await tick(world, { holder: 'a', ...HOME });
    expect(await statusOf(world)).toMatchObject({
      state: 'short',
      decision: expect.stringMatching(/no pool can be used: .*EC2 said InsufficientInstanceCapacity/),
      lastLaunch: { asked: 2, launched: 0, refusals: [expect.stringContaining('InsufficientInstanceCapacity')] },
    });
    world.fleet.settings.room = 10;
    await tick(world, { holder: 'b', ...HOME });
    expect(world.fleet.truth).toHaveLength(0);
    world.clock.advance(181_000);
    await tick(world, { holder: 'c', ...HOME });
    expect(world.fleet.truth).toHaveLength(2);
    expect(await statusOf(world)).toMatchObject({ state: 'ok', lastLaunch: { launched: 2 } });
  });

  it('repeats an order that EC2 did not answer, with the same id, and counts it meanwhile', async () => {
    const world = aWorld();
    world.backlog.set(QUEUE, { pendingTasks: 5 });
    const launch = world.fleet.launch.bind(world.fleet);
    const ids: string[] = [];
    let lost = 2;
    world.fleet.launch = async (order) => {
      ids.push(order.launchId);
      const answer = await launch(order);
      lost -= 1;
      return lost >= 0 ? { kind: 'no-answer', cause: 'socket hang up' } : answer;
    };
    for (let index = 0; index < 4; index += 1) await tick(world, { holder: `${index}`, ...HOME });
    expect(new Set(ids).size).toBe(1);
    expect(world.fleet.truth).toHaveLength(5);
  });

  it('gives up an order that is never answered, once the list shows what it launched', async () => {
    const world = aWorld();
    world.backlog.set(QUEUE, { pendingTasks: 5 });
    world.fleet.launch = async () => ({ kind: 'no-answer', cause: 'time-out' });
    for (let minute = 0; minute <= 16; minute += 1) {
      await tick(world, { holder: `${minute}`, ...HOME });
      world.clock.advance(60_000);
    }
    const states = (await world.ledger.recent(NOW)).map(({ state }) => state);
    expect(states).toEqual(['abandoned', 'open']);
  });

  it('never passes the maximum while orders are unanswered, whatever EC2 picks', async () => {
    const world = aWorld({
      maxCapacity: 16,
      instanceTypes: [
        { instanceType: 'c7g.medium', capacity: 1 },
        { instanceType: 'c7g.xlarge', capacity: 4 },
      ],
    });
    world.fleet.settings.pick = (options) => options.at(-1);
    const launch = world.fleet.launch.bind(world.fleet);
    let isAnswering = false;
    world.fleet.launch = async (order) => {
      const answer = await launch(order);
      return isAnswering ? answer : { kind: 'no-answer', cause: 'socket hang up' };
    };
    world.fleet.settings.visibilityLagMs = 60_000;
    for (const pendingTasks of [5, 16, 40]) {
      world.backlog.set(QUEUE, { pendingTasks });
      await tick(world, { holder: `${pendingTasks}`, ...HOME });
      world.clock.advance(10_000);
    }
    isAnswering = true;
    for (let index = 0; index < 10; index += 1) {
      await tick(world, { holder: `answering-${index}`, ...HOME });
      world.clock.advance(10_000);
    }
    const launched = world.fleet.truth.reduce((sum, { capacity = 0 }) => sum + capacity, 0);
    expect(launched).toBeLessThanOrEqual(16);
    expect(launched).toBeGreaterThan(10);
  });

  it('does not take the refusal of a repetition for the answer to the first call', async () => {
    const world = aWorld();
    world.backlog.set(QUEUE, { pendingTasks: 5 });
    world.fleet.settings.visibilityLagMs = 120_000;
    const launch = world.fleet.launch.bind(world.fleet);
    const throttle = { class: 'throttled', code: 'RequestLimitExceeded', message: 'slow down' } as const;
    let call = 0;
    world.fleet.launch = async (order) => {
      call += 1;
      if (call === 2) return { kind: 'refused', refusal: throttle };
      const answer = await launch(order);
      return call === 1 ? { kind: 'no-answer', cause: 'socket hang up' } : answer;
    };
    for (let index = 0; index < 6; index += 1) {
      await tick(world, { holder: `${index}`, ...HOME });
      world.clock.advance(10_000);
    }
    expect(world.fleet.truth).toHaveLength(5);
  });

  it('keeps the answer that the present holder recorded when an earlier holder comes late', async () => {
    const world = aWorld();
    world.backlog.set(QUEUE, { pendingTasks: 5 });
    world.fleet.settings.visibilityLagMs = 120_000;
    const launch = world.fleet.launch.bind(world.fleet);
    let isFirst = true;
    world.fleet.launch = async (order) => {
      if (!isFirst) return launch(order);
      isFirst = false;
      // The call hangs; the lease runs out, and a second invocation finishes the order meanwhile.
      world.clock.advance(31_000);
      await tick(world, { holder: 'second', ...HOME });
      return { kind: 'refused', refusal: { class: 'throttled', code: 'RequestLimitExceeded', message: '' } };
    };
    await tick(world, { holder: 'first', ...HOME });
    world.clock.advance(40_000);
    await tick(world, { holder: 'third', ...HOME });
    expect(world.fleet.truth).toHaveLength(5);
  });

  it('says so, and fails, when EC2 goes on giving no answer', async () => {
    const world = aWorld();
    world.backlog.set(QUEUE, { pendingTasks: 5 });
    world.fleet.launch = async () => ({ kind: 'no-answer', cause: 'time-out' });
    const results = [];
    for (let index = 0; index < 80; index += 1) {
      results.push(await tick(world, { holder: `${index}`, ...HOME }));
      world.clock.advance(10_000);
    }
    const failed = results.map((result) => result.kind === 'done' && result.report.failures.length === 1);
    expect(failed).toEqual([false, ...Array.from({ length: 79 }, () => true)]);
    expect(await statusOf(world)).toMatchObject({
      state: 'failed',
      decision: expect.stringContaining('EC2 has not answered'),
    });
    expect(world.telemetry.published.get(metricNames.provisioningFailures)).toBe(79);
  });

  it.each([
    ['disabled', { enabled: false }],
    ['given a lower maximum', { maxCapacity: 0 }],
  ])('does not carry out an order of a type that was %s meanwhile', async (_name, changes) => {
    const world = aWorld();
    world.backlog.set(QUEUE, { pendingTasks: 5 });
    const launch = world.fleet.launch.bind(world.fleet);
    world.fleet.launch = async () => ({ kind: 'no-answer', cause: 'never arrived' });
    await tick(world, { holder: 'a', ...HOME });
    world.fleet.launch = launch;
    world.workerTypes.putRaw('build', aDocument(changes));
    world.clock.advance(10_000);
    await tick(world, { holder: 'b', ...HOME });
    expect(world.fleet.truth).toHaveLength(0);
  });

  it('remembers an order that was answered at its repetition like any other', async () => {
    const world = aWorld();
    world.backlog.set(QUEUE, { pendingTasks: 5 });
    const launch = world.fleet.launch.bind(world.fleet);
    world.fleet.launch = async (order) => {
      await launch(order);
      world.fleet.launch = launch;
      return { kind: 'no-answer', cause: 'socket hang up' };
    };
    await tick(world, { holder: 'a', ...HOME });
    expect(await statusOf(world)).toMatchObject({ state: 'unanswered', lastLaunch: { launched: 0 } });
    await tick(world, { holder: 'b', ...HOME });
    expect(await statusOf(world)).toMatchObject({ state: 'ok', lastLaunch: { launched: 5 } });
    expect(world.telemetry.published.get(metricNames.workersLaunched)).toBe(5);
  });

  it('begins no request to EC2 that could not end before the process does', async () => {
    const world = aWorld();
    world.backlog.set(QUEUE, { pendingTasks: 5 });
    await tick(world, { holder: 'late', endsAt: secondsAfter(world.clock.now(), 20), ...HOME });
    expect(world.fleet.truth).toHaveLength(0);
    expect(await statusOf(world)).toMatchObject({
      decision: expect.stringContaining('the time of this invocation is over'),
    });
    await tick(world, { holder: 'early', endsAt: secondsAfter(world.clock.now(), 60), ...HOME });
    expect(world.fleet.truth).toHaveLength(5);
  });

  it('counts a launch failure only where a person has to mend something', async () => {
    const world = aWorld();
    world.backlog.set(QUEUE, { pendingTasks: 2 });
    const refusals = (code: string, kind: 'configuration' | 'no-capacity') => [
      { class: kind, code, message: '', count: 1, pools: [] },
    ];
    const launch = world.fleet.launch.bind(world.fleet);
    // A type that one zone does not offer, beside everything that was asked for.
    world.fleet.launch = async (order) => {
      const answer = await launch(order);
      return answer.kind === 'answered'
        ? { ...answer, refusals: refusals('InvalidFleetConfiguration', 'configuration') }
        : answer;
    };
    await tick(world, { holder: 'a', ...HOME });
    expect(world.telemetry.published.get(metricNames.launchFailures)).toBeUndefined();
    world.backlog.set(QUEUE, { pendingTasks: 5 });
    world.fleet.launch = async () => ({
      kind: 'answered',
      workers: [],
      refusals: refusals('InvalidAMIID.NotFound', 'configuration'),
    });
    await tick(world, { holder: 'b', ...HOME });
    expect(world.telemetry.published.get(metricNames.launchFailures)).toBe(1);
  });

  it('sends no order once another holder has taken the lease over', async () => {
    const world = aWorld();
    world.backlog.set(QUEUE, { pendingTasks: 5 });
    const list = world.fleet.list.bind(world.fleet);
    world.fleet.list = async () => {
      // The sweep takes so long that the lease runs out, and a second invocation begins.
      world.clock.advance(31_000);
      await world.leases.acquire('second', 30_000);
      return list();
    };
    const result = await tick(world, { holder: 'first', ...HOME });
    expect(result).toMatchObject({ kind: 'done', report: { launchedCapacity: 0 } });
    expect(world.fleet.truth).toHaveLength(0);
  });

  it('renews the lease during a long tick, so that nobody takes it over', async () => {
    const world = aWorld();
    for (let index = 0; index < 12; index += 1)
      world.workerTypes.putRaw(`t${index}`, aDocument({ workerType: `t${index}` }));
    world.backlog.set(QUEUE, { pendingTasks: 1 });
    const launch = world.fleet.launch.bind(world.fleet);
    world.fleet.launch = async (order) => {
      world.clock.advance(5_000);
      expect(await world.leases.acquire('intruder', 30_000)).toMatchObject({ kind: 'held' });
      return launch(order);
    };
    expect(await tick(world, { holder: 'me', ...HOME })).toMatchObject({
      kind: 'done',
      report: { launchedCapacity: 13 },
    });
  });

  it('writes a status only when something in it changed', async () => {
    const world = aWorld();
    await tick(world, { holder: 'a', ...HOME });
    const first = await statusOf(world);
    world.clock.advance(10_000);
    await tick(world, { holder: 'b', ...HOME });
    expect(await statusOf(world)).toEqual(first);
    world.backlog.set(QUEUE, { pendingTasks: 1 });
    await tick(world, { holder: 'c', ...HOME });
    expect((await statusOf(world))?.changedAt).toBeGreaterThan(first?.changedAt ?? 0);
  });

  it('forgets the status of a type that is not defined any more', async () => {
    const world = aWorld();
    await tick(world, { holder: 'a', ...HOME });
    await world.workerTypes.remove('build', 1);
    await tick(world, { holder: 'b', ...HOME });
    expect(await statusOf(world)).toBeUndefined();
  });

  it('never counts the workers of one type for another', async () => {
    const world = aWorld();
    for (const worker of someWorkers(5, { workerType: 'other' })) world.fleet.put(worker);
    world.backlog.set(QUEUE, { pendingTasks: 2 });
    await tick(world, { holder: 'a', ...HOME });
    expect(world.fleet.truth.filter(({ workerType }) => workerType === 'build')).toHaveLength(2);
    expect(aDefinition().workerType).toBe('build');
  });
});
