import { mkdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { createKey, create as createStore, type Store, type Table, type Write } from 'dynalite/db/index.js';
import { checkTypes, checkValidations } from 'dynalite/validations/index.js';
import { AwsError } from '../aws-json/aws-error.ts';

/** A request or an answer as decoded JSON. */
export type Json = Record<string, unknown>;

/** Operations that dynalite answers; each has a module of this name in its folders `actions` and `validations`. */
const OPERATIONS = [
  'BatchGetItem',
  'BatchWriteItem',
  'CreateTable',
  'DeleteItem',
  'DeleteTable',
  'DescribeTable',
  'GetItem',
  'ListTables',
  'ListTagsOfResource',
  'PutItem',
  'Query',
  'Scan',
  'TagResource',
  'UntagResource',
  'UpdateItem',
  'UpdateTable',
];

interface Operation {
  readonly types: unknown;
  readonly custom: unknown;
  readonly run: (store: Store, parsed: Json, done: (error: unknown, answer: Json) => void) => void;
}

const requireModule = createRequire(import.meta.url);
const operations: ReadonlyMap<string, Operation> = new Map(OPERATIONS.map((name) => [name, loadOperation(name)]));

/** dynalite's storage and operations, called directly rather than over HTTP. Every refusal is an AwsError. */
export class Engine {
  readonly #store: Store;

  private constructor(store: Store) {
    this.#store = store;
  }

  /** Opens a data folder, or memory without one; rejects, naming the folder, while another process has it open. */
  static async open(dataFolder: string | undefined): Promise<Engine> {
    if (dataFolder !== undefined) mkdirSync(dataFolder, { recursive: true });
    const store = createStore({
      ...(dataFolder !== undefined && { path: dataFolder }),
      createTableMs: 0,
      deleteTableMs: 0,
      updateTableMs: 0,
    });
    try {
      // LevelDB locks its folder through the operating system, which frees the lock when a process is killed.
      await store.db.open();
    } catch (error) {
      const problem = isLocked(error) ? 'is in use by another running endpoint' : 'cannot be opened';
      throw new Error(`The DynamoDB data folder ${dataFolder} ${problem}`, { cause: error });
    }
    return new Engine(store);
  }

  /** Checks and runs an operation; throws UnknownOperationException for one that dynalite lacks. */
  async call(name: string, input: Json): Promise<Json> {
    return this.run(name, this.parse(name, input));
  }

  /** Checks a request and parses its expressions; throws ValidationException. */
  parse(name: string, input: Json): Json {
    const { types, custom } = operationOf(name);
    try {
      // checkTypes deletes from the object it is given.
      const parsed = checkTypes({ ...input }, types);
      checkValidations(parsed, types, custom, this.#store);
      return parsed;
    } catch (error) {
      throw toAwsError(error);
    }
  }

  /** Runs an operation on a request that `parse` returned. */
  run(name: string, parsed: Json): Promise<Json> {
    return new Promise((resolve, reject) => {
      operationOf(name).run(this.#store, parsed, (error, answer) =>
        error ? reject(toAwsError(error)) : resolve(answer),
      );
    });
  }

  /** A table's description; throws ResourceNotFoundException. */
  table(name: string): Promise<Table> {
    return new Promise((resolve, reject) => {
      this.#store.getTable(name, true, (error, table) =>
        error || table === undefined ? reject(toAwsError(error)) : resolve(table),
      );
    });
  }

  /** The item with this key, which may be a whole item. */
  item(table: Table, key: Json): Promise<Json | undefined> {
    return new Promise((resolve, reject) => {
      this.#store
        .getItemDb(table.TableName)
        .get(createKey(key, table), (error, item) =>
          error && error.name !== 'NotFoundError' ? reject(error) : resolve(item),
        );
    });
  }

  /** Reads a record that is kept beside the tables. */
  async record(key: string): Promise<unknown> {
    return this.#store.db.get(key);
  }

  /** Writes a record beside the tables, or deletes it when the value is undefined. */
  async saveRecord(key: string, value: unknown): Promise<void> {
    await (value === undefined ? this.#store.db.del(key) : this.#store.db.put(key, value));
  }

  /**
   * Runs `work` and then stores all that it wrote to items and indexes in one LevelDB batch, so that a refusal or a
   * crash leaves none of it. Nothing else may run meanwhile, and `work` must not read what it has written.
   */
  async atomically(work: () => Promise<void>): Promise<void> {
    const { db } = this.#store;
    const { put, del } = db;
    const writes: Write[] = [];
    db.put = (key, value, done) => {
      if (!isItemOrIndex(key)) return put(key, value, done);
      writes.push({ type: 'put', key, value });
      if (done) setImmediate(done);
      return undefined;
    };
    db.del = (key, done) => {
      if (!isItemOrIndex(key)) return del(key, done);
      writes.push({ type: 'del', key });
      if (done) setImmediate(done);
      return undefined;
    };
    try {
      await work();
    } finally {
      Object.assign(db, { put, del });
    }
    await db.batch(writes);
  }

  /** Closes the storage; nothing may be running. */
  async close(): Promise<void> {
    await this.#store.db.close();
  }
}

function operationOf(name: string): Operation {
  const operation = operations.get(name);
  if (operation === undefined) throw new AwsError('UnknownOperationException', `${name} is not supported here.`);
  return operation;
}

function loadOperation(name: string): Operation {
  const file = `${name.charAt(0).toLowerCase()}${name.slice(1)}.js`;
  const { types, custom } = requireModule(`dynalite/validations/${file}`);
  return { types, custom, run: requireModule(`dynalite/actions/${file}`) };
}

function isItemOrIndex(key: string): boolean {
  return key.startsWith('item-') || key.startsWith('index-');
}

function isLocked(error: unknown): boolean {
  const cause = error instanceof Error ? error.cause : undefined;
  return cause instanceof Error && 'code' in cause && cause.code === 'LEVEL_LOCKED';
}

/** dynalite's errors carry the HTTP status and body to answer with; any other error is passed on as it is. */
function toAwsError(error: unknown): unknown {
  if (!(error instanceof Error) || !('body' in error)) return error;
  const { __type, message, Message } = error.body as Record<string, string | undefined>;
  const code = String(__type).slice(String(__type).indexOf('#') + 1);
  return new AwsError(code, message ?? Message ?? '');
}
