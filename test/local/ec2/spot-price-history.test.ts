import {
  CreateFleetCommand,
  DescribeSpotPriceHistoryCommand,
  type DescribeSpotPriceHistoryRequest,
  type EC2Client,
  paginateDescribeSpotPriceHistory,
} from '@aws-sdk/client-ec2';
import { describe, expect, it } from 'vitest';
import { localImages } from '../../../lib/local/ec2/catalogue.ts';
import { codeOf, createTemplate, startLocalEc2, subnetIn } from './local-ec2.ts';

const HOUR_MS = 3_600_000;
const pool = { instanceType: 'c7g.large', zone: 'us-east-1a', market: 'spot' } as const;
const onePool = {
  InstanceTypes: ['c7g.large'],
  AvailabilityZone: 'us-east-1a',
  ProductDescriptions: ['Linux/UNIX'],
} satisfies DescribeSpotPriceHistoryRequest;

async function changesOf(ec2: EC2Client, request: DescribeSpotPriceHistoryRequest) {
  const { SpotPriceHistory: rows = [] } = await ec2.send(new DescribeSpotPriceHistoryCommand(request));
  return rows.map((row) => ({ at: row.Timestamp?.getTime() ?? 0, usd: Number(row.SpotPrice) }));
}

describe('the spot price history', () => {
  it('holds the changes of the last day, the latest first, the same in each world', async () => {
    const { ec2, clock } = await startLocalEc2();
    const changes = await changesOf(ec2, onePool);
    expect(changes[0]?.usd).toBe(0.0291);
    expect(changes.at(-1)?.at).toBeLessThanOrEqual(clock.nowMs - 24 * HOUR_MS);
    expect(changes.map(({ at }) => at)).toEqual(changes.map(({ at }) => at).sort((left, right) => right - left));
    for (const [index, { usd }] of changes.entries()) expect(usd).not.toBe(changes[index + 1]?.usd);
    const other = await startLocalEc2();
    expect(await changesOf(other.ec2, onePool)).toEqual(changes);
  });

  it('answers for a span of time its changes, and the one that held at its start', async () => {
    const { ec2, clock } = await startLocalEc2();
    const all = await changesOf(ec2, onePool);
    const [StartTime, EndTime] = [new Date(clock.nowMs - 12 * HOUR_MS), new Date(clock.nowMs - 3 * HOUR_MS)];
    const within = await changesOf(ec2, { ...onePool, StartTime, EndTime });
    const held = all.find(({ at }) => at <= StartTime.getTime());
    const changed = all.filter(({ at }) => at > StartTime.getTime() && at <= EndTime.getTime());
    expect(changed.length).toBeGreaterThan(0);
    expect(within).toEqual([...changed, held]);
    expect(await changesOf(ec2, { ...onePool, StartTime: new Date(clock.nowMs) })).toEqual([all[0]]);
  });

  it('records a price that is set, from the instant of the setting on', async () => {
    const { ec2, world, clock } = await startLocalEc2();
    const before = await changesOf(ec2, onePool);
    clock.nowMs += 10_000;
    world.setPrice(pool, 0.07);
    const setAt = clock.nowMs;
    clock.nowMs += 10_000;
    expect(await changesOf(ec2, onePool)).toEqual([{ at: setAt, usd: 0.07 }, ...before]);
    expect(await changesOf(ec2, { ...onePool, StartTime: new Date(clock.nowMs) })).toEqual([{ at: setAt, usd: 0.07 }]);
  });

  it('is paged: NextToken leads through all of it without a repetition', async () => {
    const { ec2 } = await startLocalEc2();
    const request = { Filters: [{ Name: 'instance-type', Values: ['c7g.large', 'm7g.large'] }] };
    const rows: string[] = [];
    let pages = 0;
    for await (const page of paginateDescribeSpotPriceHistory({ client: ec2, pageSize: 13 }, request)) {
      pages += 1;
      for (const row of page.SpotPriceHistory ?? []) {
        rows.push(`${row.InstanceType}/${row.AvailabilityZone}/${row.ProductDescription}/${row.Timestamp?.getTime()}`);
      }
    }
    // Two types, three zones, two platforms, seven changes.
    expect([rows.length, new Set(rows).size, pages]).toEqual([84, 84, 7]);
  });

  it('takes one of zone name and zone id', async () => {
    const { ec2 } = await startLocalEc2();
    const both = new DescribeSpotPriceHistoryCommand({
      AvailabilityZone: 'us-east-1a',
      AvailabilityZoneId: 'use1-az1',
    });
    expect(await codeOf(ec2.send(both))).toBe('InvalidParameterCombination');
  });
});

describe('Windows', () => {
  const windowsPool = { ...pool, instanceType: 'c7i.large' };
  const priceOf = async (ec2: EC2Client, product: string, nowMs: number) => {
    const [price] = await changesOf(ec2, {
      InstanceTypes: ['c7i.large'],
      AvailabilityZone: 'us-east-1a',
      Filters: [{ Name: 'product-description', Values: [product] }],
      StartTime: new Date(nowMs),
    });
    return price?.usd;
  };

  it('costs more than Linux by its licence, and has prices of its own', async () => {
    const { ec2, world, clock } = await startLocalEc2();
    expect(await priceOf(ec2, 'Linux/UNIX', clock.nowMs)).toBe(0.0391);
    expect(await priceOf(ec2, 'Windows', clock.nowMs)).toBe(0.1311);
    world.setPrice(windowsPool, 0.5, 'windows');
    expect(await priceOf(ec2, 'Windows', clock.nowMs)).toBe(0.5);
    expect(await priceOf(ec2, 'Linux/UNIX', clock.nowMs)).toBe(0.0391);
  });

  it.each([
    ['its Linux price', '0.04', 'SpotMaxPriceTooLow'],
    ['its Windows price', '0.14', undefined],
  ])('is launched from a Windows image with a MaxPrice above %s: %s -> %s', async (_price, MaxPrice, refusal) => {
    const { ec2, world } = await startLocalEc2();
    const LaunchTemplateId = await createTemplate(ec2, { ImageId: localImages.windowsX8664 });
    const { Errors: errors = [] } = await ec2.send(
      new CreateFleetCommand({
        Type: 'instant',
        LaunchTemplateConfigs: [
          {
            LaunchTemplateSpecification: { LaunchTemplateId, Version: '1' },
            Overrides: [{ InstanceType: 'c7i.large', SubnetId: subnetIn('a'), MaxPrice }],
          },
        ],
        TargetCapacitySpecification: { TotalTargetCapacity: 1, DefaultTargetCapacityType: 'spot' },
      }),
    );
    expect(errors[0]?.ErrorCode).toBe(refusal);
    expect(world.instances().map(({ platform }) => platform)).toEqual(refusal === undefined ? ['windows'] : []);
  });
});
