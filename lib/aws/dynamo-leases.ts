import { ConditionalCheckFailedException, type DynamoDBClient, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import type { Clock, Lease, Leases } from '../control/ports.ts';
import { epochMillis } from '../core/units.ts';
import { fromItem, toItem } from './dynamo-tables.ts';
import { RELEASED, stateKeys } from './state-keys.ts';

/** The tick's lease as one item, taken and prolonged by conditional writes. Expiry goes by the clocks of the holders. */
export class DynamoLeases implements Leases {
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

  async acquire(
    holder: string,
    durationMs: number,
  ): Promise<{ kind: 'acquired'; lease: Lease } | { kind: 'held'; by: string }> {
    const now = this.#clock.now();
    const until = epochMillis(now + durationMs);
    try {
      const { Attributes: attributes } = await this.#client.send(
        new UpdateItemCommand({
          TableName: this.#table,
          Key: toItem(stateKeys.lease(this.#provisionerId)),
          UpdateExpression: 'SET holder = :holder, leaseUntil = :until, fence = if_not_exists(fence, :zero) + :one',
          ConditionExpression: 'attribute_not_exists(leaseUntil) OR leaseUntil <= :now OR holder = :holder',
          ExpressionAttributeValues: toItem({ ':holder': holder, ':until': until, ':now': now, ':zero': 0, ':one': 1 }),
          ReturnValues: 'ALL_NEW',
          ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
        }),
      );
      return { kind: 'acquired', lease: { holder, fence: Number(attributes?.['fence']?.N), until } };
    } catch (error) {
      if (!(error instanceof ConditionalCheckFailedException)) throw error;
      return { kind: 'held', by: String(error.Item === undefined ? 'somebody' : fromItem(error.Item)['holder']) };
    }
  }

  async renew(lease: Lease, durationMs: number): Promise<Lease | undefined> {
    const until = epochMillis(this.#clock.now() + durationMs);
    return (await this.#change(lease, until)) ? { ...lease, until } : undefined;
  }

  async release(lease: Lease): Promise<void> {
    await this.#change(lease, epochMillis(RELEASED));
  }

  /** Sets the end of the lease while its fence is still the current one and it was not given back. */
  async #change({ fence }: Lease, until: number): Promise<boolean> {
    try {
      await this.#client.send(
        new UpdateItemCommand({
          TableName: this.#table,
          Key: toItem(stateKeys.lease(this.#provisionerId)),
          UpdateExpression: 'SET leaseUntil = :until',
          ConditionExpression: 'fence = :fence AND leaseUntil > :released',
          ExpressionAttributeValues: toItem({ ':until': until, ':fence': fence, ':released': RELEASED }),
        }),
      );
      return true;
    } catch (error) {
      if (error instanceof ConditionalCheckFailedException) return false;
      throw error;
    }
  }
}
