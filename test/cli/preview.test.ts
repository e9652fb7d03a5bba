import { describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { epochMillis, secondsAfter } from '../../lib/core/units.ts';
import { aDefinition, aDocument, aWorker, NOW } from '../support/builders.ts';
import { cliWorld } from './cli-world.ts';

const [QUEUE = ''] = aDefinition().queueUrls;
const zones = [
  { subnetId: 'subnet-aaaa', availabilityZone: 'us-east-1a' },
  { subnetId: 'subnet-bbbb', availabilityZone: 'us-east-1b' },
];
const DOCUMENT = aDocument({
  maxCapacity: 10,
  minCapacity: 1,
  maxPriceUsdPerHour: 0.05,
  regions: [{ zones }],
  userData: { mirror: 'us' },
});

function worldWithPrices() {
  const world = cliWorld();
  world.backlog.set(QUEUE, { pendingTasks: 3 });
  world.prices.set('us-east-1', 'linux', 'us-east-1a', 'c7g.large', 0.04);
  world.prices.set('us-east-1', 'linux', 'us-east-1b', 'c7g.large', 0.06);
  return world;
}

describe('preview', () => {
  it('shows pools by price, why one is rejected, the merged request, the tick and the cost', async () => {
    const world = worldWithPrices();
    world.workerTypes.putRaw('build', DOCUMENT);
    world.fleet.put(aWorker());
    const { exitCode, stdout, stderr } = await world.run('preview build');
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
    expect(stdout).toMatch(/^build \(stored, version 1\)$/m);
    expect(stdout).toMatch(/^ {2}A tick now: launch 2: 3 pending /m);
    expect(stdout).toMatch(/^ {4}us-east-1 spot: capacity 2, from 1 pool$/m);
    expect(stdout).toMatch(/us-east-1a\/c7g.large +us-east-1 +spot +1 +0.04 +0.04 +0.05 +usable$/m);
    expect(stdout).toMatch(/us-east-1b\/c7g.large .* +0.06 +0.05 +costs 0.06 USD an hour, the ceiling is 0.05 USD$/m);
    expect(stdout).toContain('1. us-east-1, capacity 1: us-east-1a/c7g.large, us-east-1b/c7g.large');
    expect(stdout).toContain('imageId: ami-0123456789abcdef0');
    expect(stdout).toContain('mirror: us');
    expect(stdout).toMatch(/^ {4}now: 0.04$/m);
    expect(stdout).toMatch(/^ {4}at minCapacity 1: 0.04$/m);
    expect(stdout).toMatch(/^ {4}at maxCapacity 10: 0.4$/m);
    expect(stdout).toMatch(/an estimate:$/m);
  });

  it('previews a definition of a file that is nowhere stored, with its own queue and pools', async () => {
    const world = worldWithPrices();
    const { data } = await world.json('preview -', { stdin: stringify({ ...DOCUMENT, workerType: 'draft' }) });
    expect(data.workerTypes).toMatchObject([
      {
        workerType: 'draft',
        source: 'standard input:1',
        plan: { kind: 'launch', want: 3 },
        orders: [{ market: 'spot', targetCapacity: 3, pools: ['us-east-1a/c7g.large'] }],
        pools: [
          { usable: true, priceUsdPerHour: 0.04 },
          { usable: false, rejected: { reason: 'price-above-ceiling' } },
        ],
        requests: [
          { region: 'us-east-1', launchSpec: { imageId: 'ami-0123456789abcdef0' }, userData: { mirror: 'us' } },
        ],
        atMaxCapacity: { capacity: 10, lowUsdPerHour: 0.4, highUsdPerHour: 0.4 },
      },
    ]);
    expect(data.workerTypes[0].exactRequests).toBeUndefined();
    expect(await world.workerTypes.list()).toEqual([]);
  });

  it('shows a weight that is lowered because launches fail, with the reason, and puts the pool last', async () => {
    const world = worldWithPrices();
    const { maxPriceUsdPerHour: _none, ...document } = DOCUMENT;
    world.workerTypes.putRaw('build', document);
    const launchedAt = secondsAfter(NOW, -300);
    for (let index = 0; index < 10; index += 1) {
      const ended = { state: 'stopped', stoppedAt: launchedAt, endCode: 'Client.InstanceInitiatedShutdown' } as const;
      world.fleet.put(aWorker({ launchedAt, ...(index < 7 ? ended : {}) }));
    }
    const { stdout } = await world.run('preview build');
    expect(stdout).toMatch(
      /us-east-1b\/c7g.large .* usable\n.*us-east-1a\/c7g.large .* usable, weight 1 -> 0.3: 7 of 10 launches failed in the last hour$/m,
    );
    const { data } = await world.json('preview build');
    expect(data.workerTypes[0].pools).toMatchObject([
      { availabilityZone: 'us-east-1b', weight: 1 },
      { availabilityZone: 'us-east-1a', weight: 1, launches: 10, failures: 7, usable: true },
    ]);
    expect(data.workerTypes[0].pools[1].effectiveWeight).toBeCloseTo(0.3);
    expect(data.workerTypes[0].pools[0].effectiveWeight).toBeUndefined();
  });

  it('holds the findings of the last check against what is saved, not against a draft that mends them', async () => {
    const world = worldWithPrices();
    world.workerTypes.putRaw('build', DOCUMENT);
    const finding = {
      severity: 'error',
      path: 'launchSpec',
      region: 'us-east-1',
      value: 'x',
      message: 'gone',
    } as const;
    const pools = ['subnet-aaaa/c7g.large'];
    const report = { workerType: 'build', definitionVersion: 1, checkedAt: NOW, unknown: [] };
    await world.checkBoard.save([{ ...report, findings: [{ ...finding, pools }] }]);
    expect((await world.run('preview build')).stdout).toMatch(/us-east-1a\/c7g.large .* gone$/m);
    const draft = stringify({ ...DOCUMENT, launchSpec: { ...aDefinition().launchSpec, imageId: 'ami-new' } });
    expect((await world.run('preview -', { stdin: draft })).stdout).toMatch(/us-east-1a\/c7g.large .* usable$/m);
  });

  it('shows pools and prices of a disabled type, for which a tick would launch nothing', async () => {
    const world = worldWithPrices();
    world.workerTypes.putRaw('build', { ...DOCUMENT, enabled: false });
    const { data } = await world.json('preview build');
    expect(data.workerTypes[0]).toMatchObject({
      plan: { kind: 'hold', reason: 'disabled' },
      orders: [],
      pools: [{ priceUsdPerHour: 0.04 }, { priceUsdPerHour: 0.06 }],
    });
  });

  it('adds with --requests what EC2 would get, by region and market', async () => {
    const world = worldWithPrices();
    const regions = [{ zones }, { region: 'eu-west-1', zones: [{ subnetId: 'subnet-eeee' }] }];
    world.workerTypes.putRaw('build', { ...DOCUMENT, regions, market: { onDemandFallbackMinutes: 5 } });
    const { data } = await world.json('preview build --requests --regions eu-west-1');
    expect(data.workerTypes[0].exactRequests).toMatchObject([
      { region: 'us-east-1', market: 'spot', requests: [{ action: 'CreateFleet' }] },
      { region: 'us-east-1', market: 'on-demand' },
      { region: 'eu-west-1', market: 'spot' },
      { region: 'eu-west-1', market: 'on-demand' },
    ]);
    const { stdout } = await world.run('preview build --requests');
    expect(stdout).toContain('Requests for one task in eu-west-1, on-demand:');
    expect(stdout).toContain('this provisioner launches in us-east-1 only');
  });

  it('writes nothing and launches nothing', async () => {
    const world = worldWithPrices();
    world.workerTypes.putRaw('build', DOCUMENT);
    await world.run('preview build --requests');
    expect(world.fleet.truth).toEqual([]);
    expect(await world.ledger.recent(epochMillis(0))).toEqual([]);
    expect(await world.board.load()).toMatchObject({ workerTypes: [], tick: undefined });
    expect(await world.decisions.latest('build', 5)).toEqual([]);
  });

  it('needs no instance profile without --requests', async () => {
    const env = { PROVISIONER_ID: 'acme', AWS_REGION: 'us-east-1' };
    const world = worldWithPrices();
    world.workerTypes.putRaw('build', DOCUMENT);
    expect((await world.run('preview build', { env })).exitCode).toBe(0);
    expect((await world.json('preview build --requests', { env })).error).toMatchObject({ kind: 'usage' });
  });

  it.each([
    ['preview biuld', {}, 'not-found', 'there is no worker type "biuld"'],
    ['preview broken', {}, 'invalid-input', 'broken is invalid: '],
    ['preview -', { stdin: 'workerType: x' }, 'invalid-input', 'problems found'],
    ['preview build -', { stdin: stringify(DOCUMENT) }, 'usage', 'build is given twice'],
    ['preview', {}, 'usage', "missing required argument 'TYPE|FILE'"],
  ])('answers "%s" with what is wrong', async (line, call, kind, message) => {
    const world = worldWithPrices();
    world.workerTypes.putRaw('build', DOCUMENT);
    world.workerTypes.putRaw('broken', { workerType: 'broken' });
    const { error } = await world.json(line, call);
    expect(error).toMatchObject({ kind, message: expect.stringContaining(message) });
  });

  it('tells the expiry of a pool that is cooling down, and that prices are not known', async () => {
    const world = cliWorld();
    world.backlog.set(QUEUE, { pendingTasks: 3 });
    world.workerTypes.putRaw('build', aDocument({ regions: [{ zones }] }));
    const pool = { region: 'us-east-1', market: 'spot', subnetId: 'subnet-aaaa', instanceType: 'c7g.large' } as const;
    await world.poolMemory.add([{ ...pool, since: NOW, until: secondsAfter(NOW, 120), code: 'Dry' }]);
    const { stdout } = await world.run('preview build');
    expect(stdout).toMatch(/us-east-1a\/c7g.large .*EC2 said Dry, for another 2 min$/m);
    expect(stdout).toContain('at maxCapacity 100: ?, 2 pools without price or ceiling left out');
  });
});
