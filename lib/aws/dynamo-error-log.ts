import { QueryCommand, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import pMap from 'p-map';
import { type ErrorRecord, errorHour, errorKey, mergeErrors } from '../control/error-record.ts';
import type { ErrorLog } from '../control/ports.ts';
import type { EpochMillis } from '../core/units.ts';
import { fromItem, type Item, toItem } from './dynamo-tables.ts';
import { ERROR_SECONDS, stateKeys } from './state-keys.ts';
import type { StateTable } from './state-table.ts';

const CONCURRENCY = 16;
const PAGE_SIZE = 100;

/** Errors in the state table: one item for each type, kind and hour, and one for each type that says when its last was. */
export class DynamoErrorLog implements ErrorLog {
  readonly #table: StateTable;

  constructor(table: StateTable) {
    this.#table = table;
  }

  async append(errors: readonly ErrorRecord[]): Promise<void> {
    const lastOf = Map.groupBy(errors, ({ workerType }) => workerType);
    // First who has errors, then which: an index that knows more than there is does no harm.
    await pMap(
      lastOf,
      ([workerType, its]) => this.#touch(workerType, Math.max(...its.map(({ at }) => at)) as EpochMillis),
      { concurrency: CONCURRENCY },
    );
    await pMap(mergeErrors(errors), (error) => this.#add(error), { concurrency: CONCURRENCY });
  }

  async latest({ workerType, count }: Parameters<ErrorLog['latest']>[0]): Promise<ErrorRecord[]> {
    // The newest `count` errors of all are among those of the `count` types that had one last.
    const types = workerType === undefined ? (await this.#typesByLastError()).slice(0, count) : [workerType];
    const found = await pMap(types, (type) => this.#latestOf(type, count), { concurrency: CONCURRENCY });
    return found
      .flat()
      .sort((a, b) => b.at - a.at)
      .slice(0, count);
  }

  async #touch(workerType: string, at: EpochMillis): Promise<void> {
    await this.#table.client.send(
      new UpdateItemCommand({
        TableName: this.#table.name,
        Key: toItem(stateKeys.erringType(this.#table.provisionerId, workerType)),
        UpdateExpression: 'SET lastAt = :at, expiresAt = :expiresAt',
        ExpressionAttributeValues: toItem({ ':at': at, ':expiresAt': expiryOf(at) }),
      }),
    );
  }

  /** Begins the record, or adds to it: both in one write, so that two that meet lose nothing. */
  async #add(error: ErrorRecord): Promise<void> {
    const { workerType, firstAt, count, ...last } = error;
    await this.#table.client.send(
      new UpdateItemCommand({
        TableName: this.#table.name,
        Key: toItem(stateKeys.error(this.#table.provisionerId, workerType, errorKey(error))),
        UpdateExpression:
          'SET lastError = :last, firstAt = if_not_exists(firstAt, :firstAt), expiresAt = :expiresAt ADD timesMet :count',
        ExpressionAttributeValues: toItem({
          ':last': last,
          ':firstAt': firstAt,
          ':expiresAt': expiryOf(error.at),
          ':count': count,
        }),
      }),
    );
  }

  async #typesByLastError(): Promise<string[]> {
    const items = await this.#table.items(stateKeys.erringTypes(this.#table.provisionerId));
    return items
      .map((item) => fromItem(item) as { sk: string; lastAt: number })
      .sort((a, b) => b.lastAt - a.lastAt)
      .map(({ sk }) => sk);
  }

  async #latestOf(workerType: string, count: number): Promise<ErrorRecord[]> {
    const errors: ErrorRecord[] = [];
    let startKey: Item | undefined;
    do {
      const page = await this.#table.client.send(
        new QueryCommand({
          TableName: this.#table.name,
          KeyConditionExpression: 'pk = :pk',
          ExpressionAttributeValues: toItem({ ':pk': stateKeys.errors(this.#table.provisionerId, workerType) }),
          ScanIndexForward: false,
          Limit: Math.max(count, PAGE_SIZE),
          ...(startKey === undefined ? {} : { ExclusiveStartKey: startKey }),
        }),
      );
      errors.push(...(page.Items ?? []).map((item) => readError(item, workerType)));
      startKey = page.LastEvaluatedKey;
      // Within an hour keys say nothing of time: an hour is read to its end.
    } while (startKey !== undefined && !reachesPastHour(errors, count));
    return errors.sort((a, b) => b.at - a.at).slice(0, count);
  }
}

/** Is an hour begun that is older than the one with the last record asked for? */
function reachesPastHour(errors: readonly ErrorRecord[], count: number): boolean {
  const [lastAsked, lastRead] = [errors[count - 1], errors.at(-1)];
  return lastAsked !== undefined && lastRead !== undefined && errorHour(lastRead.at) < errorHour(lastAsked.at);
}

function readError(item: Item, workerType: string): ErrorRecord {
  const { lastError, firstAt, timesMet } = fromItem(item);
  return { workerType, ...Object(lastError), firstAt, count: timesMet } as ErrorRecord;
}

const expiryOf = (at: EpochMillis): number => Math.floor(at / 1000) + ERROR_SECONDS;
