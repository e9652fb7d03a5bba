import type { DatabaseSync } from 'node:sqlite';
import { AwsError } from '../aws-json/aws-error.ts';
import { attributesInForce, parseRedrivePolicy, type QueueAttributes, type RedrivePolicy } from './queue-attributes.ts';
import { invalidParameter, queueDoesNotExist } from './sqs-errors.ts';

/** A queue and its attributes in force. */
export interface Queue {
  readonly id: number;
  readonly name: string;
  readonly arn: string;
  readonly attributes: QueueAttributes;
  readonly createdAtMs: number;
  readonly modifiedAtMs: number;
}

/** The queues of one database. */
export class QueueStore {
  readonly #database: DatabaseSync;
  readonly #arnPrefix: string;

  /** `arnPrefix` is everything of a queue's ARN before its name, such as `arn:aws:sqs:us-east-1:000000000000:`. */
  constructor(database: DatabaseSync, arnPrefix: string) {
    this.#database = database;
    this.#arnPrefix = arnPrefix;
  }

  /** Finds by name; throws QueueDoesNotExist. */
  get(name: string): Queue {
    const queue = this.find(name);
    if (queue === undefined) throw queueDoesNotExist();
    return queue;
  }

  /** Finds by name. */
  find(name: string): Queue | undefined {
    const row = this.#database.prepare('SELECT * FROM queues WHERE name = ?').get(name);
    if (row === undefined) return undefined;
    return {
      id: Number(row['id']),
      name,
      arn: this.#arnPrefix + name,
      attributes: attributesInForce(JSON.parse(String(row['attributes']))),
      createdAtMs: Number(row['created_at_ms']),
      modifiedAtMs: Number(row['modified_at_ms']),
    };
  }

  /** Creates a queue, or accepts one that has these attributes already; throws QueueNameExists when one differs. */
  create(name: string, attributes: QueueAttributes, nowMs: number): void {
    if (!/^[\w-]{1,80}$/.test(name)) {
      throw invalidParameter('QueueName', name, 'Can only include alphanumeric characters, hyphens, or underscores.');
    }
    this.#checkDeadLetterQueue(attributes);
    const existing = this.find(name);
    if (existing === undefined) {
      this.#database
        .prepare('INSERT INTO queues (name, attributes, created_at_ms, modified_at_ms) VALUES (?, ?, ?, ?)')
        .run(name, JSON.stringify(attributes), nowMs, nowMs);
      return;
    }
    const differing = Object.keys(attributes).find((key) => (existing.attributes[key] ?? '') !== attributes[key]);
    if (differing === undefined) return;
    const problem = `A queue already exists with the same name and a different value for attribute ${differing}`;
    throw new AwsError('QueueNameExists', problem);
  }

  /** Changes the given attributes and leaves the others. */
  setAttributes(queue: Queue, attributes: QueueAttributes, nowMs: number): void {
    this.#checkDeadLetterQueue(attributes);
    const merged = { ...queue.attributes, ...attributes };
    this.#database
      .prepare('UPDATE queues SET attributes = ?, modified_at_ms = ? WHERE id = ?')
      .run(JSON.stringify(merged), nowMs, queue.id);
  }

  /** Deletes a queue with its messages. */
  delete(queue: Queue): void {
    this.#database.prepare('DELETE FROM queues WHERE id = ?').run(queue.id);
  }

  /** Names with the prefix that sort after `after`, at most `limit` of them. */
  names(prefix: string, after: string, limit: number): string[] {
    return this.#database
      .prepare('SELECT name FROM queues WHERE substr(name, 1, length(?1)) = ?1 AND name > ?2 ORDER BY name LIMIT ?3')
      .all(prefix, after, limit)
      .map((row) => String(row['name']));
  }

  /** Where a queue's messages go that were received too often, if it has such a policy and the target still exists. */
  redriveOf(queue: Queue): { readonly policy: RedrivePolicy; readonly target: Queue } | undefined {
    const json = queue.attributes['RedrivePolicy'];
    if (json === undefined) return undefined;
    const policy = parseRedrivePolicy(json);
    const target = this.#byArn(policy.deadLetterTargetArn);
    return target && { policy, target };
  }

  #checkDeadLetterQueue(attributes: QueueAttributes): void {
    const json = attributes['RedrivePolicy'];
    if (!json || this.#byArn(parseRedrivePolicy(json).deadLetterTargetArn) !== undefined) return;
    throw invalidParameter('RedrivePolicy', json, 'Dead letter target does not exist.');
  }

  #byArn(arn: string): Queue | undefined {
    return arn.startsWith(this.#arnPrefix) ? this.find(arn.slice(this.#arnPrefix.length)) : undefined;
  }
}
