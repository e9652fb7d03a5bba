import { ConditionalCheckFailedException, GetItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
import type { VersionHistory, VersionRecord } from '../control/check-ports.ts';
import { type Item, showItem, toItem } from './dynamo-tables.ts';
import { stateKeys } from './state-keys.ts';
import type { StateTable } from './state-table.ts';

/** Versions of definitions in the state table, a partition for each worker type. They never expire. */
export class DynamoVersionHistory implements VersionHistory {
  readonly #table: StateTable;

  constructor(table: StateTable) {
    this.#table = table;
  }

  async list(workerType: string): Promise<VersionRecord[]> {
    const items = await this.#table.items(stateKeys.versions(this.#table.provisionerId, workerType));
    return items.map(recordOf);
  }

  async get(workerType: string, version: number): Promise<VersionRecord | undefined> {
    const { Item: item } = await this.#table.client.send(
      new GetItemCommand({
        TableName: this.#table.name,
        Key: toItem(stateKeys.version(this.#table.provisionerId, workerType, version)),
        ConsistentRead: true,
      }),
    );
    return item === undefined ? undefined : recordOf(item);
  }

  async add(record: VersionRecord): Promise<'added' | 'taken'> {
    try {
      await this.#table.client.send(
        new PutItemCommand({
          TableName: this.#table.name,
          Item: toItem(this.#keyed(record)),
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
    await this.#table.put(this.#keyed(record));
  }

  #keyed(record: VersionRecord) {
    return { ...stateKeys.version(this.#table.provisionerId, record.workerType, record.version), record };
  }
}

/** A document may hold anything that somebody put into the table by hand. */
const recordOf = (item: Item): VersionRecord => showItem(item)['record'] as VersionRecord;
