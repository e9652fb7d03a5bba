import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { knownErrorCodes } from '../../lib/aws/aws-errors.ts';
import { definitionKey } from '../../lib/core/definition-key.ts';
import type { Cooldown } from '../../lib/core/pool-cooldown.ts';
import type { RefusalClass } from '../../lib/core/refusal.ts';
import { parseWorkerType } from '../../lib/core/worker-type-schema.ts';
import { localSubnets } from '../../lib/local/ec2/catalogue.ts';
import { type AwsWorld, startAwsWorld } from '../support/aws-world.ts';
import { captureOutput } from '../support/captured-output.ts';
import { provision } from '../support/lambda.ts';
import { instancesFor, ordersFor, statusOf } from './looking.ts';

const REGION = 'us-east-1';
const [A = '', B = '', C = ''] = localSubnets.map(({ subnetId }) => subnetId);
const POOLS = [A, B, C];
/** How EC2 says it: by refusing the call, or inside an answer that launches from the other overrides. */
const WAYS = {
  'the whole call': POOLS,
  'the first override': [A],
  'some overrides': [A, B],
  'all overrides': POOLS,
} as const;
type Way = keyof typeof WAYS;

/** How a worker type that got nothing stands after it, and after how many seconds it is tried again by itself. */
const ACTS: Readonly<Record<RefusalClass, { readonly state: string; readonly seconds: number | 'never' }>> = {
  'no-capacity': { state: 'short', seconds: 180 },
  quota: { state: 'short', seconds: 300 },
  throttled: { state: 'backing-off', seconds: 20 },
  unknown: { state: 'backing-off', seconds: 300 },
  configuration: { state: 'suspended', seconds: 'never' },
  permission: { state: 'suspended', seconds: 'never' },
};
/** AWS verifies a new account by itself. */
const actOf = (code: string, kind: RefusalClass) =>
  code === 'PendingVerification' ? { state: 'backing-off', seconds: 300 } : ACTS[kind];
const HOUR_SECONDS = 3600;
/** Refusals for lack of capacity that may be the definition's fault: other types go on asking these pools. */
const OF_THE_DEFINITION = ['Unsupported', 'SpotMaxPriceTooLow'];

const CODES: readonly (readonly [string, RefusalClass])[] = [...knownErrorCodes, ['NeverSeenBefore', 'unknown']];
const CELLS = CODES.flatMap(([code, kind]) => (Object.keys(WAYS) as Way[]).map((way) => ({ code, kind, way })));

/** For how long a pool that was refused is left out, and for whom. */
const cooldownSeconds = (code: string, kind: RefusalClass): number =>
  code === 'Unsupported' || actOf(code, kind).seconds === 'never' ? HOUR_SECONDS : Number(actOf(code, kind).seconds);
const isShared = (code: string, kind: RefusalClass): boolean =>
  kind === 'no-capacity' && !OF_THE_DEFINITION.includes(code);
/** Others have their launch templates. */
const isQuotaOfAll = (code: string, kind: RefusalClass): boolean =>
  kind === 'quota' && code !== 'LaunchTemplateLimitExceeded';

/** What follows from a refusal for the type that asked for two workers, and for others. */
function expectations(code: string, kind: RefusalClass, way: Way) {
  const struck: readonly string[] = WAYS[way];
  const left = POOLS.filter((subnetId) => !struck.includes(subnetId));
  const gotNothing = left.length === 0;
  const othersToo = isShared(code, kind) ? left : POOLS;
  // Where a part was refused, one worker more is wanted a second later; a throttle is nothing against a pool.
  const elsewhere = kind === 'throttled' ? [POOLS] : [left];
  return {
    left,
    gotNothing,
    launched: gotNothing ? 0 : 2,
    state: gotNothing ? actOf(code, kind).state : 'ok',
    reason: expect.stringContaining(`${kind}: ${code}`),
    budget: kind === 'throttled' ? 'exhausted' : 'granted',
    leftToOthers: isQuotaOfAll(code, kind) ? [] : othersToo,
    askedAgain: gotNothing || isQuotaOfAll(code, kind) ? [] : elsewhere,
  };
}

const byPool = (cooldowns: readonly Cooldown[]): Cooldown[] =>
  [...cooldowns].sort((a, b) => ((a.subnetId ?? '') < (b.subnetId ?? '') ? -1 : 1));

/** One provisioner with two types that use the same three pools; EC2 has something against the orders of `bad`. */
interface Cell {
  readonly id: string;
  readonly tick: (afterSeconds: number) => Promise<unknown>;
  /** Subnets that each order of `bad` named, and what EC2 answered. */
  readonly orders: () => { readonly subnets: readonly string[]; readonly outcome: string }[];
  readonly launched: (workerType: string) => string[];
  readonly document: (changes?: object) => Record<string, unknown>;
}

