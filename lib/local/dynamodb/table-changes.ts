import { isDeepStrictEqual } from 'node:util';
import type { Engine, Json } from './engine.ts';

/** One item that a request changed; images are in DynamoDB's own notation. */
export interface TableChange {
  readonly table: string;
  /** Rises from change to change, also over restarts. */
  readonly sequence: string;
  /** Epoch milliseconds. */
  readonly at: number;
  readonly keys: Json;
  /** Absent: there was no item. */
  readonly before?: Json;
  /** Absent: the item was deleted. */
  readonly after?: Json;
}

/** Gets each change when it is made, in order; must not throw. */
export type ChangeListener = (change: TableChange) => void;

/** An item that a request may change. */
interface Touched {
  readonly table: string;
  /** Its key, or the whole item. */
  readonly item: Json;
}

/** What a stream of a table would tell. Deletions by TTL are not told of. */
export class TableChanges {
  readonly #engine: Engine;
  readonly #now: () => number;
  readonly #listeners = new Map<string, Set<ChangeListener>>();
  readonly #prefix: string;
  #count = 0;

  constructor(engine: Engine, now: () => number) {
    this.#engine = engine;
    this.#now = now;
    this.#prefix = String(now()).padStart(15, '1');
  }

  /** Tells of every later change of the table. Answers how to stop that. */
  on(table: string, listener: ChangeListener): () => void {
    const listeners = this.#listeners.get(table) ?? new Set();
    this.#listeners.set(table, listeners.add(listener));
    return () => void listeners.delete(listener);
  }

  /** Does anybody want to know what this request changes? */
  concern(action: string, input: Json): boolean {
    return this.#listeners.size > 0 && touchedBy(action, input).some(({ table }) => this.#listeners.has(table));
  }

  /** Runs a request and tells what it changed. Nothing else may run meanwhile. */
  async watch(action: string, input: Json, work: () => Promise<Json>): Promise<Json> {
    const touched = touchedBy(action, input).filter(({ table }) => this.#listeners.has(table));
    const before = await Promise.all(touched.map((each) => this.#read(each)));
    const answer = await work();
    for (const [index, each] of touched.entries()) {
      const change = { keys: await this.#keys(each), before: before[index], after: await this.#read(each) };
      if (!isDeepStrictEqual(change.before, change.after)) this.#tell(each.table, change);
    }
    return answer;
  }

  #tell(table: string, { keys, before, after }: { keys: Json; before: Json | undefined; after: Json | undefined }) {
    this.#count += 1;
    const change: TableChange = {
      table,
      sequence: `${this.#prefix}${String(this.#count).padStart(9, '0')}`,
      at: this.#now(),
      keys,
      ...(before === undefined ? {} : { before }),
      ...(after === undefined ? {} : { after }),
    };
    for (const listener of this.#listeners.get(table) ?? []) listener(change);
  }

  /** The item as it is; undefined also where the request is about to be refused for its key. */
  async #read({ table, item }: Touched): Promise<Json | undefined> {
    try {
      return structuredClone(await this.#engine.item(await this.#engine.table(table), item));
    } catch {
      return undefined;
    }
  }

  async #keys({ table, item }: Touched): Promise<Json> {
    const { KeySchema } = await this.#engine.table(table);
    return Object.fromEntries(KeySchema.map(({ AttributeName: name }) => [name, item[name]]));
  }
}

function touchedBy(action: string, input: Json): Touched[] {
  switch (action) {
    case 'PutItem':
      return [touched(input['TableName'], input['Item'])];
    case 'DeleteItem':
    case 'UpdateItem':
      return [touched(input['TableName'], input['Key'])];
    case 'BatchWriteItem':
      return Object.entries(Object(input['RequestItems'])).flatMap(([table, requests]) =>
        listOf(requests).map(({ PutRequest: put, DeleteRequest: del }) =>
          touched(table, Object(put)['Item'] ?? Object(del)['Key']),
        ),
      );
    case 'TransactWriteItems':
      return listOf(input['TransactItems']).map(({ Put, Update, Delete }) => {
        const step = Object(Put ?? Update ?? Delete);
        return touched(step['TableName'], step['Item'] ?? step['Key']);
      });
    default:
      return [];
  }
}

const touched = (table: unknown, item: unknown): Touched => ({ table: String(table), item: Object(item ?? {}) });

const listOf = (value: unknown): Json[] => (Array.isArray(value) ? value.map((each) => Object(each ?? {})) : []);
