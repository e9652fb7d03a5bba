import { type DynamoDBClient, GetItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
import type { Controls, PoolMemory, TypeControl } from '../control/ports.ts';
import type { Cooldown } from '../core/pool-cooldown.ts';
import { fromItem, queryAll, toItem } from './dynamo-tables.ts';
import { stateKeys } from './state-keys.ts';

/** Cooldowns as one item: there are never more than some hundred, and every tick needs all of them. */
export class DynamoPoolMemory implements PoolMemory {
  readonly #client: DynamoDBClient;
  readonly #table: string;
  readonly #provisionerId: string;

  constructor(client: DynamoDBClient, table: string, provisionerId: string) {
    this.#client = client;
    this.#table = table;
    this.#provisionerId = provisionerId;
  }

  async load(): Promise<Cooldown[]> {
    const { Item: item } = await this.#client.send(
      new GetItemCommand({
        TableName: this.#table,
        Key: toItem(stateKeys.cooldowns(this.#provisionerId)),
        ConsistentRead: true,
      }),
    );
    return item === undefined ? [] : (fromItem(item)['cooldowns'] as Cooldown[]);
  }

  async save(cooldowns: readonly Cooldown[]): Promise<void> {
    // Where a thousand pools are dry at once, those that bind every type, the longest first: an item holds 400 KB.
    const isOwn = ({ definitionKey: key }: Cooldown) => (key === undefined ? 0 : 1);
    const kept = [...cooldowns].sort((a, b) => isOwn(a) - isOwn(b) || b.until - a.until).slice(0, MAX_COOLDOWNS);
    const item = toItem({ ...stateKeys.cooldowns(this.#provisionerId), cooldowns: kept });
    await this.#client.send(new PutItemCommand({ TableName: this.#table, Item: item }));
  }
}

const MAX_COOLDOWNS = 1500;

/** Pauses and resumptions, one item a worker type. */
export class DynamoControls implements Controls {
  readonly #client: DynamoDBClient;
  readonly #table: string;
  readonly #provisionerId: string;

  constructor(client: DynamoDBClient, table: string, provisionerId: string) {
    this.#client = client;
    this.#table = table;
    this.#provisionerId = provisionerId;
  }

  async load(): Promise<TypeControl[]> {
    const items = await queryAll(this.#client, {
      TableName: this.#table,
      KeyConditionExpression: 'pk = :pk',
      ExpressionAttributeValues: toItem({ ':pk': stateKeys.controls(this.#provisionerId) }),
    });
    return items.map((item) => fromItem(item)['control'] as TypeControl);
  }

  async save(control: TypeControl): Promise<void> {
    const item = toItem({ ...stateKeys.control(this.#provisionerId, control.workerType), control });
    await this.#client.send(new PutItemCommand({ TableName: this.#table, Item: item }));
  }
}
