import { describe, expect, it } from 'vitest';
import type { LaunchOutcome } from '../../lib/control/ports.ts';
import { tick } from '../../lib/control/provision.ts';
import { metricNames } from '../../lib/control/telemetry.ts';
import { secondsAfter } from '../../lib/core/units.ts';
import { memoryWorld } from '../../lib/memory/memory-world.ts';
import { aDocument, aWorker, HOME, NOW } from '../support/builders.ts';
import { KillSwitch } from '../support/kill-switch.ts';

const QUEUE = 'https://sqs.us-east-1.amazonaws.com/123456789012/acme-build';
const POOL = 'us-east-1/subnet-0123456789abcdef0/c7g.large/spot';
const INVALID = { maxCapacity: -1 };

/** A world with one worker type; `run` ticks, ten seconds apart, and answers what was told in that tick. */
function aWorld(changes: Record<string, unknown> = {}, pendingTasks = 0) {
  const world = memoryWorld(NOW);
  const define = (fields: Record<string, unknown>) =>
    world.workerTypes.putRaw('build', aDocument({ owner: 'team@example.org', version: 7, ...fields }));
  define(changes);
  world.backlog.set(QUEUE, { pendingTasks });
  let ticks = 0;
  const run = async () => {
    ticks += 1;
    const before = world.bus.events.length;
    await tick(world, { holder: `tick-${ticks}`, ...HOME });
    world.clock.advance(10_000);
    return world.bus.events.slice(before).map(({ detail }) => detail);
  };
  const statusOf = async (workerType = 'build') =>
    (await world.board.load()).workerTypes.find((status) => status.workerType === workerType);
  return { ...world, define, run, statusOf };
}

const refusal = { class: 'configuration', code: 'InvalidAMIID.NotFound', message: 'no "ami-1"' } as const;
const refusing = (world: ReturnType<typeof aWorld>) => {
  const launch = world.fleet.launch.bind(world.fleet);
  world.fleet.launch = async (): Promise<LaunchOutcome> => ({ kind: 'refused', refusal });
  return () => {
    world.fleet.launch = launch;
  };
};

/** A world in which the owner knows that the type is suspended. */
async function aSuspendedWorld() {
  const world = aWorld();
  await world.run();
  world.backlog.set(QUEUE, { pendingTasks: 1 });
  const mend = refusing(world);
  const told = await world.run();
  return { ...world, mend, told };
}

describe('a change of state', () => {
  it('is told with owner, both states, decision and version, and needs a person when it is a suspension', async () => {
    const { told, bus } = await aSuspendedWorld();
    expect(bus.events.map(({ detailType }) => detailType)).toEqual(['Worker Type State Change']);
    expect(told).toEqual([
      {
        provisionerId: 'acme',
        workerType: 'build',
        owner: 'team@example.org',
        from: 'ok',
        to: 'suspended',
        attention: true,
        resolved: false,
        decision: expect.stringContaining('InvalidAMIID.NotFound'),
        definitionVersion: 7,
        at: '2026-01-02T03:04:15.000Z',
        summary: expect.stringMatching(
          /^build needs a person: suspended now, before it was ok\. Owner: team@example\.org\. .*InvalidAMIID\.NotFound/,
        ),
      },
    ]);
  });

  it('is told once', async () => {
    const world = await aSuspendedWorld();
    expect(world.told).toHaveLength(1);
    expect([await world.run(), await world.run()]).toEqual([[], []]);
  });

  it('of a new type is told when it needs a person, and not otherwise', async () => {
    const world = aWorld();
    world.workerTypes.putRaw('off', aDocument({ workerType: 'off', enabled: false }));
    world.workerTypes.putRaw('broken', aDocument({ workerType: 'broken', owner: 'ana', version: 2, ...INVALID }));
    const told = await world.run();
    expect(told).toMatchObject([
      { workerType: 'broken', owner: 'ana', from: 'new', to: 'invalid', attention: true, definitionVersion: 2 },
    ]);
    expect(await world.run()).toEqual([]);
  });

  it('of several types is one call', async () => {
    const world = aWorld(INVALID);
    world.workerTypes.putRaw('twin', aDocument({ workerType: 'twin', ...INVALID }));
    const calls: number[] = [];
    world.bus.put = async (events) => void calls.push(events.length);
    await world.run();
    expect(calls).toEqual([2]);
  });

  it('that somebody made is told, and needs nobody', async () => {
    const world = aWorld();
    await world.run();
    world.define({ enabled: false });
    expect(await world.run()).toMatchObject([{ from: 'ok', to: 'disabled', attention: false, resolved: false }]);
    world.define({ enabled: true });
    expect(await world.run()).toMatchObject([{ from: 'disabled', to: 'ok', attention: false, resolved: false }]);
  });

  it('to an unreadable queue and back is told, and needs nobody yet', async () => {
    const world = aWorld();
    await world.run();
    world.define({ queueUrls: ['https://sqs/1/gone'] });
    expect(await world.run()).toMatchObject([{ to: 'backlog-unknown', attention: false, resolved: false }]);
    world.define({});
    expect(await world.run()).toMatchObject([{ from: 'backlog-unknown', to: 'ok', attention: false }]);
  });

  it('that passes by itself is not told: short of capacity, no answer, a wait', async () => {
    const world = aWorld({}, 2);
    world.fleet.settings.poolRoom.set(POOL, 1);
    const states: unknown[] = [];
    const answers: LaunchOutcome[] = [
      { kind: 'answered', workers: [], refusals: [{ class: 'unknown', code: 'New', message: '' }] },
      { kind: 'no-answer', cause: 'time-out' },
    ];
    const launch = world.fleet.launch.bind(world.fleet);
    world.fleet.launch = async (order) => answers.shift() ?? launch(order);
    for (let index = 0; index < 15; index += 1) {
      expect(await world.run()).toEqual([]);
      states.push((await world.statusOf())?.state);
      world.clock.advance(60_000);
      if (index === 10) world.backlog.set(QUEUE, { pendingTasks: 0 });
    }
    expect(new Set(states)).toEqual(new Set(['unanswered', 'short', 'backing-off', 'ok']));
  });

  it('to nothing, when the type is deleted, is not told', async () => {
    const world = await aSuspendedWorld();
    await world.workerTypes.remove('build', 7);
    expect(await world.run()).toEqual([]);
  });
});

