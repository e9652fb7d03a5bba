import { DeleteItemCommand, type DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { ALL_NAMES, type NameRange } from '../core/name-range.ts';
import { type Item, queryAll, toItem } from './dynamo-tables.ts';
import { keyRange } from './key-range.ts';

interface Key {
  readonly pk: string;
  readonly sk: string;
}

/** The state table and whose part of it: what its adapters have in common. */
export class StateTable {
  readonly client: DynamoDBClient;
  readonly name: string;
  readonly provisionerId: string;

  constructor(client: DynamoDBClient, name: string, provisionerId: string) {
    this.client = client;
    this.name = name;
    this.provisionerId = provisionerId;
  }

  /**
   * The items of a partition, or those whose sort keys are a prefix and a name of the range. The end of the range may be
   * among them (see keyRange).
   *
   * @param freshness `recent`: the last second's changes may be missing, for half the price
   */
  async items(
    pk: string,
    {
      range = ALL_NAMES,
      prefix = '',
      freshness = 'latest',
    }: { readonly range?: NameRange; readonly prefix?: string; readonly freshness?: 'latest' | 'recent' } = {},
  ): Promise<Item[]> {
    const { condition, values } = keyRange('sk', range, prefix);
    return queryAll(this.client, {
      TableName: this.name,
      KeyConditionExpression: `pk = :pk${condition}`,
      ExpressionAttributeValues: toItem({ ':pk': pk, ...values }),
      ConsistentRead: freshness === 'latest',
    });
  }

  /** Writes an item, whatever was there. Fields that are undefined are left out. */
  async put(item: Key & Readonly<Record<string, unknown>>): Promise<void> {
    await this.client.send(new PutItemCommand({ TableName: this.name, Item: toItem(item) }));
  }

  /** Removes an item; harmless when it is not there. */
  async remove(key: Key): Promise<void> {
    await this.client.send(new DeleteItemCommand({ TableName: this.name, Key: toItem(key) }));
  }
}
