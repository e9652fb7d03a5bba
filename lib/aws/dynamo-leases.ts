import { randomUUID } from 'node:crypto';
import {
  ConditionalCheckFailedException,
  DeleteItemCommand,
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
import { firstShardActions, mergeActions, readShard, splitActions } from './shard-items.ts';
import { NOTE_SECONDS, RELEASED, SHARD_KEYS, stateKeys } from './state-keys.ts';
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
    const answer = await this.#take(holder, durationMs, shard);
    if (answer.kind !== 'gone' || shard !== FIRST_SHARD) return answer;
    await this.#transact(firstShardActions(this.#clock.now(), this.#keys));
    const again = await this.#take(holder, durationMs, shard);
    return again.kind === 'gone' ? { kind: 'held', by: 'a version that knows no shards' } : again;
  }

  async #take(holder: string, durationMs: number, shard: string): Promise<AcquireAnswer> {
    const now = this.#clock.now();
    const until = epochMillis(now + durationMs);
    const take = new UpdateItemCommand({
      TableName: this.#table.name,
      Key: toItem(stateKeys.lease(this.#table.provisionerId, shard)),
      UpdateExpression: 'SET holder = :holder, leaseUntil = :until, fence = fence + :one',
      ConditionExpression: 'leaseUntil <= :now OR holder = :holder',
      ExpressionAttributeValues: toItem({ ':holder': holder, ':until': until, ':now': now, ':one': 1 }),
      ReturnValues: 'ALL_NEW',
      ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
    });
    try {
      const { Attributes: attributes = {} } = await retryConflicts(() => this.#table.client.send(take));
      const item = fromItem(attributes);
      const { summary, since: _, ...its } = readShard(item);
      const last = summary === undefined ? {} : { lastTickAt: summary.startedAt };
      return { kind: 'acquired', lease: { ...its, ...last, holder, fence: Number(item['fence']), until } };
    } catch (error) {
      if (!(error instanceof ConditionalCheckFailedException)) throw error;
      return error.Item === undefined
        ? { kind: 'gone' }
        : { kind: 'held', by: String(fromItem(error.Item)['holder'] ?? 'somebody') };
    }
  }

  async renew(lease: Lease, durationMs: number): Promise<Lease | undefined> {
    const until = epochMillis(this.#clock.now() + durationMs);
    return (await this.#change(lease, until)) ? { ...lease, until } : undefined;
  }

  async release(lease: Lease, summary?: ShardSummary): Promise<boolean> {
    return this.#change(lease, epochMillis(RELEASED), summary);
  }

  async shards(): Promise<ListedShard[]> {
    const items = await this.#table.items(stateKeys.leases(this.#table.provisionerId), { prefix: SHARD_KEYS });
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

  async note(shard: string, workerTypes: readonly string[]): Promise<void> {
    if (workerTypes.length === 0) return;
    await this.#table.client.send(
      new UpdateItemCommand({
        TableName: this.#table.name,
        Key: toItem(stateKeys.notes(this.#table.provisionerId, shard)),
        // An item of its own: a write to that of the lease would get in the way of launches.
        UpdateExpression: 'SET expiresAt = :expiresAt ADD workerTypes :names',
        ExpressionAttributeValues: {
          ':names': { SS: [...workerTypes] },
          ...toItem({ ':expiresAt': Math.floor(this.#clock.now() / 1000) + NOTE_SECONDS }),
        },
      }),
    );
  }

  async takeNotes(shard: string): Promise<readonly string[]> {
    const { Attributes: { workerTypes } = {} } = await this.#table.client.send(
      new DeleteItemCommand({
        TableName: this.#table.name,
        Key: toItem(stateKeys.notes(this.#table.provisionerId, shard)),
        ReturnValues: 'ALL_OLD',
      }),
    );
    return workerTypes?.SS ?? [];
  }

  async merge(first: Shard, second: Shard, inheritUntil: EpochMillis): Promise<'merged' | 'busy'> {
    const actions = mergeActions(first, second, { now: this.#clock.now(), inheritUntil }, this.#keys);
    return (await this.#transact(actions)) ? 'merged' : 'busy';
  }

  get #keys() {
    const { name: table, provisionerId } = this.#table;
    return {
      table,
      keyOf: (shard: string) => stateKeys.lease(provisionerId, shard),
      keyOfOld: stateKeys.leaseOfOld(provisionerId),
    };
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
    const change = new UpdateItemCommand({
      TableName: this.#table.name,
      Key: toItem(stateKeys.lease(this.#table.provisionerId, shard)),
      UpdateExpression: `SET leaseUntil = :until${summary === undefined ? '' : ', summary = :summary'}`,
      ConditionExpression: 'fence = :fence AND leaseUntil > :released',
      ExpressionAttributeValues: toItem({ ':until': until, ':fence': fence, ':released': RELEASED, ...left }),
    });
    try {
      await retryConflicts(() => this.#table.client.send(change));
      return true;
    } catch (error) {
      if (error instanceof ConditionalCheckFailedException) return false;
      throw error;
    }
  }
}
