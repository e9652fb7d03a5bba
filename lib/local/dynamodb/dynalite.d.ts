// dynalite 4.0.0 has no types. Only the modules used here are declared; the version is pinned in package.json, because
// they are its inner modules.

/** The storage of dynalite: tables, items and indexes in LevelDB. */
declare module 'dynalite/db/index.js' {
  type Done<Value> = (error?: Error | null, value?: Value) => void;
  type Write = { readonly type: 'put' | 'del'; readonly key: string; readonly value?: unknown };

  interface Level {
    open(): Promise<void>;
    get(key: string): Promise<unknown>;
    put(key: string, value: unknown, done?: Done<void>): Promise<void> | undefined;
    del(key: string, done?: Done<void>): Promise<void> | undefined;
    batch(writes: readonly Write[]): Promise<void>;
    close(): Promise<void>;
  }

  interface Table {
    readonly TableName: string;
    readonly KeySchema: readonly { readonly AttributeName: string; readonly KeyType: string }[];
  }

  interface Store {
    readonly db: Level;
    getTable(name: string, checkStatus: boolean, done: Done<Table>): void;
    getItemDb(table: string): { get(key: string, done: Done<Record<string, unknown>>): void };
  }

  export function create(options: {
    readonly path?: string;
    readonly createTableMs: number;
    readonly deleteTableMs: number;
    readonly updateTableMs: number;
  }): Store;
  export function createKey(key: Readonly<Record<string, unknown>>, table: Table): string;
  export function validateItem(item: Readonly<Record<string, unknown>>, table: Table): Error | null | undefined;
  export function validateKey(key: Readonly<Record<string, unknown>>, table: Table): Error | null | undefined;
  export function checkConditional(parsed: object, item: object | undefined): Error | null | undefined;
}

/** The parsers and checks of requests. */
declare module 'dynalite/validations/index.js' {
  import type { Store } from 'dynalite/db/index.js';

  export function checkTypes(input: Record<string, unknown>, types: unknown): Record<string, unknown>;
  export function checkValidations(
    parsed: Record<string, unknown>,
    types: unknown,
    custom: unknown,
    store: Store,
  ): void;
}
