import { AwsError } from '../aws-json/aws-error.ts';
import type { Engine, Json } from './engine.ts';
import { transactItems } from './transact-write.ts';

/** Reads up to 100 items as they are at one moment, in order; a missing item answers `{}`. Must run alone. */
export async function transactGet(engine: Engine, input: Json): Promise<Json> {
  const responses: Json[] = [];
  for (const { Get } of transactItems(input)) {
    if (typeof Get !== 'object') throw new AwsError('ValidationException', 'TransactItems can only contain Get');
    const { Item } = await engine.call('GetItem', { ...Get, ConsistentRead: true });
    responses.push(Item === undefined ? {} : { Item });
  }
  return { Responses: responses };
}
