import { type DynamoDBClient, PutItemCommand, QueryCommand } from '@aws-sdk/client-dynamodb';
import pMap from 'p-map';
import type { DecisionRecord } from '../control/decision-record.ts';
import type { Decisions } from '../control/ports.ts';
import { fromItem, toItem } from './dynamo-tables.ts';
import { DECISION_SECONDS, stateKeys } from './state-keys.ts';

/** Decisions in the state table, newest last by key. */
export class DynamoDecisions implements Decisions {
  readonly #client: DynamoDBClient;
  readonly #table: string;
  readonly #provisionerId: string;

  constructor(client: DynamoDBClient, table: string, provisionerId: string) {
    this.#client = client;
    this.#table = table;
    this.#provisionerId = provisionerId;
  }

  async append(decisions: readonly DecisionRecord[]): Promise<void> {
    const put = async (decision: DecisionRecord) => {
      const { workerType, at } = decision;
      const item = toItem({
        ...stateKeys.decision(this.#provisionerId, workerType, at),
        decision,
        expiresAt: Math.floor(at / 1000) + DECISION_SECONDS,
      });
      await this.#client.send(new PutItemCommand({ TableName: this.#table, Item: item }));
    };
    await pMap(decisions, put, { concurrency: 16 });
  }

  async latest(workerType: string, count: number): Promise<DecisionRecord[]> {
    const { Items: items = [] } = await this.#client.send(
      new QueryCommand({
        TableName: this.#table,
        KeyConditionExpression: 'pk = :pk',
        ExpressionAttributeValues: toItem({ ':pk': stateKeys.decisions(this.#provisionerId, workerType) }),
        ScanIndexForward: false,
        Limit: count,
      }),
    );
    return items.map((item) => fromItem(item)['decision'] as DecisionRecord);
  }
}
