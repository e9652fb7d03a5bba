import { randomUUID } from 'node:crypto';
import {
  ConditionalCheckFailedException,
  TransactionCanceledException,
  TransactWriteItemsCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import type { Clock } from '../control/ports.ts';
import {
  type AcquireAnswer,
  FIRST_SHARD,
  type Lease,
  type Leases,
  type ListedShard,
  type Shard,
  type ShardSummary,
} from '../control/shards.ts';
import { type EpochMillis, epochMillis } from '../core/units.ts';
import { fromItem, toItem } from './dynamo-tables.ts';
import { retryConflicts } from './retry-conflicts.ts';
import { mergeActions, readShard, splitActions } from './shard-items.ts';
import { RELEASED, stateKeys } from './state-keys.ts';
import type { StateTable } from './state-table.ts';

/** One item a shard: its names and its lease, changed by conditional writes. Expiry goes by the clocks of the holders. */
export class DynamoLeases implements Leases {
  readonly #table: StateTable;
  readonly #clock: Clock;

  constructor(table: StateTable, clock: Clock) {
    this.#table = table;
    this.#clock = clock;
  }

  async acquire(holder: string, durationMs: number, shard = FIRST_SHARD): Promise<AcquireAnswer> {
    const now = this.#clock.now();
    const until = epochMillis(now + durationMs);
    const isFree = 'leaseUntil <= :now OR holder = :holder';
    try {
      const { Attributes: attributes = {} } = await this.#table.client.send(
        new UpdateItemCommand({
          TableName: this.#table.name,
          Key: toItem(stateKeys.lease(this.#table.provisionerId, shard)),
          UpdateExpression: 'SET holder = :holder, leaseUntil = :until, fence = if_not_exists(fence, :zero) + :one',
          // Only the first shard may come into being like this: another one that is not there was merged away.
          ConditionExpression: shard === FIRST_SHARD ? `attribute_not_exists(leaseUntil) OR ${isFree}` : isFree,
          ExpressionAttributeValues: toItem({ ':holder': holder, ':until': until, ':now': now, ':zero': 0, ':one': 1 }),
          ReturnValues: 'ALL_NEW',
          ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
        }),
      );
      const item = fromItem(attributes);
      const { summary, since: _, ...its } = readShard(item);
      const last = summary === undefined ? {} : { lastTickAt: summary.startedAt };
      return { kind: 'acquired', lease: { ...its, ...last, holder, fence: Number(item['fence']), until } };
    } catch (error) {
      if (!(error instanceof ConditionalCheckFailedException)) throw error;
      if (error.Item === undefined && shard !== FIRST_SHARD) return { kind: 'gone' };
      return { kind: 'held', by: String(error.Item === undefined ? 'somebody' : fromItem(error.Item)['holder']) };
    }
  }

  async renew(lease: Lease, durationMs: number): Promise<Lease | undefined> {
    const until = epochMillis(this.#clock.now() + durationMs);
    return (await this.#change(lease, until)) ? { ...lease, until } : undefined;
  }

  async release(lease: Lease, summary?: ShardSummary): Promise<void> {
    await this.#change(lease, epochMillis(RELEASED), summary);
  }

  async shards(): Promise<ListedShard[]> {
    const items = await this.#table.items(stateKeys.leases(this.#table.provisionerId));
    return items
      .map((item) => readShard(fromItem(item)))
      .sort((a, b) => ((a.range.from ?? '') < (b.range.from ?? '') ? -1 : 1));
  }

  async split(lease: Lease, at: readonly string[], inheritUntil: EpochMillis): Promise<readonly string[] | undefined> {
    // Never a name that was used before: a fence of the old shard must not fit the new one.
    const parts = at.map((from, index) => ({
      shard: randomUUID().slice(0, 13),
      from,
      to: at[index + 1] ?? lease.range.to,
    }));
    const actions = splitActions(lease, parts, { now: this.#clock.now(), inheritUntil }, this.#keys);
    return (await this.#transact(actions)) ? parts.map(({ shard }) => shard) : undefined;
  }

  async merge(first: Shard, second: Shard, inheritUntil: EpochMillis): Promise<'merged' | 'busy'> {
    const actions = mergeActions(first, second, { now: this.#clock.now(), inheritUntil }, this.#keys);
    return (await this.#transact(actions)) ? 'merged' : 'busy';
  }

  get #keys() {
    return { table: this.#table.name, keyOf: (shard: string) => stateKeys.lease(this.#table.provisionerId, shard) };
  }

  /** All of the actions, or none when a condition does not hold. */
  async #transact(TransactItems: ReturnType<typeof splitActions>): Promise<boolean> {
    try {
      await retryConflicts(() => this.#table.client.send(new TransactWriteItemsCommand({ TransactItems })));
      return true;
    } catch (error) {
      const reasons = error instanceof TransactionCanceledException ? (error.CancellationReasons ?? []) : [];
      if (reasons.some(({ Code: code }) => code === 'ConditionalCheckFailed')) return false;
      throw error;
    }
  }

  /** Sets the end of the lease while its fence is still the current one and it was not given back. */
  async #change({ fence, shard }: Lease, until: number, summary?: ShardSummary): Promise<boolean> {
    const left = summary === undefined ? {} : { ':summary': summary };
    try {
      await this.#table.client.send(
        new UpdateItemCommand({
          TableName: this.#table.name,
          Key: toItem(stateKeys.lease(this.#table.provisionerId, shard)),
          UpdateExpression: `SET leaseUntil = :until${summary === undefined ? '' : ', summary = :summary'}`,
          ConditionExpression: 'fence = :fence AND leaseUntil > :released',
          ExpressionAttributeValues: toItem({ ':until': until, ':fence': fence, ':released': RELEASED, ...left }),
        }),
      );
      return true;
    } catch (error) {
      if (error instanceof ConditionalCheckFailedException) return false;
      throw error;
    }
  }
}
