import { randomUUID } from 'node:crypto';
import { ConditionalCheckFailedException, GetItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
import type { Clock, LaunchBudget } from '../control/ports.ts';
import { type BucketLimits, LAUNCH_BUDGET, type TokenBucket, takeToken } from '../core/token-bucket.ts';
import type { EpochMillis } from '../core/units.ts';
import { fromItem, toItem } from './dynamo-tables.ts';
import { stateKeys } from './state-keys.ts';
import type { StateTable } from './state-table.ts';

/** Two that meet on the item try again; more than this many times means that the region is busy anyway. */
const ATTEMPTS = 6;

/** A region's bucket as stored. `revision` is another one after each write: compare-and-set goes by it. */
interface StoredBucket {
  readonly bucket: TokenBucket;
  readonly revision: string;
}

/** A token bucket for each region as one item, changed by compare-and-set: it outlives invocations and is shared by all. */
export class DynamoLaunchBudget implements LaunchBudget {
  readonly #table: StateTable;
  readonly #clock: Clock;
  readonly #limits: BucketLimits;
  /** By region: nothing comes into a bucket sooner, so that nobody has to ask. */
  readonly #emptyUntil = new Map<string, EpochMillis>();
  /** Calls of this process go one after the other: they would only meet each other. */
  #queue: Promise<unknown> = Promise.resolve();

  constructor(table: StateTable, clock: Clock, limits = LAUNCH_BUDGET) {
    this.#table = table;
    this.#clock = clock;
    this.#limits = limits;
  }

  take(region: string): ReturnType<LaunchBudget['take']> {
    const taken = this.#queue.then(() => this.#take(region));
    this.#queue = taken.catch(() => undefined);
    return taken;
  }

  async drain(region: string): Promise<void> {
    await this.#put(region, { tokens: 0, at: this.#clock.now() }, 'whatever is stored');
  }

  async #take(region: string): ReturnType<LaunchBudget['take']> {
    const emptyUntil = this.#emptyUntil.get(region);
    if (emptyUntil !== undefined && this.#clock.now() < emptyUntil) return { kind: 'exhausted', retryAt: emptyUntil };
    for (let attempt = 1; attempt <= ATTEMPTS; attempt += 1) {
      const now = this.#clock.now();
      const stored = await this.#load(region);
      const taken = takeToken(stored?.bucket ?? { tokens: this.#limits.maxTokens, at: now }, this.#limits, now);
      if (taken.kind === 'exhausted') {
        this.#emptyUntil.set(region, taken.retryAt);
        return taken;
      }
      if (await this.#put(region, taken.bucket, stored)) return { kind: 'granted' };
    }
    return { kind: 'exhausted', retryAt: this.#clock.now() };
  }

  async #load(region: string): Promise<StoredBucket | undefined> {
    const key = toItem(stateKeys.budget(this.#table.provisionerId, region));
    const { Item: item } = await this.#table.client.send(
      new GetItemCommand({ TableName: this.#table.name, Key: key, ConsistentRead: true }),
    );
    return item === undefined ? undefined : (fromItem(item) as unknown as StoredBucket);
  }

  /** Writes the bucket if what was read, undefined for nothing, is still what is stored. */
  async #put(
    region: string,
    bucket: TokenBucket,
    expected: StoredBucket | undefined | 'whatever is stored',
  ): Promise<boolean> {
    const item = toItem({ ...stateKeys.budget(this.#table.provisionerId, region), bucket, revision: randomUUID() });
    try {
      await this.#table.client.send(
        new PutItemCommand({ TableName: this.#table.name, Item: item, ...condition(expected) }),
      );
      return true;
    } catch (error) {
      if (error instanceof ConditionalCheckFailedException) return false;
      throw error;
    }
  }
}

function condition(expected: StoredBucket | undefined | 'whatever is stored') {
  if (expected === 'whatever is stored') return {};
  if (expected === undefined) return { ConditionExpression: 'attribute_not_exists(pk)' };
  return {
    ConditionExpression: 'revision = :expected',
    ExpressionAttributeValues: toItem({ ':expected': expected.revision }),
  };
}
