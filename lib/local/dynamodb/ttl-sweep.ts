import { AwsError } from '../aws-json/aws-error.ts';
import type { Engine, Json } from './engine.ts';
import { ttlAttributeOf } from './table-settings.ts';

/** TTL leaves items alone that expired longer ago (DynamoDB guide, "Using time to live"). */
const MAX_AGE_SECONDS = 5 * 365 * 86_400;

/** Deletes what has expired in every table with TTL enabled, and answers how many items that were. */
export async function sweepExpired(engine: Engine, nowMs: number): Promise<number> {
  let deleted = 0;
  for (const table of await tableNames(engine)) {
    const attribute = await ttlAttributeOf(engine, table);
    if (attribute !== undefined) deleted += await sweepTable(engine, table, attribute, Math.floor(nowMs / 1000));
  }
  return deleted;
}

async function sweepTable(engine: Engine, table: string, attribute: string, nowSeconds: number): Promise<number> {
  const { KeySchema } = await engine.table(table);
  let deleted = 0;
  let position: unknown;
  do {
    const page = await engine.call('Scan', {
      TableName: table,
      FilterExpression: '#ttl < :now AND #ttl > :oldest',
      ExpressionAttributeNames: { '#ttl': attribute },
      ExpressionAttributeValues: {
        ':now': { N: String(nowSeconds) },
        ':oldest': { N: String(nowSeconds - MAX_AGE_SECONDS) },
      },
      ...(position !== undefined && { ExclusiveStartKey: position }),
    });
    for (const item of page['Items'] as Json[]) {
      const key = Object.fromEntries(KeySchema.map(({ AttributeName: name }) => [name, item[name]]));
      if (await deleteIfUnchanged(engine, table, key, attribute, item[attribute])) deleted += 1;
    }
    position = page['LastEvaluatedKey'];
  } while (position !== undefined);
  return deleted;
}

/** An item whose expiry was moved since the scan stays. */
async function deleteIfUnchanged(
  engine: Engine,
  table: string,
  key: Json,
  attribute: string,
  expiry: unknown,
): Promise<boolean> {
  try {
    await engine.call('DeleteItem', {
      TableName: table,
      Key: key,
      ConditionExpression: '#ttl = :seen',
      ExpressionAttributeNames: { '#ttl': attribute },
      ExpressionAttributeValues: { ':seen': expiry },
    });
    return true;
  } catch (error) {
    if (error instanceof AwsError && error.code === 'ConditionalCheckFailedException') return false;
    throw error;
  }
}

async function tableNames(engine: Engine): Promise<string[]> {
  const names: string[] = [];
  let position: unknown;
  do {
    const page = await engine.call('ListTables', position === undefined ? {} : { ExclusiveStartTableName: position });
    names.push(...(page['TableNames'] as string[]));
    position = page['LastEvaluatedTableName'];
  } while (position !== undefined);
  return names;
}
