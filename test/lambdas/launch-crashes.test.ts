import { beforeEach, describe, expect, it } from 'vitest';
import { fixturesOf } from '../../lib/local/ec2/catalogue.ts';
import { poolKey } from '../../lib/local/ec2/world-settings.ts';
import { type AwsWorld, aLocalRegion, startAwsWorld } from '../support/aws-world.ts';
import { NOW } from '../support/builders.ts';
import { captureOutput } from '../support/captured-output.ts';
import { cleanTick, countPoints, everySecondPoint, killedAt } from '../support/killed-provision.ts';
import { statusOf } from './looking.ts';

/** Some hundred invocations over HTTP: a busy machine needs its time. */
const PATIENCE_MS = 120_000;
const HOME = 'us-east-1';
const WANTED = 6;
const TWO_REGIONS = [aLocalRegion(HOME), aLocalRegion('eu-west-1')];
const [ZONE_A, ZONE_B, ZONE_C] = fixturesOf(HOME).subnets.map(({ subnetId, zone }) => ({
  subnetId,
  availabilityZone: zone,
}));

/** Launches that take more than one request: what the definition says, what the first pools can give, and the traces. */
const LAUNCHES = [
  {
    what: 'one order with a template for each merged launch spec',
    document: {
      instanceTypes: [{ instanceType: 'c7g.large' }, { instanceType: 'm7g.large', userData: { memory: 'more' } }],
      regions: [
        { ...aLocalRegion(HOME), zones: [ZONE_A, { ...ZONE_B, launchSpec: { keyName: 'local-key' } }, ZONE_C] },
      ],
    },
    spotRoomAtHome: 1,
    markets: ['spot'],
    regions: [HOME],
    templates: 4,
  },
  {
    what: 'orders in two regions, the first one met in part',
    document: { regions: TWO_REGIONS },
    spotRoomAtHome: 1,
    markets: ['spot'],
    regions: [HOME, 'eu-west-1'],
    templates: 2,
  },
  {
    what: 'an on-demand base, spot that is met in part, and an on-demand fallback in the same tick',
    document: { market: { onDemandBaseCapacity: 1, onDemandFallbackMinutes: 0 } },
    spotRoomAtHome: 1,
    markets: ['on-demand', 'spot'],
    regions: [HOME],
    templates: 2,
  },
] as const;
type Launch = (typeof LAUNCHES)[number];

async function aWorld({ document, spotRoomAtHome }: Launch, visibilityLagMs: number): Promise<AwsWorld> {
  const aws = await startAwsWorld({ world: { visibilityLagMs, bootDelayMs: 60_000 } });
  for (const { zone } of fixturesOf(HOME).subnets) {
    const pool = { instanceType: 'c7g.large', zone, market: 'spot' as const };
    aws.world.settings.poolCapacity.set(poolKey(pool), spotRoomAtHome);
  }
  await aws.putItems(aws.document({ ...document }));
  await aws.fill('build', { pendingTasks: WANTED });
  return aws;
}

const instances = ({ worlds }: AwsWorld) => [...worlds.values()].flatMap((world) => [...world.instances()]);
const templates = ({ worlds }: AwsWorld) => [...worlds.values()].flatMap(({ templates: of }) => of.all());
const unique = (values: readonly string[]) => [...new Set(values)].sort();

/** Exactly what is wanted exists, our records know every instance of it, and it counts as supply. */
async function expectWhole(aws: AwsWorld, when: string): Promise<void> {
  const found = instances(aws).map(({ instanceId }) => instanceId);
  expect(found, when).toHaveLength(WANTED);
  const all = await aws.ports.ledger.recent(NOW);
  expect(
    all.filter(({ state }) => state !== 'closed'),
    when,
  ).toEqual([]);
  expect(all.flatMap(({ workers }) => workers.map(({ workerId }) => workerId)).sort(), when).toEqual(found.sort());
}

beforeEach(() => void captureOutput());

describe('a launch of several requests that is killed (row 12)', () => {
  it.each(LAUNCHES)('does without a kill what the table says: $what', async (launch) => {
    const aws = await aWorld(launch, 0);
    expect((await killedAt(Number.POSITIVE_INFINITY, aws)).outcome).toBe('finished');
    await expectWhole(aws, 'without a kill');
    expect(unique(instances(aws).map(({ market }) => market))).toEqual([...launch.markets].sort());
    expect(unique(instances(aws).map(({ zone }) => zone.slice(0, -1)))).toEqual([...launch.regions].sort());
    expect(templates(aws)).toHaveLength(launch.templates);
    await aws.close();
  });

  describe.each([
    [0, 1],
    [45_000, 2],
  ] as const)('with a list %i ms late', (visibilityLagMs, from) => {
    it.each(LAUNCHES)(
      'at any request is made good by the next tick, none doubled, none forgotten, all counted: $what',
      async (launch) => {
        const points = await countPoints(await aWorld(launch, visibilityLagMs));
        for (const point of everySecondPoint(points, from)) {
          const aws = await aWorld(launch, visibilityLagMs);
          const when = `after a kill at point ${point} of ${points}`;
          expect((await killedAt(point, aws)).outcome, when).toBe('killed');
          await cleanTick(aws);
          await expectWhole(aws, when);
          await cleanTick(aws);
          await expectWhole(aws, `one more tick ${when}`);
          expect(await statusOf(aws), when).toMatchObject({ state: 'ok', target: WANTED, supply: WANTED });
          await aws.close();
        }
        expect(points).toBeGreaterThan(30);
      },
      PATIENCE_MS,
    );
  });
});
