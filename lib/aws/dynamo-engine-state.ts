import { ConditionalCheckFailedException, DeleteItemCommand } from '@aws-sdk/client-dynamodb';
import pMap from 'p-map';
import type { Clock, Controls, PoolMemory, TypeControl } from '../control/ports.ts';
import { type Cooldown, cooldownKey } from '../core/pool-cooldown.ts';
import { fromItem, queryAll, toItem } from './dynamo-tables.ts';
import { stateKeys } from './state-keys.ts';
import type { StateTable } from './state-table.ts';

/** Cooldowns, one item each: ticks of several shards add theirs at the same time. */
export class DynamoPoolMemory implements PoolMemory {
  readonly #table: StateTable;
  readonly #clock: Clock;

  constructor(table: StateTable, clock: Clock) {
    this.#table = table;
    this.#clock = clock;
  }

  async load(): Promise<Cooldown[]> {
    const items = await queryAll(this.#table.client, {
      TableName: this.#table.name,
      // Those that are over stay until DynamoDB takes them away, within days.
      FilterExpression: 'attribute_exists(cooldown) AND cooldown.#until > :now',
      ExpressionAttributeNames: { '#until': 'until' },
      KeyConditionExpression: 'pk = :pk',
      ExpressionAttributeValues: toItem({
        ':pk': stateKeys.cooldowns(this.#table.provisionerId),
        ':now': this.#clock.now(),
      }),
      // Half the price. Another shard's tick learns of a dry pool a second later.
      ConsistentRead: false,
    });
    return items.map((item) => fromItem(item)['cooldown'] as Cooldown);
  }

  async add(cooldowns: readonly Cooldown[]): Promise<void> {
    const put = async (cooldown: Cooldown) => {
      const key = stateKeys.cooldown(this.#table.provisionerId, cooldownKey(cooldown));
      await this.#table.put({ ...key, cooldown, expiresAt: Math.ceil(cooldown.until / 1000) });
    };
    await pMap(cooldowns, put, { concurrency: 16 });
  }
}

/** Pauses and resumptions, one item a worker type. */
export class DynamoControls implements Controls {
  readonly #table: StateTable;

  constructor(table: StateTable) {
    this.#table = table;
  }

  async load(): Promise<TypeControl[]> {
    const items = await this.#table.items(stateKeys.controls(this.#table.provisionerId));
    return items.map((item) => fromItem(item)['control'] as TypeControl);
  }

  async save(control: TypeControl): Promise<void> {
    await this.#table.put({ ...stateKeys.control(this.#table.provisionerId, control.workerType), control });
  }

  async remove(control: TypeControl): Promise<void> {
    try {
      await this.#table.client.send(
        new DeleteItemCommand({
          TableName: this.#table.name,
          Key: toItem(stateKeys.control(this.#table.provisionerId, control.workerType)),
          // Whatever is said has a time of its own.
          ConditionExpression: [
            control.pause === undefined ? 'attribute_not_exists(control.pause)' : 'control.pause.#at = :pausedAt',
            control.clearedAt === undefined
              ? 'attribute_not_exists(control.clearedAt)'
              : 'control.clearedAt = :clearedAt',
          ].join(' AND '),
          ...(control.pause === undefined ? {} : { ExpressionAttributeNames: { '#at': 'at' } }),
          ExpressionAttributeValues: toItem({ ':pausedAt': control.pause?.at, ':clearedAt': control.clearedAt }),
        }),
      );
    } catch (error) {
      if (!(error instanceof ConditionalCheckFailedException)) throw error;
    }
  }
}
