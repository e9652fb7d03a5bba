import {
  type AttributeValue,
  type DynamoDBClient,
  QueryCommand,
  type QueryCommandInput,
} from '@aws-sdk/client-dynamodb';
import { marshall, unmarshall } from '@aws-sdk/util-dynamodb';

/** A DynamoDB item in the SDK's own notation. */
export type Item = Record<string, AttributeValue>;

/** A plain object as an item; fields that are undefined are left out. */
export const toItem = (value: object): Item => marshall(value, { removeUndefinedValues: true });

/** An item as a plain object. Throws on an integer beyond double precision: such an item needs a human. */
export const fromItem = (item: Item): Record<string, unknown> => unmarshall(item, { wrapNumbers: exactNumber });

/** An item for people to look at: a number that no double holds is its text. */
export const showItem = (item: Item): Record<string, unknown> =>
  unmarshall(item, { wrapNumbers: (text: string) => (isExact(Number(text)) ? Number(text) : text) });

function exactNumber(text: string): number {
  const value = Number(text);
  if (isExact(value)) return value;
  throw new RangeError(`the number ${text} is beyond double precision`);
}

/** The last digits of a fraction may be rounded; those of an integer count. */
const isExact = (value: number): boolean =>
  Number.isSafeInteger(value) || (Number.isFinite(value) && !Number.isInteger(value));

/** All items of a query, page after page, read consistently. */
export async function queryAll(client: DynamoDBClient, input: QueryCommandInput): Promise<Item[]> {
  const items: Item[] = [];
  let startKey: Item | undefined;
  do {
    const page = await client.send(
      new QueryCommand({
        ConsistentRead: true,
        ...input,
        ...(startKey === undefined ? {} : { ExclusiveStartKey: startKey }),
      }),
    );
    items.push(...(page.Items ?? []));
    startKey = page.LastEvaluatedKey;
  } while (startKey !== undefined);
  return items;
}
