import { randomUUID } from 'node:crypto';
import type { DatabaseSync } from 'node:sqlite';
import { AwsError } from '../aws-json/aws-error.ts';
import { inTransaction } from './database.ts';
import type { MessageAttributes } from './message-attributes.ts';
import type { Queue, QueueStore } from './queue-store.ts';
import { issueReceipt, verifyReceipt } from './receipt.ts';
import { invalidParameter } from './sqs-errors.ts';

/** A message to be sent. */
export interface NewMessage {
  readonly body: string;
  readonly attributes: MessageAttributes;
  readonly senderId: string;
  readonly groupId: string | undefined;
  readonly delayMs: number;
}

/** A message as a receiver gets it. */
export interface ReceivedMessage {
  readonly id: string;
  readonly receipt: string;
  readonly body: string;
  readonly attributes: MessageAttributes;
  readonly senderId: string;
  readonly groupId: string | undefined;
  readonly sourceArn: string | undefined;
  readonly sentAtMs: number;
  readonly firstReceivedAtMs: number;
  readonly receiveCount: number;
}

/** Messages of a queue by state; a message past its visibility timeout counts as visible at once. */
export interface Depth {
  readonly visible: number;
  readonly inFlight: number;
  readonly delayed: number;
}

type Row = Readonly<Record<string, unknown>>;

/** Keeps the messages of all queues. Every state follows from the clock when it is read, so nothing has to run to expire. */
export class MessageStore {
  readonly #database: DatabaseSync;
  readonly #queues: QueueStore;

  constructor(database: DatabaseSync, queues: QueueStore) {
    this.#database = database;
    this.#queues = queues;
  }

