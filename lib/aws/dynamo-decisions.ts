import { QueryCommand } from '@aws-sdk/client-dynamodb';
import pMap from 'p-map';
import type { DecisionRecord } from '../control/decision-record.ts';
import type { Decisions } from '../control/ports.ts';
import { fromItem, toItem } from './dynamo-tables.ts';
import { DECISION_SECONDS, stateKeys } from './state-keys.ts';
import type { StateTable } from './state-table.ts';

/** Decisions in the state table, newest last by key. */
export class DynamoDecisions implements Decisions {
  readonly #table: StateTable;

  constructor(table: StateTable) {
    this.#table = table;
  }

  async append(decisions: readonly DecisionRecord[]): Promise<void> {
    const put = async (decision: DecisionRecord) => {
      const { workerType, at } = decision;
      await this.#table.put({
        ...stateKeys.decision(this.#table.provisionerId, workerType, at),
        decision,
        expiresAt: Math.floor(at / 1000) + DECISION_SECONDS,
      });
    };
    await pMap(decisions, put, { concurrency: 16 });
  }

  async latest(workerType: string, count: number): Promise<DecisionRecord[]> {
    const { Items: items = [] } = await this.#table.client.send(
      new QueryCommand({
        TableName: this.#table.name,
        KeyConditionExpression: 'pk = :pk',
        ExpressionAttributeValues: toItem({ ':pk': stateKeys.decisions(this.#table.provisionerId, workerType) }),
        ScanIndexForward: false,
        Limit: count,
      }),
    );
    return items.map((item) => fromItem(item)['decision'] as DecisionRecord);
  }
}