describe('that a trouble is over', () => {
  it('is told when EC2 launches again', async () => {
    const world = await aSuspendedWorld();
    world.mend();
    world.define({ launchSpec: { imageId: 'ami-0000000000000000b', securityGroupIds: ['sg-0123456789abcdef0'] } });
    expect(await world.run()).toMatchObject([
      {
        from: 'suspended',
        to: 'ok',
        attention: false,
        resolved: true,
        summary: expect.stringMatching(/^build is over it: ok now, before it was suspended\. /),
      },
    ]);
    expect(await world.run()).toEqual([]);
  });

  it('is not told because nothing waits, or the queue cannot be read: the suspension is still there', async () => {
    const world = await aSuspendedWorld();
    world.backlog.set(QUEUE, { pendingTasks: 0 });
    expect(await world.run()).toEqual([]);
    expect(await world.statusOf()).toMatchObject({ state: 'ok', toldState: 'suspended' });
    const read = world.backlog.read.bind(world.backlog);
    world.backlog.read = async () => ({ kind: 'unknown', reason: 'AccessDenied' });
    expect(await world.run()).toEqual([]);
    expect(await world.statusOf()).toMatchObject({ state: 'backlog-unknown', toldState: 'suspended' });
    world.backlog.read = read;
    world.backlog.set(QUEUE, { pendingTasks: 1 });
    expect(await world.run()).toEqual([]);
    expect(await world.statusOf()).not.toHaveProperty('toldState');
  });

  it('keeps no decision for a type that only waits to tell it', async () => {
    const world = await aSuspendedWorld();
    world.backlog.set(QUEUE, { pendingTasks: 0 });
    await world.run();
    const kept = (await world.decisions.latest('build', 20)).length;
    await world.run();
    expect(await world.decisions.latest('build', 20)).toHaveLength(kept);
  });

  it('is told when somebody resumes the type, although nothing waits', async () => {
    const world = await aSuspendedWorld();
    world.backlog.set(QUEUE, { pendingTasks: 0 });
    await world.run();
    await world.controls.save({ workerType: 'build', clearedAt: world.clock.now() });
    expect(await world.run()).toMatchObject([{ from: 'suspended', to: 'ok', resolved: true }]);
  });

  it('is not told when somebody pauses the type', async () => {
    const world = await aSuspendedWorld();
    const pause = { note: 'holiday', by: 'ana', at: world.clock.now(), until: secondsAfter(world.clock.now(), 5) };
    await world.controls.save({ workerType: 'build', pause });
    expect(await world.run()).toMatchObject([{ from: 'suspended', to: 'paused', attention: false, resolved: false }]);
    expect(await world.run()).toMatchObject([{ from: 'paused', to: 'suspended', attention: true }]);
  });

  it('is told of a definition that can be read again', async () => {
    const world = aWorld(INVALID);
    expect(await world.run()).toMatchObject([{ to: 'invalid', definitionVersion: 7 }]);
    world.define({});
    expect(await world.run()).toMatchObject([{ from: 'invalid', to: 'ok', resolved: true }]);
  });

  it('is told of useless workers when one lives, not while one is tried (row 18)', async () => {
    const world = aWorld({}, 50);
    for (let index = 0; index < 5; index += 1) {
      const launchedAt = secondsAfter(NOW, -40 + index);
      const stoppedAt = secondsAfter(launchedAt, 20);
      const endCode = 'Client.InstanceInitiatedShutdown';
      world.fleet.put(aWorker({ state: 'stopped', launchedAt, stoppedAt, endCode, definitionVersion: 7 }));
    }
    expect(await world.run()).toMatchObject([{ from: 'new', to: 'workers-die', attention: true }]);
    world.clock.advance(60_000);
    expect(await world.run()).toEqual([]);
    const probe = world.fleet.truth.find(({ state }) => state === 'booting');
    expect(probe).toBeDefined();
    expect(await world.run()).toEqual([]);
    if (probe !== undefined) world.fleet.put({ ...probe, state: 'running' });
    world.clock.advance(120_000);
    expect(await world.run()).toMatchObject([{ from: 'workers-die', attention: false, resolved: true }]);
  });
});

