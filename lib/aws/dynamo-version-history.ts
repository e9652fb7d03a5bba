import {
  ConditionalCheckFailedException,
  type DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
} from '@aws-sdk/client-dynamodb';
import type { VersionHistory, VersionRecord } from '../control/check-ports.ts';
import { type Item, queryAll, showItem, toItem } from './dynamo-tables.ts';
import { stateKeys } from './state-keys.ts';

/** Versions of definitions in the state table, a partition for each worker type. They never expire. */
export class DynamoVersionHistory implements VersionHistory {
  readonly #client: DynamoDBClient;
  readonly #table: string;
  readonly #provisionerId: string;

  constructor(client: DynamoDBClient, table: string, provisionerId: string) {
    this.#client = client;
    this.#table = table;
    this.#provisionerId = provisionerId;
  }

  async list(workerType: string): Promise<VersionRecord[]> {
    const items = await queryAll(this.#client, {
      TableName: this.#table,
      KeyConditionExpression: 'pk = :pk',
      ExpressionAttributeValues: toItem({ ':pk': stateKeys.versions(this.#provisionerId, workerType) }),
    });
    return items.map(recordOf);
  }

  async get(workerType: string, version: number): Promise<VersionRecord | undefined> {
    const { Item: item } = await this.#client.send(
      new GetItemCommand({
        TableName: this.#table,
        Key: toItem(stateKeys.version(this.#provisionerId, workerType, version)),
        ConsistentRead: true,
      }),
    );
    return item === undefined ? undefined : recordOf(item);
  }

  async add(record: VersionRecord): Promise<'added' | 'taken'> {
    try {
      await this.#client.send(
        new PutItemCommand({
          TableName: this.#table,
          Item: this.#item(record),
          ConditionExpression: 'attribute_not_exists(pk)',
        }),
      );
      return 'added';
    } catch (error) {
      if (error instanceof ConditionalCheckFailedException) return 'taken';
      throw error;
    }
  }

  async complete(record: VersionRecord): Promise<void> {
    await this.#client.send(new PutItemCommand({ TableName: this.#table, Item: this.#item(record) }));
  }

  #item(record: VersionRecord): Item {
    return toItem({ ...stateKeys.version(this.#provisionerId, record.workerType, record.version), record });
  }
}

/** A document may hold anything that somebody put into the table by hand. */
const recordOf = (item: Item): VersionRecord => showItem(item)['record'] as VersionRecord;
