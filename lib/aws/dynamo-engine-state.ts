import { type DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb';
import pMap from 'p-map';
import type { Clock, Controls, PoolMemory, TypeControl } from '../control/ports.ts';
import { type Cooldown, cooldownKey } from '../core/pool-cooldown.ts';
import { fromItem, queryAll, toItem } from './dynamo-tables.ts';
import { stateKeys } from './state-keys.ts';

/** Cooldowns, one item each: ticks of several shards add theirs at the same time. */
export class DynamoPoolMemory implements PoolMemory {
  readonly #client: DynamoDBClient;
  readonly #table: string;
  readonly #provisionerId: string;
  readonly #clock: Clock;

  constructor(client: DynamoDBClient, table: string, provisionerId: string, clock: Clock) {
    this.#client = client;
    this.#table = table;
    this.#provisionerId = provisionerId;
    this.#clock = clock;
  }

  async load(): Promise<Cooldown[]> {
    const items = await queryAll(this.#client, {
      TableName: this.#table,
      // Those that are over stay until DynamoDB takes them away, within days.
      FilterExpression: 'attribute_exists(cooldown) AND cooldown.#until > :now',
      ExpressionAttributeNames: { '#until': 'until' },
      KeyConditionExpression: 'pk = :pk',
      ExpressionAttributeValues: toItem({
        ':pk': stateKeys.cooldowns(this.#provisionerId),
        ':now': this.#clock.now(),
      }),
      // Half the price. Another shard's tick learns of a dry pool a second later.
      ConsistentRead: false,
    });
    return items.map((item) => fromItem(item)['cooldown'] as Cooldown);
  }

  async add(cooldowns: readonly Cooldown[]): Promise<void> {
    const put = async (cooldown: Cooldown) => {
      const key = stateKeys.cooldown(this.#provisionerId, cooldownKey(cooldown));
      const item = toItem({ ...key, cooldown, expiresAt: Math.ceil(cooldown.until / 1000) });
      await this.#client.send(new PutItemCommand({ TableName: this.#table, Item: item }));
    };
    await pMap(cooldowns, put, { concurrency: 16 });
  }
}

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
