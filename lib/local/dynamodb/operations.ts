import { AwsError } from '../aws-json/aws-error.ts';
import type { Engine, Json } from './engine.ts';
import { ReadersWriterLock } from './readers-writer-lock.ts';
import { type ChangeListener, TableChanges } from './table-changes.ts';
import * as settings from './table-settings.ts';
import { transactGet } from './transact-get.ts';
import { transactWrite } from './transact-write.ts';
import { sweepExpired } from './ttl-sweep.ts';
import { WriteTokens } from './write-tokens.ts';

/** Operations that dynalite lacks, or that touch what it does not keep. They run alone. */
const OWN_OPERATIONS: ReadonlyMap<string, (engine: Engine, input: Json) => Promise<Json>> = new Map([
  ['TransactGetItems', transactGet],
  ['UpdateTimeToLive', settings.updateTimeToLive],
  ['DescribeTimeToLive', settings.describeTimeToLive],
  ['UpdateContinuousBackups', settings.updateContinuousBackups],
  ['DescribeContinuousBackups', settings.describeContinuousBackups],
  ['DeleteTable', settings.deleteTable],
]);

/** Decides who answers an operation and what may run beside it. */
export class Operations {
  readonly #engine: Engine;
  readonly #now: () => number;
  readonly #lock = new ReadersWriterLock();
  readonly #tokens = new WriteTokens();
  readonly #changes: TableChanges;

  constructor(engine: Engine, now: () => number) {
    this.#engine = engine;
    this.#now = now;
    this.#changes = new TableChanges(engine, now);
  }

  /** Tells of every later change of a table by a request. Answers how to stop that. */
  onChange(table: string, listener: ChangeListener): () => void {
    return this.#changes.on(table, listener);
  }

  /** Answers one operation; throws AwsError. */
  async answer(action: string, input: Json): Promise<Json> {
    if (this.#changes.concern(action, input)) {
      return this.#lock.exclusive(() => this.#changes.watch(action, input, () => this.#write(action, input)));
    }
    const own = OWN_OPERATIONS.get(action);
    if (own !== undefined) return this.#lock.exclusive(() => own(this.#engine, input));
    if (action === 'TransactWriteItems' || showsItem(input)) {
      return this.#lock.exclusive(() => this.#write(action, input));
    }
    return this.#lock.shared(() => this.#engine.call(action, input));
  }

  /** Deletes expired items beside other requests; answers how many. */
  async sweepExpired(): Promise<number> {
    return this.#lock.shared(() => sweepExpired(this.#engine, this.#now()));
  }

  /** Closes the storage when everything that was asked has been answered. */
  async close(): Promise<void> {
    await this.#lock.exclusive(() => this.#engine.close());
  }

  async #write(action: string, input: Json): Promise<Json> {
    if (action === 'TransactWriteItems') return this.#transactWriteOnce(input);
    return showsItem(input) ? this.#writeOrShowItem(action, input) : this.#engine.call(action, input);
  }

  async #transactWriteOnce(input: Json): Promise<Json> {
    if (this.#tokens.isRepeat(input, this.#now())) return {};
    const answer = await transactWrite(this.#engine, input);
    this.#tokens.remember(input, this.#now());
    return answer;
  }

  /** dynalite never shows the item that made a condition fail; nothing can have changed it since, as this runs alone. */
  async #writeOrShowItem(action: string, input: Json): Promise<Json> {
    try {
      return await this.#engine.call(action, input);
    } catch (error) {
      if (!(error instanceof AwsError) || error.code !== 'ConditionalCheckFailedException') throw error;
      const table = await this.#engine.table(String(input['TableName']));
      const item = await this.#engine.item(table, Object(input['Key'] ?? input['Item']));
      throw new AwsError(error.code, error.message, error.status, item === undefined ? {} : { Item: item });
    }
  }
}

/** Is the item asked for that makes a condition fail? */
const showsItem = (input: Json): boolean => input['ReturnValuesOnConditionCheckFailure'] === 'ALL_OLD';
