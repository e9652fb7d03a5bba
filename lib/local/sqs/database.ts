import { DatabaseSync } from 'node:sqlite';

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS queues (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL UNIQUE,
    attributes TEXT NOT NULL,
    created_at_ms INTEGER NOT NULL,
    modified_at_ms INTEGER NOT NULL
  ) STRICT;
  CREATE TABLE IF NOT EXISTS messages (
    sequence INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL,
    queue_id INTEGER NOT NULL REFERENCES queues(id) ON DELETE CASCADE,
    body TEXT NOT NULL,
    attributes TEXT NOT NULL,
    sender_id TEXT NOT NULL,
    group_id TEXT,
    source_arn TEXT,
    sent_at_ms INTEGER NOT NULL,
    visible_at_ms INTEGER NOT NULL,
    receipt TEXT,
    receive_count INTEGER NOT NULL DEFAULT 0,
    first_received_at_ms INTEGER
  ) STRICT;
  CREATE INDEX IF NOT EXISTS messages_by_visibility ON messages(queue_id, visible_at_ms, sequence);
  CREATE INDEX IF NOT EXISTS messages_by_age ON messages(queue_id, sent_at_ms);
  CREATE INDEX IF NOT EXISTS messages_by_receipt ON messages(receipt) WHERE receipt IS NOT NULL;
  CREATE INDEX IF NOT EXISTS messages_by_receive_count ON messages(queue_id, receive_count) WHERE receive_count > 0;
`;

/** Opens the queues' database, in memory without a file; throws, naming the file, when another process has it open. */
export function openDatabase(dataFile: string | undefined): DatabaseSync {
  const database = new DatabaseSync(dataFile ?? ':memory:');
  try {
    // An exclusive lock ends with its process, so a killed endpoint leaves nothing to clean up. A committed
    // transaction in the write-ahead log survives a killed process without a sync to the disk for each of them.
    database.exec('PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;');
    database.exec('PRAGMA foreign_keys = ON;');
    database.exec(SCHEMA);
  } catch (error) {
    database.close();
    throw new Error(`The SQS data file ${dataFile} cannot be opened; is another endpoint using it?`, { cause: error });
  }
  return database;
}

/** Runs `work` in one transaction: all of its writes are kept, or none if it throws. */
export function inTransaction<Result>(database: DatabaseSync, work: () => Result): Result {
  database.exec('BEGIN IMMEDIATE');
  try {
    const result = work();
    database.exec('COMMIT');
    return result;
  } catch (error) {
    database.exec('ROLLBACK');
    throw error;
  }
}