describe('what EC2 refuses', { timeout: 60_000 }, () => {
  let aws: AwsWorld;
  let cells = 0;
  beforeAll(async () => {
    aws = await startAwsWorld();
    await aws.fill('empty');
  });
  afterAll(() => aws.close());
  beforeEach(() => {
    captureOutput();
    aws.world.clearFaults();
  });

  async function aCell(code: string, way: Way): Promise<Cell> {
    cells += 1;
    const id = `cell-${cells}`;
    const document = (changes = {}) => aws.document({ provisionerId: id, workerType: `bad-${cells}`, ...changes });
    await aws.fill(`bad-${cells}`, { pendingTasks: 2 });
    await aws.putItems(document(), aNeighbour(id, 'good'));
    const target = {
      action: 'CreateFleet',
      when: (input: object) => JSON.stringify(input).includes(`${id}-bad-`),
    } as const;
    const struck: readonly string[] = WAYS[way];
    if (way === 'the whole call') aws.world.addFault({ ...target, kind: 'error', code });
    else {
      const overrides = ({ SubnetId: subnetId = '' }) => struck.includes(subnetId);
      aws.world.addFault({ ...target, kind: 'fleet-error', code, overrides });
    }
    return {
      id,
      document,
      tick: (afterSeconds) => {
        aws.clock.advance(afterSeconds * 1000);
        return provision(aws, { provisionerId: id });
      },
      orders: () => ordersFor(aws, `${id}-bad-`),
      launched: (workerType) => instancesFor(aws, id, workerType).map(({ subnetId }) => subnetId),
    };
  }

  /** A type that needs one worker, from the same pools. */
  const aNeighbour = (id: string, workerType: string) =>
    aws.document({ provisionerId: id, workerType, minCapacity: 1, queueUrls: [`${aws.sqs.url}/000000000000/empty`] });

  /** The cooldowns that a refusal is to leave, in the order of their pools. */
  function expectedCooldowns({ document }: Cell, code: string, kind: RefusalClass, way: Way) {
    const parsed = parseWorkerType(document());
    if (parsed.kind === 'invalid') throw new Error(JSON.stringify(parsed.problems));
    const since = aws.clock.now();
    const until = since + cooldownSeconds(code, kind) * 1000;
    const lasting = actOf(code, kind).seconds === 'never' ? { isLasting: true } : {};
    const base = { region: REGION, market: 'spot', code, since, until, ...lasting };
    if (kind === 'throttled') return [];
    if (isQuotaOfAll(code, kind)) return [way === 'the whole call' ? base : { ...base, instanceType: 'c7g.large' }];
    const own = isShared(code, kind) ? {} : { definitionKey: definitionKey(parsed.definition) };
    const type =
      code === 'InsufficientFreeAddressesInSubnet' && way !== 'the whole call' ? {} : { instanceType: 'c7g.large' };
    return WAYS[way].map((subnetId) => ({ ...base, ...own, subnetId, ...type }));
  }

  describe.each(CELLS)('with $code ($kind) of $way', ({ code, kind, way }) => {
    const facts = expectations(code, kind, way);
    const { left, gotNothing, launched, reason } = facts;

    it('is what the decision says, stops what it has to and nothing else, and is over when its cause is', async () => {
      const cell = await aCell(code, way);
      const bad = cell.document()['workerType'] as string;
      const ports = aws.portsOf(cell.id);
      const status = () => statusOf(aws, bad, cell.id);

      await cell.tick(0);
      expect(cell.orders()).toHaveLength(1);
      expect(cell.launched('good')).toHaveLength(1);
      expect(cell.launched(bad)).toHaveLength(launched);
      for (const subnetId of cell.launched(bad)) expect(left).toContain(subnetId);
      const decision = expect.stringContaining(code);
      const lastLaunch = { asked: 2, launched, refusals: [reason] };
      expect(await status()).toMatchObject({ state: facts.state, decision, lastLaunch });
      const attempts = [{ refusals: [reason], requestIds: [expect.any(String)] }];
      expect(await ports.decisions.latest(bad, 1)).toMatchObject([{ shortfall: 2 - launched, attempts }]);
      expect(byPool(await ports.poolMemory.load())).toEqual(expectedCooldowns(cell, code, kind, way));
      expect((await ports.budget.take(REGION)).kind).toBe(facts.budget);

      // A second later: nobody asks again in vain; who comes now is stopped by what concerns everybody, or not at all.
      await aws.putItems(aNeighbour(cell.id, 'late'));
      if (!gotNothing) await aws.fill(bad, { pendingTasks: 1 });
      await cell.tick(1);
      expect(cell.launched('late')).toHaveLength(Math.min(1, facts.leftToOthers.length));
      for (const subnetId of cell.launched('late')) expect(facts.leftToOthers).toContain(subnetId);
      expect(cell.orders().slice(1)).toMatchObject(facts.askedAgain.map((subnets) => ({ subnets })));

      aws.world.clearFaults();
      await cell.tick(cooldownSeconds(code, kind));
      if (facts.state === 'suspended') {
        expect(cell.orders()).toHaveLength(1);
        expect(await status()).toMatchObject({ state: 'suspended', hold: { class: kind, reason } });
        if (way === 'all overrides') await ports.controls.save({ workerType: bad, clearedAt: aws.clock.now() });
        else await aws.putItems(cell.document({ tags: { mended: 'yes' } }));
        await cell.tick(0);
      }
      expect(cell.launched(bad)).toHaveLength(gotNothing ? 2 : 3);
      expect(cell.launched('late')).toHaveLength(1);
      expect(await status()).toMatchObject({ state: 'ok' });
      await aws.fill(bad, { pendingTasks: 1 });
      await cell.tick(1);
      expect(cell.orders().at(-1)?.subnets).toEqual(POOLS);
      expect(await ports.poolMemory.load()).toEqual([]);
    });
  });

  it('has a cell for every code that is known, and one that is not', () => {
    expect(CELLS.length).toBeGreaterThan(4 * 45);
  });
});
