import {
  ConditionalCheckFailedException,
  DeleteItemCommand,
  type DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
} from '@aws-sdk/client-dynamodb';
import type { StoredWorkerType, WorkerTypes } from '../control/ports.ts';
import { ALL_NAMES, isInRange, type NameRange } from '../core/name-range.ts';
import { parseWorkerType, type WorkerType } from '../core/worker-type-schema.ts';
import { describeError } from './aws-errors.ts';
import { fromItem, type Item, queryAll, showItem, toItem } from './dynamo-tables.ts';
import { keyRange } from './key-range.ts';

/** Worker types as items of a DynamoDB table, one provisioner's partition. */
export class DynamoWorkerTypes implements WorkerTypes {
  readonly #client: DynamoDBClient;
  readonly #table: string;
  readonly #provisionerId: string;
  /** What the last list read, by the item's text: of a thousand definitions hardly one changes between two ticks. */
  #lastList: ReadonlyMap<string, StoredWorkerType> = new Map();

  constructor(client: DynamoDBClient, table: string, provisionerId: string) {
    this.#client = client;
    this.#table = table;
    this.#provisionerId = provisionerId;
  }

  async list(range: NameRange = ALL_NAMES, freshness: 'latest' | 'recent' = 'latest'): Promise<StoredWorkerType[]> {
    const { condition, values } = keyRange('workerType', range);
    const items = await queryAll(this.#client, {
      TableName: this.#table,
      KeyConditionExpression: `provisionerId = :id${condition}`,
      ExpressionAttributeValues: toItem({ ':id': this.#provisionerId, ...values }),
      ConsistentRead: freshness === 'latest',
    });
    const list = items.map((item) => {
      const text = JSON.stringify(item);
      return [text, this.#lastList.get(text) ?? stored(item)] as const;
    });
    // A look at one type must not forget the others.
    if (list.length > 1) this.#lastList = new Map(list);
    return list.map(([, read]) => read).filter(({ workerType }) => isInRange(workerType, range));
  }

  async get(workerType: string): Promise<StoredWorkerType | undefined> {
    const { Item: item } = await this.#client.send(
      new GetItemCommand({ TableName: this.#table, Key: this.#key(workerType), ConsistentRead: true }),
    );
    return item === undefined ? undefined : stored(item);
  }

  async save(definition: WorkerType, expectedVersion: number | undefined): Promise<'saved' | 'conflict'> {
    const item = toItem({ ...definition, provisionerId: this.#provisionerId, version: (expectedVersion ?? 0) + 1 });
    try {
      await this.#client.send(
        new PutItemCommand({ TableName: this.#table, Item: item, ...versionCondition(expectedVersion) }),
      );
      return 'saved';
    } catch (error) {
      if (error instanceof ConditionalCheckFailedException) return 'conflict';
      throw error;
    }
  }

  async remove(workerType: string, expectedVersion: number): Promise<'removed' | 'conflict' | 'absent'> {
    try {
      await this.#client.send(
        new DeleteItemCommand({
          TableName: this.#table,
          Key: this.#key(workerType),
          ...versionCondition(expectedVersion),
        }),
      );
      return 'removed';
    } catch (error) {
      if (!(error instanceof ConditionalCheckFailedException)) throw error;
      return (await this.get(workerType)) === undefined ? 'absent' : 'conflict';
    }
  }

  #key(workerType: string): Item {
    return toItem({ provisionerId: this.#provisionerId, workerType });
  }
}

/** An item written by hand may hold no version, which the schema reads as 1. */
function versionCondition(expectedVersion: number | undefined) {
  if (expectedVersion === undefined) return { ConditionExpression: 'attribute_not_exists(workerType)' };
  const unversioned =
    expectedVersion === 1 ? ' OR (attribute_exists(workerType) AND attribute_not_exists(#version))' : '';
  return {
    ConditionExpression: `#version = :expected${unversioned}`,
    ExpressionAttributeNames: { '#version': 'version' },
    ExpressionAttributeValues: toItem({ ':expected': expectedVersion }),
  };
}

function stored(item: Item): StoredWorkerType {
  const workerType = item['workerType']?.S ?? '';
  try {
    const document = fromItem(item);
    return { workerType, document, parsed: parseWorkerType(document) };
  } catch (error) {
    const problems = [{ path: '', message: `the item cannot be read: ${describeError(error)}` }];
    return { workerType, document: showItem(item), parsed: { kind: 'invalid', problems } };
  }
}
