import { DeleteItemCommand, type DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb';
import pMap from 'p-map';
import type { StatusBoard } from '../control/ports.ts';
import type { ReapReport, TickReport, WorkerTypeStatus } from '../control/status.ts';
import { wholeTick } from '../control/tick-report.ts';
import { isInRange, type NameRange } from '../core/name-range.ts';
import { fromItem, queryAll, toItem } from './dynamo-tables.ts';
import { keyRange } from './key-range.ts';
import { stateKeys } from './state-keys.ts';

/** Statuses in the state table: one query reads them all. */
export class DynamoStatusBoard implements StatusBoard {
  readonly #client: DynamoDBClient;
  readonly #table: string;
  readonly #provisionerId: string;

  constructor(client: DynamoDBClient, table: string, provisionerId: string) {
    this.#client = client;
    this.#table = table;
    this.#provisionerId = provisionerId;
  }

  async load(): ReturnType<StatusBoard['load']> {
    const items = await queryAll(this.#client, {
      TableName: this.#table,
      KeyConditionExpression: 'pk = :pk',
      ExpressionAttributeValues: toItem({ ':pk': stateKeys.statuses(this.#provisionerId) }),
    });
    const byKey = new Map(items.map((item) => [item['sk']?.S ?? '', fromItem(item)['status']]));
    return {
      workerTypes: [...byKey]
        .filter(([key]) => key.startsWith('type#'))
        .map(([, status]) => status as WorkerTypeStatus),
      tick: wholeTick([...byKey].filter(([key]) => isTickOf(key)).map(([, report]) => report as TickReport)),
      reap: byKey.get('run#reap') as ReapReport | undefined,
    };
  }

  async loadWorkerTypes(range: NameRange): Promise<WorkerTypeStatus[]> {
    const { condition, values } = keyRange('sk', range, 'type#');
    const items = await queryAll(this.#client, {
      TableName: this.#table,
      KeyConditionExpression: `pk = :pk${condition}`,
      ExpressionAttributeValues: toItem({ ':pk': stateKeys.statuses(this.#provisionerId), ...values }),
      // Half the price. What a status remembers saves calls; that none is launched twice hangs on the ledger alone.
      ConsistentRead: false,
    });
    return items
      .map((item) => fromItem(item)['status'] as WorkerTypeStatus)
      .filter(({ workerType }) => isInRange(workerType, range));
  }

  async saveWorkerTypes(statuses: readonly WorkerTypeStatus[]): Promise<void> {
    await pMap(
      statuses,
      (status) => this.#put(stateKeys.workerType(this.#provisionerId, status.workerType), status),
      WRITES,
    );
  }

  async removeWorkerTypes(workerTypes: readonly string[]): Promise<void> {
    await pMap(
      workerTypes,
      async (workerType) => {
        const key = toItem(stateKeys.workerType(this.#provisionerId, workerType));
        await this.#client.send(new DeleteItemCommand({ TableName: this.#table, Key: key }));
      },
      WRITES,
    );
  }

  async saveTick(report: TickReport, shard: string): Promise<void> {
    await this.#put(stateKeys.tick(this.#provisionerId, shard), report);
  }

  async saveReap(report: ReapReport): Promise<void> {
    await this.#put(stateKeys.reap(this.#provisionerId), report);
  }

  async #put(key: { pk: string; sk: string }, status: object): Promise<void> {
    await this.#client.send(new PutItemCommand({ TableName: this.#table, Item: toItem({ ...key, status }) }));
  }
}

const WRITES = { concurrency: 16 };

const isTickOf = (key: string): boolean => key === 'run#tick' || key.startsWith('run#tick#');
