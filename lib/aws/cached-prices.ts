/**
 * Spot prices kept in the state table, so that one process reads a region for all of them.
 *
 * A record serves for five minutes when it was read for every type that is wanted. Then the region is read again, for
 * these types and those that others wanted within the hour: two callers with different types do not push each other's
 * out. While EC2 does not answer the old record serves on, and its `readAt` says so. While DynamoDB does not answer, EC2
 * is asked each time.
 */
import { type DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb';
import pMap from 'p-map';
import type { Clock, Prices, WantedPrices } from '../control/ports.ts';
import { mergeWanted, pricesKey } from '../control/wanted-prices.ts';
import type { PriceBook } from '../core/price-book.ts';
import { type EpochMillis, secondsAfter } from '../core/units.ts';
import { describeError } from './aws-errors.ts';
import { queryAll, toItem } from './dynamo-tables.ts';
import type { PricesFailure } from './ec2-spot-prices.ts';
import { type PricesRecord, readPricesRecord, serves, wantedTimes } from './prices-record.ts';
import { PRICES_RECORD_SECONDS, stateKeys } from './state-keys.ts';

/** Where the prices are kept. */
export interface PricesTable {
  readonly client: DynamoDBClient;
  readonly stateTable: string;
  readonly provisionerId: string;
}

const WRITES = { concurrency: 8 };

/** Prices of the state table while they are fresh, of the source when they are not. */
export class CachedPrices implements Prices {
  readonly #source: Prices;
  readonly #table: PricesTable;
  readonly #clock: Clock;
  readonly #onFailure: (failure: PricesFailure) => void;

  constructor(source: Prices, table: PricesTable, clock: Clock, onFailure: (failure: PricesFailure) => void) {
    this.#source = source;
    this.#table = table;
    this.#clock = clock;
    this.#onFailure = onFailure;
  }

  async read(wanted: readonly WantedPrices[]): Promise<PriceBook> {
    const merged = mergeWanted(wanted);
    if (merged.length === 0) return [];
    const now = this.#clock.now();
    const records = await this.#load(merged);
    const stale = merged.filter((one) => !serves(records.get(pricesKey(one)), one, now));
    const refreshed = await this.#refresh(stale, records, now);
    await pMap(refreshed.values(), (record) => this.#keep(record, now), WRITES);
    return merged.flatMap((one) => {
      const record = refreshed.get(pricesKey(one)) ?? records.get(pricesKey(one));
      if (record === undefined) return [];
      const { wantedAt: _, ...prices } = record;
      return [prices];
    });
  }

  async #load(wanted: readonly WantedPrices[]): Promise<Map<string, PricesRecord>> {
    const { client, stateTable, provisionerId } = this.#table;
    try {
      const items = await queryAll(client, {
        TableName: stateTable,
        KeyConditionExpression: 'pk = :pk',
        ExpressionAttributeValues: toItem({ ':pk': stateKeys.prices(provisionerId) }),
      });
      return new Map(items.flatMap(readPricesRecord).map((record) => [pricesKey(record), record]));
    } catch (error) {
      for (const one of wanted) this.#failed(one, error);
      return new Map();
    }
  }

  async #refresh(
    stale: readonly WantedPrices[],
    records: ReadonlyMap<string, PricesRecord>,
    now: EpochMillis,
  ): Promise<Map<string, PricesRecord>> {
    if (stale.length === 0) return new Map();
    const wantedAt = new Map(
      stale.map((one) => [pricesKey(one), wantedTimes(records.get(pricesKey(one)), one, now)] as const),
    );
    const book = await this.#source.read(
      stale.map((one) => ({ ...one, instanceTypes: Object.keys(wantedAt.get(pricesKey(one)) ?? {}) })),
    );
    return new Map(
      book.map((prices) => {
        const key = pricesKey(prices);
        return [key, { ...prices, usdPerHour: { ...prices.usdPerHour }, wantedAt: wantedAt.get(key) ?? {} }];
      }),
    );
  }

  /** A record that cannot be written costs the next reader a call to EC2, and nothing else. */
  async #keep(record: PricesRecord, now: EpochMillis): Promise<void> {
    const { client, stateTable, provisionerId } = this.#table;
    const key = stateKeys.regionPrices(provisionerId, record.region, record.platform);
    const expiresAt = Math.ceil(secondsAfter(now, PRICES_RECORD_SECONDS) / 1000);
    try {
      await client.send(new PutItemCommand({ TableName: stateTable, Item: toItem({ ...key, ...record, expiresAt }) }));
    } catch (error) {
      this.#failed(record, error);
    }
  }

  #failed({ region, platform }: Pick<PricesFailure, 'region' | 'platform'>, error: unknown): void {
    this.#onFailure({ region, platform, cause: describeError(error) });
  }
}
