import { DeleteItemCommand, type DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb';
import pMap from 'p-map';
import type { StatusBoard } from '../control/ports.ts';
import type { ReapReport, TickReport, WorkerTypeStatus } from '../control/status.ts';
import { fromItem, queryAll, toItem } from './dynamo-tables.ts';
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
      tick: byKey.get('run#tick') as TickReport | undefined,
      reap: byKey.get('run#reap') as ReapReport | undefined,
    };
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

  async saveTick(report: TickReport): Promise<void> {
    await this.#put(stateKeys.run(this.#provisionerId, 'tick'), report);
  }

  async saveReap(report: ReapReport): Promise<void> {
    await this.#put(stateKeys.run(this.#provisionerId, 'reap'), report);
  }

  async #put(key: { pk: string; sk: string }, status: object): Promise<void> {
    await this.#client.send(new PutItemCommand({ TableName: this.#table, Item: toItem({ ...key, status }) }));
  }
}

const WRITES = { concurrency: 16 };
