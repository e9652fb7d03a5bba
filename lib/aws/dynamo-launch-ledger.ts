import {
  ConditionalCheckFailedException,
  PutItemCommand,
  TransactionCanceledException,
  TransactWriteItemsCommand,
} from '@aws-sdk/client-dynamodb';
import pMap from 'p-map';
import type { LaunchLedger, LaunchRecord } from '../control/ports.ts';
import { FIRST_SHARD, type Lease, type Shard } from '../control/shards.ts';
import type { EpochMillis } from '../core/units.ts';
import { fromItem, queryAll, toItem } from './dynamo-tables.ts';
import { retryConflicts } from './retry-conflicts.ts';
import { readShard } from './shard-items.ts';
import { LAUNCH_RECORD_SECONDS, RELEASED, SHARD_KEYS, stateKeys } from './state-keys.ts';
import type { StateTable } from './state-table.ts';
import { fromWorkerGroups, toWorkerGroups, type WorkerGroup } from './worker-groups.ts';

/** An item of the ledger. Older ones have their workers in the record, each by itself. */
interface StoredRecord {
  readonly record: LaunchRecord;
  readonly workerGroups?: readonly WorkerGroup[];
}

const toRecord = ({ record, workerGroups }: StoredRecord): LaunchRecord =>
  workerGroups === undefined ? record : { ...record, workers: fromWorkerGroups(workerGroups) };

/** Launch intents in the state table, in order of time. */
export class DynamoLaunchLedger implements LaunchLedger {
  readonly #table: StateTable;
  #queue: Promise<unknown> = Promise.resolve();

  constructor(table: StateTable) {
    this.#table = table;
  }

  async recent(since: EpochMillis, of?: Pick<Shard, 'shard' | 'inherited'>): Promise<LaunchRecord[]> {
    const shards = of === undefined ? await this.#shards() : ledgersOf(of);
    return (await pMap(shards, (shard) => this.#read(shard, since), { concurrency: 4 })).flat();
  }

  async #read(shard: string, since: EpochMillis): Promise<LaunchRecord[]> {
    const items = await queryAll(this.#table.client, {
      TableName: this.#table.name,
      KeyConditionExpression: 'pk = :pk AND sk >= :since',
      ExpressionAttributeValues: toItem({
        ':pk': stateKeys.launches(this.#table.provisionerId, shard),
        ':since': String(since),
      }),
    });
    return items.map((item) => ({ ...toRecord(fromItem(item) as unknown as StoredRecord), shard }));
  }

  /** Every shard that has a ledger, or had one not long ago. */
  async #shards(): Promise<string[]> {
    const items = await this.#table.items(stateKeys.leases(this.#table.provisionerId), { prefix: SHARD_KEYS });
    return [...new Set([FIRST_SHARD, ...items.map((item) => readShard(fromItem(item))).flatMap(ledgersOf)])];
  }

  /**
   * One transaction: the intent is written only while the lease has this fence. All intents of a tick check the same
   * lease item, and DynamoDB cancels transactions that meet on an item: they are written one after the other.
   */
  open(record: LaunchRecord, lease: Lease): Promise<'opened' | 'lease-lost'> {
    const opened = this.#queue.then(() => retryConflicts(() => this.#open(record, lease)));
    this.#queue = opened.catch(() => undefined);
    return opened;
  }

  async #open(record: LaunchRecord, lease: Lease): Promise<'opened' | 'lease-lost'> {
    try {
      await this.#table.client.send(
        new TransactWriteItemsCommand({
          TransactItems: [
            {
              ConditionCheck: {
                TableName: this.#table.name,
                Key: toItem(stateKeys.lease(this.#table.provisionerId, lease.shard)),
                ConditionExpression: 'fence = :fence AND leaseUntil > :released',
                ExpressionAttributeValues: toItem({ ':fence': lease.fence, ':released': RELEASED }),
              },
            },
            { Put: { TableName: this.#table.name, Item: this.#item({ ...record, shard: lease.shard }) } },
          ],
        }),
      );
      return 'opened';
    } catch (error) {
      const [leaseCheck] = error instanceof TransactionCanceledException ? (error.CancellationReasons ?? []) : [];
      if (leaseCheck?.Code === 'ConditionalCheckFailed') return 'lease-lost';
      throw error;
    }
  }

  async settle(record: LaunchRecord): Promise<void> {
    try {
      await this.#table.client.send(
        new PutItemCommand({
          TableName: this.#table.name,
          Item: this.#item(record),
          ConditionExpression: 'attribute_not_exists(pk) OR #record.#state = :open',
          ExpressionAttributeNames: { '#record': 'record', '#state': 'state' },
          ExpressionAttributeValues: toItem({ ':open': 'open' }),
        }),
      );
    } catch (error) {
      // Answered already, by whoever holds the lease now.
      if (!(error instanceof ConditionalCheckFailedException)) throw error;
    }
  }

  #item(record: LaunchRecord) {
    return toItem({
      ...stateKeys.launch(this.#table.provisionerId, record.shard, record.openedAt, record.order.launchId),
      record: { ...record, workers: [] },
      workerGroups: toWorkerGroups(record.workers),
      expiresAt: Math.floor(record.openedAt / 1000) + LAUNCH_RECORD_SECONDS,
    });
  }
}

const ledgersOf = ({ shard, inherited }: Pick<Shard, 'shard' | 'inherited'>): string[] => [
  ...new Set([shard, ...inherited.map((each) => each.shard)]),
];