  /** Stores a message and returns its id. */
  send(queue: Queue, message: NewMessage, nowMs: number): string {
    const id = randomUUID();
    this.#database
      .prepare(
        `INSERT INTO messages (id, queue_id, body, attributes, sender_id, group_id, sent_at_ms, visible_at_ms)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
      )
      .run(
        id,
        queue.id,
        message.body,
        JSON.stringify(message.attributes),
        message.senderId,
        message.groupId ?? null,
        nowMs,
        nowMs + message.delayMs,
      );
    return id;
  }

  /** Takes up to `limit` visible messages; those received too often go to the dead-letter queue, which is named then. */
  receive(
    queue: Queue,
    limit: number,
    visibilityTimeoutMs: number,
    nowMs: number,
  ): { readonly messages: ReceivedMessage[]; readonly redrivenTo: Queue | undefined } {
    return inTransaction(this.#database, () => {
      this.#dropExpired(queue, nowMs);
      const redrivenTo = this.#redrive(queue, nowMs);
      const messages = this.#database
        .prepare(
          `SELECT * FROM messages WHERE queue_id = ? AND visible_at_ms <= ? ORDER BY visible_at_ms, sequence LIMIT ?`,
        )
        .all(queue.id, nowMs, limit)
        .map((row) => this.#take(queue, row, nowMs, visibilityTimeoutMs));
      return { messages, redrivenTo };
    });
  }

  /** Deletes by receipt. A receipt that a later receive has replaced deletes nothing, as SQS allows itself. */
  delete(queue: Queue, receipt: string): void {
    verifyReceipt(queue, receipt);
    this.#database.prepare('DELETE FROM messages WHERE queue_id = ? AND receipt = ?').run(queue.id, receipt);
  }

  /** Makes a message in flight visible after `timeoutMs` from now; throws MessageNotInflight, InvalidParameterValue. */
  changeVisibility(queue: Queue, receipt: string, timeoutMs: number, nowMs: number): void {
    verifyReceipt(queue, receipt);
    const row = this.#database
      .prepare('SELECT sequence, visible_at_ms FROM messages WHERE queue_id = ? AND receipt = ?')
      .get(queue.id, receipt);
    if (row === undefined) {
      const reason = 'Message does not exist or is not available for visibility timeout change.';
      throw invalidParameter('ReceiptHandle', receipt, reason);
    }
    if (Number(row['visible_at_ms']) <= nowMs) {
      throw new AwsError('MessageNotInflight', 'The specified message is not in flight.');
    }
    this.#database
      .prepare('UPDATE messages SET visible_at_ms = ? WHERE sequence = ?')
      .run(nowMs + timeoutMs, Number(row['sequence']));
  }

  /** Deletes all messages of a queue. */
  purge(queue: Queue): void {
    this.#database.prepare('DELETE FROM messages WHERE queue_id = ?').run(queue.id);
  }

  /** Counts the messages by state. */
  depth(queue: Queue, nowMs: number): Depth {
    this.#dropExpired(queue, nowMs);
    const row = this.#database
      .prepare(
        `SELECT count(*) FILTER (WHERE visible_at_ms <= ?1) AS visible,
                count(*) FILTER (WHERE visible_at_ms > ?1 AND receipt IS NOT NULL) AS in_flight,
                count(*) FILTER (WHERE visible_at_ms > ?1 AND receipt IS NULL) AS delayed
         FROM messages WHERE queue_id = ?2`,
      )
      .get(nowMs, queue.id);
    return {
      visible: Number(row?.['visible']),
      inFlight: Number(row?.['in_flight']),
      delayed: Number(row?.['delayed']),
    };
  }

  /** When the next hidden message becomes visible. */
  nextVisibleAtMs(queue: Queue, nowMs: number): number | undefined {
    const row = this.#database
      .prepare('SELECT min(visible_at_ms) AS next FROM messages WHERE queue_id = ? AND visible_at_ms > ?')
      .get(queue.id, nowMs);
    return row?.['next'] == null ? undefined : Number(row['next']);
  }

  #dropExpired(queue: Queue, nowMs: number): void {
    const retentionMs = Number(queue.attributes['MessageRetentionPeriod']) * 1000;
    this.#database
      .prepare('DELETE FROM messages WHERE queue_id = ? AND sent_at_ms <= ?')
      .run(queue.id, nowMs - retentionMs);
  }

  #redrive(queue: Queue, nowMs: number): Queue | undefined {
    const redrive = this.#queues.redriveOf(queue);
    if (redrive === undefined) return undefined;
    // The time of sending stays: retention in the dead-letter queue counts from the first enqueue on standard queues.
    const { changes } = this.#database
      .prepare(
        `UPDATE messages SET queue_id = ?, source_arn = ?, receipt = NULL, visible_at_ms = ?
         WHERE queue_id = ? AND receive_count > 0 AND receive_count >= ? AND visible_at_ms <= ?`,
      )
      .run(redrive.target.id, queue.arn, nowMs, queue.id, redrive.policy.maxReceiveCount, nowMs);
    return Number(changes) > 0 ? redrive.target : undefined;
  }

  #take(queue: Queue, row: Row, nowMs: number, visibilityTimeoutMs: number): ReceivedMessage {
    const receipt = issueReceipt(queue);
    const firstReceivedAtMs = Number(row['first_received_at_ms'] ?? nowMs);
    const receiveCount = Number(row['receive_count']) + 1;
    this.#database
      .prepare(
        `UPDATE messages SET receipt = ?, receive_count = ?, first_received_at_ms = ?, visible_at_ms = ?
         WHERE sequence = ?`,
      )
      .run(receipt, receiveCount, firstReceivedAtMs, nowMs + visibilityTimeoutMs, Number(row['sequence']));
    return {
      id: String(row['id']),
      receipt,
      body: String(row['body']),
      attributes: JSON.parse(String(row['attributes'])),
      senderId: String(row['sender_id']),
      groupId: row['group_id'] == null ? undefined : String(row['group_id']),
      sourceArn: row['source_arn'] == null ? undefined : String(row['source_arn']),
      sentAtMs: Number(row['sent_at_ms']),
      firstReceivedAtMs,
      receiveCount,
    };
  }
}
