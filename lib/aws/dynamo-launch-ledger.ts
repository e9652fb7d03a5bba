import {
  ConditionalCheckFailedException,
  type DynamoDBClient,
  PutItemCommand,
  TransactionCanceledException,
  TransactWriteItemsCommand,
} from '@aws-sdk/client-dynamodb';
import type { LaunchLedger, LaunchRecord, Lease } from '../control/ports.ts';
import type { EpochMillis } from '../core/units.ts';
import { fromItem, queryAll, toItem } from './dynamo-tables.ts';
import { retryConflicts } from './retry-conflicts.ts';
import { LAUNCH_RECORD_SECONDS, RELEASED, stateKeys } from './state-keys.ts';

/** Launch intents in the state table, in order of time. */
export class DynamoLaunchLedger implements LaunchLedger {
  readonly #client: DynamoDBClient;
  readonly #table: string;
  readonly #provisionerId: string;
  #queue: Promise<unknown> = Promise.resolve();

  constructor(client: DynamoDBClient, table: string, provisionerId: string) {
    this.#client = client;
    this.#table = table;
    this.#provisionerId = provisionerId;
  }

  async recent(since: EpochMillis): Promise<LaunchRecord[]> {
    const items = await queryAll(this.#client, {
      TableName: this.#table,
      KeyConditionExpression: 'pk = :pk AND sk >= :since',
      ExpressionAttributeValues: toItem({ ':pk': stateKeys.launches(this.#provisionerId), ':since': String(since) }),
    });
    return items.map((item) => fromItem(item)['record'] as LaunchRecord);
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
      await this.#client.send(
        new TransactWriteItemsCommand({
          TransactItems: [
            {
              ConditionCheck: {
                TableName: this.#table,
                Key: toItem(stateKeys.lease(this.#provisionerId)),
                ConditionExpression: 'fence = :fence AND leaseUntil > :released',
                ExpressionAttributeValues: toItem({ ':fence': lease.fence, ':released': RELEASED }),
              },
            },
            { Put: { TableName: this.#table, Item: this.#item(record) } },
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
      await this.#client.send(
        new PutItemCommand({
          TableName: this.#table,
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
      ...stateKeys.launch(this.#provisionerId, record.openedAt, record.order.launchId),
      record,
      expiresAt: Math.floor(record.openedAt / 1000) + LAUNCH_RECORD_SECONDS,
    });
  }
}
