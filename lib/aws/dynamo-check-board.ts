import { DeleteItemCommand, type DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb';
import pMap from 'p-map';
import type { CheckBoard } from '../control/check-ports.ts';
import type { CheckReport } from '../core/finding.ts';
import { ALL_NAMES, isInRange, type NameRange } from '../core/name-range.ts';
import { fromItem, queryAll, toItem } from './dynamo-tables.ts';
import { keyRange } from './key-range.ts';
import { stateKeys } from './state-keys.ts';

const WRITES = { concurrency: 16 };

/** Check reports in the state table: one query reads them all. */
export class DynamoCheckBoard implements CheckBoard {
  readonly #client: DynamoDBClient;
  readonly #table: string;
  readonly #provisionerId: string;

  constructor(client: DynamoDBClient, table: string, provisionerId: string) {
    this.#client = client;
    this.#table = table;
    this.#provisionerId = provisionerId;
  }

  async load(range: NameRange = ALL_NAMES): Promise<CheckReport[]> {
    const { condition, values } = keyRange('sk', range);
    const items = await queryAll(this.#client, {
      TableName: this.#table,
      KeyConditionExpression: `pk = :pk${condition}`,
      ExpressionAttributeValues: toItem({ ':pk': stateKeys.checks(this.#provisionerId), ...values }),
      // Half the price; reports are minutes old anyhow.
      ConsistentRead: false,
    });
    return items
      .map((item) => fromItem(item)['report'] as CheckReport)
      .filter(({ workerType }) => isInRange(workerType, range));
  }

  async save(reports: readonly CheckReport[]): Promise<void> {
    await pMap(
      reports,
      async (report) => {
        const key = stateKeys.check(this.#provisionerId, report.workerType);
        const item = toItem({ ...key, report: fitting(report) });
        await this.#client.send(new PutItemCommand({ TableName: this.#table, Item: item }));
      },
      WRITES,
    );
  }

  async remove(workerTypes: readonly string[]): Promise<void> {
    await pMap(
      workerTypes,
      async (workerType) => {
        const key = toItem(stateKeys.check(this.#provisionerId, workerType));
        await this.#client.send(new DeleteItemCommand({ TableName: this.#table, Key: key }));
      },
      WRITES,
    );
  }
}

/** An item holds 400 KB; failed look-ups may be many and say the same. Findings are kept whole: launches go by them. */
const MAX_UNKNOWN = 100;

const fitting = (report: CheckReport): CheckReport => ({ ...report, unknown: report.unknown.slice(0, MAX_UNKNOWN) });
