import type { TransactWriteItem } from '@aws-sdk/client-dynamodb';
import { FIRST_SHARD, type Inherited, type Lease, type ListedShard, type Shard } from '../control/shards.ts';
import { type EpochMillis, epochMillis } from '../core/units.ts';
import { toItem } from './dynamo-tables.ts';
import { RELEASED } from './state-keys.ts';

/** Where the items of shards are. */
interface Keys {
  readonly table: string;
  keyOf(shard: string): Key;
  /** Of the lease of versions that know no shards. */
  readonly keyOfOld: Key;
}

interface Key {
  readonly pk: string;
  readonly sk: string;
}

interface Times {
  readonly now: EpochMillis;
  readonly inheritUntil: EpochMillis;
}

/** An item as a shard. The first one holds no range as long as it has all names. */
export function readShard(item: Readonly<Record<string, unknown>>): ListedShard {
  const { sk, rangeFrom: from, rangeTo: to, inherited = [], since = 0, summary } = item;
  return {
    shard: String(sk).split('#')[1] ?? FIRST_SHARD,
    range: {
      ...(from === undefined ? {} : { from: String(from) }),
      ...(to === undefined ? {} : { to: String(to) }),
    },
    inherited: inherited as readonly Inherited[],
    since: epochMillis(Number(since)),
    ...(summary === undefined ? {} : { summary: summary as NonNullable<ListedShard['summary']> }),
  };
}

/** Later than any clock says. */
const FOREVER = Number.MAX_SAFE_INTEGER;

/**
 * Makes the first shard, with all names, unless a version that knows no shards ticks just now. Its lease is taken for
 * ever and under a new fence: beside shards, or after a return to it, it would not see their launches and launch again.
 */
export function firstShardActions(now: EpochMillis, { table, keyOf, keyOfOld }: Keys): TransactWriteItem[] {
  return [
    {
      Update: {
        TableName: table,
        Key: toItem(keyOfOld),
        UpdateExpression: 'SET holder = :holder, leaseUntil = :forever, fence = if_not_exists(fence, :zero) + :one',
        ConditionExpression: 'attribute_not_exists(leaseUntil) OR leaseUntil <= :now OR leaseUntil = :forever',
        ExpressionAttributeValues: toItem({
          ':holder': 'a version that knows shards',
          ':forever': FOREVER,
          ':zero': 0,
          ':one': 1,
          ':now': now,
        }),
      },
    },
    {
      Put: {
        TableName: table,
        Item: toItem({ ...keyOf(FIRST_SHARD), fence: 0, since: now, leaseUntil: RELEASED }),
        ConditionExpression: 'attribute_not_exists(pk)',
      },
    },
  ];
}

/** Cuts a shard: the lease ends under a new fence, so that whoever still works under the old one can open no launch. */
export function splitActions(
  lease: Lease,
  parts: readonly { readonly shard: string; readonly from: string; readonly to: string | undefined }[],
  { now, inheritUntil }: Times,
  { table, keyOf }: Keys,
): TransactWriteItem[] {
  const inherited = [{ shard: lease.shard, until: inheritUntil }, ...stillRead(lease.inherited, now)];
  return [
    {
      Update: {
        TableName: table,
        Key: toItem(keyOf(lease.shard)),
        UpdateExpression:
          'SET rangeTo = :to, since = :now, leaseUntil = :released, fence = fence + :one REMOVE summary',
        ConditionExpression: 'fence = :fence AND leaseUntil > :released',
        ExpressionAttributeValues: toItem({
          ':to': parts[0]?.from,
          ':now': now,
          ':released': RELEASED,
          ':one': 1,
          ':fence': lease.fence,
        }),
      },
    },
    ...parts.map(({ shard, from, to }) => ({
      Put: {
        TableName: table,
        Item: toItem({
          ...keyOf(shard),
          rangeFrom: from,
          rangeTo: to,
          inherited,
          since: now,
          fence: 1,
          leaseUntil: RELEASED,
        }),
        ConditionExpression: 'attribute_not_exists(pk)',
      },
    })),
  ];
}

/** Joins two neighbours that nobody holds. Who still works under a lease of either that ran out can open no launch. */
export function mergeActions(
  first: Shard,
  second: Shard,
  { now, inheritUntil }: Times,
  { table, keyOf }: Keys,
): TransactWriteItem[] {
  const { to } = second.range;
  const inherited = [
    ...stillRead(first.inherited, now),
    { shard: second.shard, until: inheritUntil },
    ...stillRead(second.inherited, now),
  ];
  return [
    {
      Update: {
        TableName: table,
        Key: toItem(keyOf(first.shard)),
        UpdateExpression: [
          'SET fence = fence + :one, since = :now, inherited = :inherited',
          to === undefined ? ' REMOVE summary, rangeTo' : ', rangeTo = :to REMOVE summary',
        ].join(''),
        ConditionExpression: 'leaseUntil <= :now AND rangeTo = :cut',
        ExpressionAttributeValues: toItem({
          ':one': 1,
          ':now': now,
          ':cut': second.range.from,
          ':inherited': inherited,
          ...(to === undefined ? {} : { ':to': to }),
        }),
      },
    },
    {
      Delete: {
        TableName: table,
        Key: toItem(keyOf(second.shard)),
        ConditionExpression: `leaseUntil <= :now AND rangeFrom = :cut AND ${to === undefined ? 'attribute_not_exists(rangeTo)' : 'rangeTo = :to'}`,
        ExpressionAttributeValues: toItem({
          ':now': now,
          ':cut': second.range.from,
          ...(to === undefined ? {} : { ':to': to }),
        }),
      },
    },
  ];
}

/** Ledgers that are still worth reading, each once. */
const stillRead = (inherited: readonly Inherited[], now: EpochMillis): Inherited[] =>
  inherited.filter(({ until }) => until > now);