describe('a bus that is down', () => {
  it('keeps no status, decision or error from being written; a failure and a metric tell of it', async () => {
    const world = aWorld({}, 1);
    refusing(world);
    world.bus.put = () => Promise.reject(new Error('bus gone'));
    const result = await tick(world, { holder: 'me', ...HOME });
    expect(result).toMatchObject({
      kind: 'done',
      report: { failures: ['build: the notice of its change could not be put on the bus: Error: bus gone'] },
    });
    expect(await world.statusOf()).toMatchObject({ state: 'suspended', toldState: 'new' });
    expect(await world.decisions.latest('build', 5)).toHaveLength(1);
    expect(await world.errorLog.latest({ count: 5 })).toHaveLength(1);
    expect(world.telemetry.published.get(metricNames.noticeFailures)).toBe(1);
    expect(world.telemetry.published.get(metricNames.provisioningFailures)).toBe(1);
    expect(world.telemetry.events).toContainEqual({
      level: 'error',
      name: 'notices-failed',
      fields: { workerTypes: ['build'], error: 'Error: bus gone' },
    });
  });

  it('gets the event when it is up again, as it would have been', async () => {
    const world = aWorld();
    await world.run();
    const put = world.bus.put.bind(world.bus);
    world.bus.put = () => Promise.reject(new Error('bus gone'));
    world.define(INVALID);
    expect([await world.run(), await world.run()]).toEqual([[], []]);
    world.bus.put = put;
    expect(await world.run()).toMatchObject([{ from: 'ok', to: 'invalid', attention: true }]);
    expect(await world.run()).toEqual([]);
  });

  it('gets nothing of a change that was undone meanwhile', async () => {
    const world = aWorld();
    await world.run();
    const put = world.bus.put.bind(world.bus);
    world.bus.put = () => Promise.reject(new Error('bus gone'));
    world.define(INVALID);
    await world.run();
    world.bus.put = put;
    world.define({});
    expect(await world.run()).toEqual([]);
    expect(await world.statusOf()).not.toHaveProperty('toldState');
  });

  it('and costs the lease keeps this tick from writing over what the next holder wrote', async () => {
    const world = aWorld(INVALID);
    world.bus.put = async () => {
      world.clock.advance(31_000);
      await world.leases.acquire('next', 30_000);
    };
    await world.run();
    expect(await world.statusOf()).toMatchObject({ state: 'invalid', toldState: 'new' });
  });
});

describe('a tick that dies', () => {
  it.each([
    ['of a type that is new', 'new', async () => aWorld(INVALID)],
    [
      'of a type that was well',
      'ok',
      async () => {
        const world = aWorld();
        await world.run();
        world.define(INVALID);
        return world;
      },
    ],
  ])('at any await point has the change %s told all the same, at most twice', async (_what, from, start) => {
    const killAt = async (point: number) => {
      const world = await start();
      const kill = new KillSwitch(point);
      const { run: _run, define: _define, statusOf: _statusOf, ...ports } = world;
      await Promise.race([tick(kill.guard(ports), { holder: 'killed', ...HOME }), kill.killed]);
      return { world, points: kill.points };
    };
    const { points } = await killAt(Number.POSITIVE_INFINITY);
    expect(points).toBeGreaterThan(20);
    const timesTold = new Set<number>();
    for (let point = 1; point <= points; point += 1) {
      const { world } = await killAt(point);
      world.clock.advance(31_000);
      await world.run();
      const told = world.bus.events.map(({ detail }) => detail);
      timesTold.add(told.length);
      for (const detail of told) expect(detail, `killed at ${point}`).toMatchObject({ from, to: 'invalid' });
      expect(await world.run(), `killed at ${point}`).toEqual([]);
    }
    expect(timesTold).toEqual(new Set([1, 2]));
  });
});

describe('the texts of an event', () => {
  it('hold nothing that would end or escape the text of a mail', async () => {
    const world = aWorld({ owner: 'the "A" \\ team', ...INVALID });
    const [detail] = await world.run();
    expect(detail).toMatchObject({ owner: 'the "A" \\ team' });
    expect(detail?.['summary']).toContain("Owner: the 'A' / team.");
    const { told } = await aSuspendedWorld();
    expect(told[0]?.['decision']).toContain('no "ami-1"');
    expect(told[0]?.['summary']).toContain("no 'ami-1'");
  });

  it('are short enough for ten events in one call, whatever the definition says', async () => {
    const world = aWorld({ owner: 'o'.repeat(5_000), [`x${'y'.repeat(50_000)}`]: 'z', ...INVALID });
    const [detail] = await world.run();
    expect(JSON.stringify(detail).length).toBeLessThan(5_000);
  });
});
