import { checkConditional, createKey, type Table, validateItem, validateKey } from 'dynalite/db/index.js';
import { AwsError } from '../aws-json/aws-error.ts';
import type { Engine, Json } from './engine.ts';

/** Actions in one transaction at most, from the DynamoDB quotas. */
const MAX_TRANSACT_ITEMS = 100;

/** The single-item operation that does the same as each action. A check parses like a delete and writes nothing. */
const OPERATIONS: Readonly<Record<string, string>> = {
  Put: 'PutItem',
  Update: 'UpdateItem',
  Delete: 'DeleteItem',
  ConditionCheck: 'DeleteItem',
};

interface Step {
  readonly operation: string;
  readonly isCheckOnly: boolean;
  readonly returnsOldItem: boolean;
  readonly parsed: Json;
  readonly table: Table;
  readonly key: Json;
}

interface Reason {
  readonly Code: string;
  readonly Message?: string;
  readonly Item?: Json;
}

/** Applies all actions or none; throws TransactionCanceledException with a reason for each. Must run alone. */
export async function transactWrite(engine: Engine, input: Json): Promise<Json> {
  const steps: Step[] = [];
  for (const item of transactItems(input)) steps.push(await prepareStep(engine, item));
  rejectRepeatedItems(steps);

  const reasons: Reason[] = [];
  for (const step of steps) reasons.push(await checkCondition(engine, step));
  throwIfAnyFailed(reasons);

  await engine.atomically(async () => {
    for (const [index, step] of steps.entries()) {
      if (!step.isCheckOnly) await apply(engine, step, index, steps.length);
    }
  });
  return {};
}

/** The 1-100 entries of a transaction; throws ValidationException for any other number. */
export function transactItems(input: Json): Json[] {
  const items = input['TransactItems'];
  if (!Array.isArray(items) || items.length === 0 || items.length > MAX_TRANSACT_ITEMS) {
    throw invalid(
      `1 validation error detected: Value at 'transactItems' failed to satisfy constraint: Member must have length less than or equal to ${MAX_TRANSACT_ITEMS}, and greater than or equal to 1`,
    );
  }
  return items.map((item) => ({ ...item }));
}

async function prepareStep(engine: Engine, item: Json): Promise<Step> {
  const [[kind, value] = ['', undefined], ...others] = Object.entries(item);
  const operation = OPERATIONS[kind];
  if (operation === undefined || others.length > 0 || typeof value !== 'object') {
    throw invalid('TransactItems can only contain one of Check, Put, Update or Delete');
  }
  const request: Json = { ...value };
  const parsed = engine.parse(operation, request);
  if (kind === 'ConditionCheck' && parsed['ConditionExpression'] === undefined) {
    throw invalid('The ConditionExpression of a ConditionCheck must not be empty');
  }
  const table = await engine.table(String(parsed['TableName']));
  const key = Object(parsed[kind === 'Put' ? 'Item' : 'Key']);
  const problem = kind === 'Put' ? validateItem(key, table) : validateKey(key, table);
  if (problem) throw invalid(problem.message);
  const returnsOldItem = request['ReturnValuesOnConditionCheckFailure'] === 'ALL_OLD';
  return { operation, isCheckOnly: kind === 'ConditionCheck', returnsOldItem, parsed, table, key };
}

function rejectRepeatedItems(steps: readonly Step[]): void {
  const keys = steps.map(({ table, key }) => `${table.TableName}/${createKey(key, table)}`);
  if (new Set(keys).size < keys.length) {
    throw invalid('Transaction request cannot include multiple operations on one item');
  }
}

async function checkCondition(engine: Engine, step: Step): Promise<Reason> {
  const item = await engine.item(step.table, step.key);
  const failure = checkConditional(step.parsed, item);
  if (!failure) return { Code: 'None' };
  const old = step.returnsOldItem && item !== undefined ? { Item: item } : {};
  return { Code: 'ConditionalCheckFailed', Message: failure.message, ...old };
}

async function apply(engine: Engine, step: Step, index: number, count: number): Promise<void> {
  try {
    await engine.run(step.operation, step.parsed);
  } catch (error) {
    // What only shows when an update meets its item: a wrong operand type, or a result above 400 KB.
    if (!(error instanceof AwsError)) throw error;
    const reasons = Array.from({ length: count }, (): Reason => ({ Code: 'None' }));
    reasons[index] = { Code: 'ValidationError', Message: error.message };
    throwIfAnyFailed(reasons);
  }
}

function throwIfAnyFailed(reasons: readonly Reason[]): void {
  if (reasons.every(({ Code }) => Code === 'None')) return;
  const codes = reasons.map(({ Code }) => Code).join(', ');
  const message = `Transaction cancelled, please refer cancellation reasons for specific reasons [${codes}]`;
  throw new AwsError('TransactionCanceledException', message, 400, { CancellationReasons: reasons });
}

function invalid(message: string): AwsError {
  return new AwsError('ValidationException', message);
}
